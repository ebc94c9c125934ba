"""What workers do for dialogues. The rows are the truth: every task may be repeated."""

from uuid import UUID

from celery import shared_task

from dialogues.services import answering, turns


@shared_task(name="dialogues.answer_next", ignore_result=True)
def answer_next(session: str) -> None:
    """Answer what a dialogue waits for."""
    answering.answer_next(UUID(session))


@shared_task(name="dialogues.sweep_turns", ignore_result=True)
def sweep_turns() -> None:
    """Find the turns that nobody works on; every 15 s by beat."""
    turns.sweep_turns()
