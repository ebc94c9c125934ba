"""A robot's turn: owed since its question was stored, claimed, answered or given up."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from chatcore.errors import ChatcoreError, Conflict
from chatcore.jobs import enqueue_at_on_commit, enqueue_on_commit
from chatcore.models import User
from chatcore.robots import RobotAnswer, RobotFailed
from chatcore.selectors.permissions import require
from rooms.models import DeliveryStatus, RobotInteraction, RobotStatus
from rooms.selectors.robots import OPEN, claimable, rooms_with_open_turns
from rooms.services.messages import remove_message, say_robot, settle_message
from rooms.services.robot_speech import reply_id_of, tell_completed, tell_failed
from rooms.services.timeline import ANSWER_ROOM

# Longer than any skill takes.
LEASE = timedelta(seconds=120)
# Before the second attempt, the third, …; a robot that fails once more is given up.
BACK_OFF = tuple(timedelta(seconds=each) for each in (2, 10, 60))
MOST_ATTEMPTS = len(BACK_OFF) + 1
NO_ANSWER = "I cannot answer at the moment. You can ask for a person."
BUDGET_SPENT = "I have used up what I may spend for now. You can ask for a person."


class TurnLost(ChatcoreError):
    """Our lease ran out and another worker has the turn: whatever we hold must not be stored."""

    code = "turn_lost"


def claim_turn(room: UUID) -> RobotInteraction | None:
    """Take the oldest turn of a room that is due; None when there is none or it is worked on."""
    waiting = RobotInteraction.objects.filter(claimable(), room=room, status__in=OPEN)
    for pk in waiting.order_by("id").values_list("pk", flat=True)[:20]:
        try:
            with transaction.atomic():
                taken = RobotInteraction.objects.filter(claimable(), pk=pk).update(
                    status=RobotStatus.PROCESSING,
                    attempts=F("attempts") + 1,
                    lease_until=Now() + LEASE,
                    started_at=Now(),
                    updated_at=Now(),
                )
        except IntegrityError:  # this robot is at work here already
            continue
        if taken:
            return RobotInteraction.objects.select_related(
                "message__sender", "room", "robot__user", "answer"
            ).get(pk=pk)
    return None


@transaction.atomic
def begin_answer(turn: RobotInteraction) -> None:
    """Its message is there, empty and `streaming`, once, whoever claims the turn. Raises TurnLost."""
    _hold(turn)
    if turn.answer is not None:
        if turn.answer.delivery_status == DeliveryStatus.BATCH_DELAY:
            settle_answer(turn, DeliveryStatus.STREAMING)
        return
    robot = turn.robot
    said = say_robot(
        room=turn.room_id,
        robot=robot.user,
        robot_id=robot.robot_id,
        content="",
        response_to=turn.message_id,
        visible_to_guests=robot.is_visible_to_guests,
        status=DeliveryStatus.STREAMING,
        client_ref=reply_id_of(turn),
    )
    turn.answer_id = said.id
    _ours(turn).update(answer=said.id)


@transaction.atomic
def complete_turn(turn: RobotInteraction, reply: RobotAnswer, **response: Any) -> None:
    """Store the answer and close the turn, both or neither. Raises TurnLost."""
    _hold(turn)
    tell_completed(turn)
    metadata = {
        "references": [dict(each) for each in reply.references],
        "confidence": reply.confidence,
        "offers_person": bool(response.get("offers_person")),
        "asked_for_person": bool(response.get("asked_for_person")),
    }
    if reply.visible_to_guests is False and turn.robot.is_visible_to_guests:
        _say_to_members_alone(turn, reply.text, metadata)
    else:
        settle_answer(turn, DeliveryStatus.DELIVERED, reply.text, metadata)
    kept = {"confidence": reply.confidence, "references": len(reply.references), **response}
    _close(turn, RobotStatus.COMPLETED, observation=reply.observed, response=kept)


@transaction.atomic
def keep_silent(turn: RobotInteraction, because: str) -> None:
    """Close a turn that needs no answer any more."""
    _hold(turn)
    tell_failed(turn, because, "Nobody waits for the answer any more.")
    drop_answer(turn)
    _close(turn, RobotStatus.COMPLETED, response={"silent": because})


@transaction.atomic
def fail_turn(turn: RobotInteraction, error: RobotFailed) -> None:
    """Wait for another attempt where that may help, else give the turn up and say so in the room."""
    _hold(turn)
    tell_failed(turn, error.code, error.detail)
    if error.retryable and turn.attempts < MOST_ATTEMPTS:
        wait = BACK_OFF[turn.attempts - 1]
        settle_answer(turn, DeliveryStatus.BATCH_DELAY)
        _ours(turn).update(
            status=RobotStatus.PENDING,
            due_at=Now() + wait,
            lease_until=None,
            error_message=error.detail[:2000],
            updated_at=Now(),
        )
        enqueue_at_on_commit(ANSWER_ROOM, timezone.now() + wait, room=str(turn.room_id))
        return
    text = BUDGET_SPENT if error.code == "budget_spent" else NO_ANSWER
    settle_answer(turn, DeliveryStatus.FAILED, text, {"offers_person": True})
    _close(turn, RobotStatus.FAILED, error=error.detail[:2000], response={"code": error.code})


@transaction.atomic
def replay_turn(turn: RobotInteraction, *, by: User) -> RobotInteraction:
    """Ask the robot once more where it failed; its answer is another message.

    Raises Forbidden without `chat:robot:manage`, Conflict where it did not fail.
    """
    require(by, "chat:robot:manage")
    again = RobotInteraction.objects.filter(pk=turn.pk, status=RobotStatus.FAILED).update(
        status=RobotStatus.PENDING,
        attempts=0,
        replays=F("replays") + 1,
        answer=None,
        completed_at=None,
        updated_at=Now(),
    )
    if not again:
        raise Conflict("Only what failed is asked for again.", code="not_failed")
    enqueue_on_commit(ANSWER_ROOM, room=str(turn.room_id))
    turn.refresh_from_db()
    return turn


def sweep_turns() -> int:
    """Ask workers once more for the turns that nobody works on; in how many rooms there are some."""
    rooms = rooms_with_open_turns()
    for room in rooms:
        enqueue_on_commit(ANSWER_ROOM, room=str(room))
    return len(rooms)


def _say_to_members_alone(turn: RobotInteraction, text: str, metadata: Mapping[str, Any]) -> None:
    """Guests must not get the answer: the message that they saw coming goes, and another one comes."""
    if turn.answer_id:
        remove_message(room=turn.room_id, message=turn.answer_id)
    said = say_robot(
        room=turn.room_id,
        robot=turn.robot.user,
        robot_id=turn.robot.robot_id,
        content=text,
        response_to=turn.message_id,
        metadata=metadata,
    )
    turn.answer_id = said.id


def drop_answer(turn: RobotInteraction) -> None:
    """Take its message back where one is there already."""
    if turn.answer_id:
        settle_answer(turn, DeliveryStatus.FAILED)
        remove_message(room=turn.room_id, message=turn.answer_id)


def settle_answer(
    turn: RobotInteraction,
    status: DeliveryStatus,
    text: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> None:
    """Say how far its message is, where one is there; see `settle_message`."""
    if turn.answer_id is None:
        return
    try:
        settle_message(
            room=turn.room_id,
            message=turn.answer_id,
            status=status,
            content=text,
            metadata=metadata,
        )
    except Conflict:  # a moderator took it back: there is nothing to say any more
        return


def _ours(turn: RobotInteraction) -> QuerySet[RobotInteraction]:
    """The turn as long as nobody else has claimed it since: `attempts` tells the claims apart."""
    return RobotInteraction.objects.filter(
        pk=turn.pk,
        status=RobotStatus.PROCESSING,
        attempts=turn.attempts,
        replays=turn.replays,
    )


def keep_lease(turn: RobotInteraction) -> None:
    """While the answer goes on. Raises TurnLost."""
    if not _ours(turn).update(lease_until=Now() + LEASE):
        raise TurnLost


def _hold(turn: RobotInteraction) -> None:
    if not _ours(turn).select_for_update().values_list("pk").first():
        raise TurnLost


def _close(
    turn: RobotInteraction,
    status: RobotStatus,
    *,
    observation: Mapping[str, Any] | None = None,
    response: Mapping[str, Any] | None = None,
    error: str | None = None,
) -> None:
    _ours(turn).update(
        status=status,
        answer=turn.answer_id,
        observation_data=observation,
        response_data=response,
        error_message=error,
        lease_until=None,
        due_at=None,
        completed_at=Now(),
        updated_at=Now(),
    )
