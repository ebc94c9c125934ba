"""One more turn in a long dialogue and in a short one: time, queries, and what is read of the past.

A turn is all that happens between a question and its stored answer, in this process: asked, claimed,
told its context, answered without a model, stored. It is rolled back, so that each is the same.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from dialogues.answerers.port import Delta
from dialogues.answerers.registry import answerer_for
from dialogues.models import DialogueContext, DialogueSession
from dialogues.services.context import Told, question_for, remember
from dialogues.services.digesting import digest_dialogue
from dialogues.services.turns import ask, claim_turn, complete_turn
from tests.benchmarks.citations import fill_dialogue

SIZES = (0, 100, 10_000)
TURNS = 40


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one turn: the median time, queries, and the messages of the past that it told."""

    milliseconds: float
    queries: int
    messages: int
    bytes: int


def measure(user: UUID) -> dict[int, Cost]:
    """The dialogues take turns: what else the machine does meanwhile, it does to all of them alike."""
    sessions = {size: _dialogue(user, size) for size in SIZES}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) dialogue_messages, dialogue_sessions, dialogue_context")
    for session in sessions.values():
        for _ in range(12):  # past the point where the database would change its plan
            _turn(session)
    times: dict[int, list[float]] = {size: [] for size in SIZES}
    for _ in range(TURNS):
        for size, session in sessions.items():
            begun = time.perf_counter()
            _turn(session)
            times[size].append(1_000 * (time.perf_counter() - begun))
    return {size: _cost(sessions[size], times[size]) for size in SIZES}


def _dialogue(user: UUID, size: int) -> DialogueSession:
    """Messages of the last hours, digested as a worker would have."""
    now = timezone.now()
    if size == 0:
        session = DialogueSession.objects.create(user_id=user, type="assistant", title="empty")
    else:
        session = fill_dialogue(user, now - timedelta(hours=3), now, size)
    DialogueContext.objects.create(session=session, digest_due_at=now)
    digest_dialogue(session.pk)
    return session


def _turn(session: DialogueSession) -> Told:
    with transaction.atomic():
        ask(session.user, session.pk, "And what became of the harbour?")
        turn = claim_turn(session.pk)
        assert turn
        told = question_for(turn)
        pieces = answerer_for(told.question).answer(told.question)
        words = "".join(piece.text for piece in pieces if isinstance(piece, Delta))
        complete_turn(turn, words, {})
        remember(turn, told, [])
        transaction.set_rollback(True)
    return told


def _cost(session: DialogueSession, times: list[float]) -> Cost:
    with _counted() as queries:
        told = _turn(session)
    history = told.question.history
    size = sum(len(said.content.encode()) for said in history)
    return Cost(statistics.median(times), len(queries), len(history), size)


@contextmanager
def _counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen
