"""Look into a room, or come into it, without having been asked: with a reason, and on record.

There is no other way for supervisors to read a room: `seen_room_for` asks for a running observation.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Conflict
from chatcore.models import User
from chatcore.selectors.permissions import require
from chatcore.services.append import Appended
from chatcore.services.publish import publish_on_commit
from rooms.events import ObservationEnded
from rooms.models import (
    ChatRoom,
    RoomParticipant,
    RoomStatus,
    RoomSupervision,
    SupervisorAction,
)
from rooms.models.supervision import REASON_LEAST, REASON_MOST
from rooms.selectors.access import running_observations
from rooms.services.messages import say_aside
from rooms.services.participants import add_participant

MINUTES = 30
MINUTES_MOST = 240


def observe(*, room: ChatRoom, by: User, reason: str, minutes: int = MINUTES) -> RoomSupervision:
    """Begin to look on for so long; `supervised_room_for` has said that they may.

    Looking on already, they give a new reason: the first observation ends.
    """
    with transaction.atomic():
        end_observation(room=room, by=by)
        until = timezone.now() + timedelta(minutes=minutes)
        return note_supervision(
            room=room, by=by, action=SupervisorAction.OBSERVE, reason=reason, expires_at=until
        )


def end_observation(*, room: ChatRoom, by: User) -> bool:
    """Stop looking on before the time is over; False where nobody did."""
    with transaction.atomic():
        ended = running_observations(by).filter(room=room).update(ended_at=timezone.now())
        if ended:
            publish_on_commit(f"room:{room.pk}", ObservationEnded(user=by.pk))
    return bool(ended)


def join_supervised(
    *, room: ChatRoom, by: User, reason: str, role: str | None = None
) -> RoomParticipant:
    """Come into a room that is not open to one, as a participant whom everybody sees."""
    with transaction.atomic():
        note_supervision(room=room, by=by, action=SupervisorAction.JOIN, reason=reason)
        return add_participant(room=room, user=by, role=role)


def whisper(*, room: ChatRoom, by: User, content: str) -> Appended:
    """A private note to those who help in the room, from who looks on: customers hear nothing of it.

    Raises Forbidden, and Conflict where the observation or the conversation is over.
    """
    require(by, "chat:message:note")
    if not running_observations(by).filter(room=room).exists():
        raise Conflict("You do not look on any more.", code="not_observing")
    if room.status != RoomStatus.ACTIVE:
        raise Conflict("The room is closed.", code="room_closed")
    return say_aside(room=room, by=by, content=content)


def note_reassignment(*, room: ChatRoom, by: User, reason: str) -> RoomSupervision:
    """That the matter of a room is taken out of an agent's hands. Raises Forbidden.

    Programs may leave out why, and then the record says so.
    """
    require(by, "supervisor:chat:reassign")
    words = reason.strip()
    if len(words) < REASON_LEAST:
        words = f"No reason given. {words}"
    action = SupervisorAction.REASSIGN
    return note_supervision(room=room, by=by, action=action, reason=words[:REASON_MOST])


def note_supervision(
    *, room: ChatRoom, by: User, action: SupervisorAction, reason: str, **columns: object
) -> RoomSupervision:
    """Put an act of supervision on record, before it is done."""
    return RoomSupervision.objects.create(
        room=room, supervisor=by, action=action, reason=reason.strip(), **columns
    )
