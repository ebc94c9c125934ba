"""What a customer does: open a support room, ask for a person, rate the end."""

from uuid import UUID

from django.db import transaction

from chatcore.models import User
from chatcore.selectors.permissions import require
from chatcore.services.publish import publish_on_commit
from rooms.events import RoomJoined
from rooms.models import (
    ChatRoom,
    Escalation,
    Outcome,
    RoomConclusion,
    RoomParticipant,
    RoomStatus,
    RoomType,
)
from rooms.selectors.access import RoomAccess, role_of_newcomer
from rooms.selectors.customer import running_room_of
from rooms.selectors.robots import accounts_that_answer_first
from rooms.services.conclusions import conclude_room
from rooms.services.escalations import LEVEL_OF, escalate_room
from rooms.services.messages import draft_of, say

NAME_MAX = 200
ASKED = "The customer has asked for a person."


def open_support_room(
    *, by: User, content: str, subject: str = "", client_ref: UUID | None = None
) -> ChatRoom:
    """A support room with its first words. Whoever has one that still runs goes on in it: a form sent
    twice opens one room. Raises Forbidden without `chat:escalation:create`."""
    require(by, "chat:escalation:create")
    with transaction.atomic():
        # One at a time for a person, so that two forms at once find the same room.
        User.objects.select_for_update().get(pk=by.pk)
        room = running_room_of(by) or _open(by, subject.strip() or content.strip())
    say(draft_of(room=room.pk, sender=by.pk, content=content, client_ref=client_ref))
    return room


def _open(by: User, name: str) -> ChatRoom:
    room = ChatRoom.objects.create(
        name=name.splitlines()[0][:NAME_MAX] if name else "",
        room_type=RoomType.SUPPORT,
        is_private=True,
        creator=by,
    )
    for person in (by, *accounts_that_answer_first()):
        RoomParticipant.objects.create(room=room, user=person, role=role_of_newcomer(person))
        publish_on_commit(f"user:{person.pk}", RoomJoined(room=str(room.pk)))
    return room


def ask_for_person(*, access: RoomAccess, by: User, reason: str = "") -> Escalation:
    """Raises what `escalate_room` raises, AlreadyEscalated among it."""
    level = LEVEL_OF[access.room.escalation_level]
    return escalate_room(access=access, by=by, to_level=level, reason=reason.strip() or ASKED)


def rate_help(*, access: RoomAccess, by: User, rating: int, comment: str = "") -> RoomConclusion:
    """The customer's word at the end; where nobody has concluded the conversation, that does it.

    Raises what `conclude_room` raises.
    """
    goes_on = access.room.status == RoomStatus.ACTIVE
    outcome = Outcome.RESOLVED if goes_on else None
    return conclude_room(access=access, by=by, outcome=outcome, rating=rating, comment=comment)
