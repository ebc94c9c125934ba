"""Turns: how far an answer is, and which dialogues wait for a worker that never came."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from dialogues.models import DialogueTurn, TurnStatus

OPEN = (TurnStatus.QUEUED, TurnStatus.RUNNING)
# A queued turn older than this was never announced to a worker, or the announcement was lost.
PATIENCE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class TurnState:
    """Where a turn stands. `reply_id` is the stored answer, with words or with an error."""

    id: UUID
    session_id: UUID
    status: str
    reply_id: UUID | None
    error_code: str
    error_detail: str

    @property
    def open(self) -> bool:
        return self.status in OPEN


def turn_state(turn_id: UUID) -> TurnState | None:
    """How far this turn is, read afresh."""
    found = (
        DialogueTurn.objects.filter(pk=turn_id)
        .values_list("id", "session_id", "status", "reply_id", "error_code", "error_detail")
        .first()
    )
    return TurnState(*found) if found else None


def turn_of_question(question_id: UUID) -> DialogueTurn | None:
    """The latest turn that answers a question."""
    return DialogueTurn.objects.filter(question_id=question_id).order_by("-id").first()


def open_turns(session_id: UUID) -> int:
    """How many answers the dialogue is waiting for."""
    return DialogueTurn.objects.filter(session_id=session_id, status__in=OPEN).count()


def stranded_sessions(most: int = 1_000) -> list[UUID]:
    """Dialogues with an open turn that nobody works on: never taken, or its worker died."""
    at_work = DialogueTurn.objects.filter(
        session=OuterRef("session"), status=TurnStatus.RUNNING, lease_until__gte=Now()
    )
    never_taken = Q(status=TurnStatus.QUEUED, created_at__lt=Now() - PATIENCE)
    worker_died = Q(status=TurnStatus.RUNNING, lease_until__lt=Now())
    turns = DialogueTurn.objects.filter(never_taken | worker_died).exclude(Exists(at_work))
    return list(turns.order_by().values_list("session_id", flat=True).distinct()[:most])
