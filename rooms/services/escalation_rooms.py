"""The rooms of an escalation: made for it or reused, and who is brought into them."""

from collections.abc import Iterator

from django.utils import timezone

from chatcore.models import User
from chatcore.services.append import next_version
from chatcore.services.publish import publish_on_commit
from rooms.events import ParticipantChanged, RoomJoined, RoomLeft
from rooms.models import (
    PRESENT,
    RANK,
    ChatRoom,
    Escalation,
    ParticipantStatus,
    Role,
    RoomMode,
    RoomParticipant,
    RoomType,
    SlaPolicyVersion,
)
from rooms.selectors.access import role_of_newcomer
from rooms.selectors.rooms import participant_out, participant_row
from rooms.services.announcing import announce
from rooms.services.timeline import ROOM_TIMELINE


def target_room_for(
    source: ChatRoom, customer: User, by: User, to_level: str, policy: SlaPolicyVersion | None
) -> ChatRoom:
    """The support room itself while the level stays, else a room of its own below it; a policy may
    say always the one or always the other."""
    mode = policy.room_mode if policy else RoomMode.AUTO
    supports = source.room_type in (RoomType.SUPPORT, RoomType.ESCALATED)
    stays = supports and source.escalation_level == RANK[to_level]
    if mode == RoomMode.REUSE or (mode == RoomMode.AUTO and stays):
        return source
    room = ChatRoom.objects.create(
        name=source.name or f"{customer.shown_name}: {to_level}",
        description=source.description,
        room_type=RoomType.ESCALATED,
        issue_id=source.issue_id,
        issue_description=source.issue_description,
        is_private=True,
        creator=by,
        parent_room=source,
        escalation_level=RANK[to_level],
    )
    bring_in(room, customer, role_of_newcomer(customer))
    return room


def let_work(escalation: Escalation, agent: User) -> None:
    """Bring an agent in where they work, and as an observer wherever the matter has been before."""
    working = escalation.target_room or escalation.source_room
    bring_in(working, agent, Role.MODERATOR)
    for room in rooms_before(escalation):
        if room.pk != working.pk:
            bring_in(room, agent, Role.OBSERVER)


def rooms_before(escalation: Escalation) -> Iterator[ChatRoom]:
    """The source room, and those of the escalations before it, latest first."""
    step: Escalation | None = escalation
    while step is not None:
        yield step.source_room
        step = step.previous


def bring_in(room: ChatRoom, user: User, role: str) -> RoomParticipant:
    """A place with the whole history, whatever the room's limits: support has asked for them.

    Who is there already keeps the role they have, unless they only observed.
    """
    place = participant_row(room, user.pk) or RoomParticipant(room=room, user=user)
    present = not place._state.adding and place.status in PRESENT
    if present and (place.role == role or place.role != Role.OBSERVER):
        return place
    version = next_version(ROOM_TIMELINE, room.pk)
    if not present:
        place.joined_at, place.left_at = timezone.now(), None
    place.role, place.status, place.version = role, ParticipantStatus.ACTIVE, version
    place.can_send_messages = place.can_see_history = True
    place.save()
    _tell(place)
    return place


def take_out(room: ChatRoom, user: User) -> None:
    """Out of the room in which they worked; what they said stays."""
    place = participant_row(room, user.pk)
    if place is None or place.status not in PRESENT:
        return
    place.version = next_version(ROOM_TIMELINE, room.pk)
    place.status, place.left_at = ParticipantStatus.LEFT, timezone.now()
    place.save()
    _tell(place)


def _tell(place: RoomParticipant) -> None:
    event = ParticipantChanged(version=place.version, participant=participant_out(place))
    announce(place.room_id, event)
    room = str(place.room_id)
    mine = RoomJoined(room=room) if place.status in PRESENT else RoomLeft(room=room)
    publish_on_commit(f"user:{place.user_id}", mine)
