"""What workers do for dialogues.

The rows are the truth, and a sweep finds those that nobody works on, so a job is acknowledged
before it runs: a worker that holds jobs unacknowledged ends when the broker goes away.
"""

from uuid import UUID

from celery import shared_task

from dialogues.services import answering, book_imports, digesting, embedding, retention, turns


@shared_task(name="dialogues.answer_next", ignore_result=True, acks_late=False)
def answer_next(session: str) -> None:
    """Answer what a dialogue waits for."""
    answering.answer_next(UUID(session))


@shared_task(name="dialogues.sweep_turns", ignore_result=True, acks_late=False)
def sweep_turns() -> None:
    """Find the turns that nobody works on; every 15 s by beat."""
    turns.sweep_turns()


@shared_task(name="dialogues.digest", ignore_result=True, acks_late=False)
def digest(session: str) -> None:
    """Remember what matters of what was said since the last time."""
    digesting.digest_dialogue(UUID(session))


@shared_task(name="dialogues.sweep_digests", ignore_result=True, acks_late=False)
def sweep_digests() -> None:
    """Find the digests that nobody works on; every minute by beat."""
    digesting.sweep_digests()


@shared_task(name="dialogues.import_book", ignore_result=True, acks_late=False)
def import_book(job: str) -> None:
    """Import the book that was uploaded for a job."""
    book_imports.run_import(UUID(job))


@shared_task(name="dialogues.sweep_imports", ignore_result=True, acks_late=False)
def sweep_imports() -> None:
    """Find the imports that nobody works on; every minute by beat."""
    book_imports.sweep_imports()


@shared_task(name="dialogues.delete_old_dialogues", ignore_result=True)
def delete_old_dialogues() -> None:
    """Clear up what is older than its settings; daily by beat."""
    retention.delete_old_dialogues()


@shared_task(name="dialogues.embed_book", ignore_result=True, acks_late=False)
def embed_book(job: str) -> None:
    """Compute the vectors that a book lacks."""
    embedding.run_embedding(UUID(job))


@shared_task(name="dialogues.sweep_embeddings", ignore_result=True, acks_late=False)
def sweep_embeddings() -> None:
    """Find the books that lack vectors; every minute by beat."""
    embedding.sweep_embeddings()


@shared_task(name="dialogues.prune_snapshots", ignore_result=True)
def prune_snapshots() -> None:
    """Take old context snapshots off their messages; daily by beat."""
    retention.prune_snapshots()
