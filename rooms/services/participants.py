"""Come, go, invite, change roles and rights. Each change takes a version, so nobody misses it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Conflict, Forbidden, NotFound
from chatcore.models import User
from chatcore.services.append import next_version
from chatcore.services.publish import publish_on_commit
from rooms.events import ParticipantChanged, RoomJoined, RoomLeft
from rooms.models import (
    PRESENT,
    ChatRoom,
    ParticipantStatus,
    Role,
    RoomParticipant,
    RoomStatus,
    RoomType,
)
from rooms.selectors.access import RoomAccess, role_of_newcomer
from rooms.selectors.rooms import participant_out, participant_row
from rooms.services.announcing import announce
from rooms.services.timeline import ROOM_TIMELINE


def invite(*, access: RoomAccess, user_id: UUID, role: str | None = None) -> RoomParticipant:
    """Add somebody. Raises Forbidden, NotFound, or Conflict (already in, full, closed, direct)."""
    access.require("chat:room:invite")
    if not access.has_right_to_invite:
        raise Forbidden("You may not invite others to this room.", code="may_not_invite")
    if role not in {None, Role.MEMBER, Role.GUEST} and not access.is_moderator:
        raise Forbidden("Only a moderator gives this role.", code="not_a_moderator")
    user = User.objects.filter(pk=user_id, account_status="active").first()
    if user is None:
        raise NotFound("There is no such user.")
    return _add(access.room, user, role)


def add_participant(*, room: ChatRoom, user: User, role: str | None = None) -> RoomParticipant:
    """Bring somebody in, for services that have asked whether they may: an agent who takes a case.

    Who is in already stays as they are, unless a role is given. Raises Conflict, Forbidden.
    """
    with transaction.atomic():
        place = participant_row(room, user.pk)
        if place is None or place.status not in PRESENT:
            return _add(room, user, role)
        if role in {None, place.role}:
            return place
        version = next_version(ROOM_TIMELINE, room.pk)
        place.refresh_from_db()
        place.role = str(role)
        return _store(place, version)


def join(*, room: ChatRoom, user: User) -> RoomParticipant:
    """Come in by oneself; `open_room_for` has said that the room is open."""
    place = participant_row(room, user.pk)
    if place and place.status == ParticipantStatus.REMOVED:
        raise NotFound("There is no such room.")
    if place and place.status in PRESENT:
        return place
    return _add(room, user, None)


def change_participant(
    *, access: RoomAccess, user_id: UUID, changes: Mapping[str, Any]
) -> RoomParticipant:
    """Change role, status or rights of a participant; `access` is a moderator's."""
    with transaction.atomic():
        version = next_version(ROOM_TIMELINE, access.room.pk)
        place = _present_place(access.room, user_id)
        for name, value in changes.items():
            setattr(place, name, value)
        _refuse_last_moderator(access.room, place)
        return _store(place, version)


def remove_participant(*, access: RoomAccess, user_id: UUID) -> None:
    """Put somebody out; they cannot come back by themselves."""
    change_participant(
        access=access, user_id=user_id, changes={"status": ParticipantStatus.REMOVED}
    )


def leave(*, access: RoomAccess) -> None:
    """Go by oneself. Raises Conflict for the last moderator of others who stay."""
    with transaction.atomic():
        version = next_version(ROOM_TIMELINE, access.room.pk)
        place = _present_place(access.room, access.participant.user_id)
        if place.status == ParticipantStatus.MUTED:
            place.can_send_messages = False  # joining again must not undo a moderator's word
        place.status = ParticipantStatus.LEFT
        _refuse_last_moderator(access.room, place)
        _store(place, version)


def come_back(place: RoomParticipant) -> RoomParticipant:
    """Into a direct room that one has left: it is there once for the two, for good."""
    with transaction.atomic():
        version = next_version(ROOM_TIMELINE, place.room_id)
        place.refresh_from_db()
        place.status, place.left_at = ParticipantStatus.ACTIVE, None
        return _store(place, version)


def _add(room: ChatRoom, user: User, role: str | None) -> RoomParticipant:
    with transaction.atomic():
        version = next_version(ROOM_TIMELINE, room.pk)
        room.refresh_from_db()
        place = participant_row(room, user.pk) or RoomParticipant(room=room, user=user)
        _refuse_addition(room, user, place)
        place.role = role or _role_on_coming(place, user)
        place.status = ParticipantStatus.ACTIVE
        place.joined_at, place.left_at = timezone.now(), None
        place.joined_seq = room.last_seq
        # What was said before somebody came is history, not unread.
        place.last_read_seq = room.last_seq
        place.read_guest_hidden, place.read_member_hidden = room.guest_hidden, room.member_hidden
        return _store(place, version)


def _role_on_coming(place: RoomParticipant, user: User) -> str:
    """An observer who comes back is one still: that was a moderator's decision."""
    if place.role == Role.OBSERVER:
        return Role.OBSERVER
    return role_of_newcomer(user)


def _refuse_addition(room: ChatRoom, user: User, place: RoomParticipant) -> None:
    if room.room_type == RoomType.DIRECT:
        raise Conflict("A direct room is for two people.", code="direct_room")
    if room.status != RoomStatus.ACTIVE:
        raise Conflict("The room is closed.", code="room_closed")
    if not place._state.adding and place.status in PRESENT:
        raise Conflict("They are in the room already.", code="already_in")
    if user.account_type == "guest" and not room.guest_access_allowed:
        raise Forbidden("Guests are not allowed in this room.", code="no_guests")
    present = RoomParticipant.objects.filter(room=room, status__in=PRESENT).count()
    if present >= room.max_participants:
        raise Conflict(f"The room takes {room.max_participants} people.", code="room_full")


def _present_place(room: ChatRoom, user_id: UUID) -> RoomParticipant:
    place = participant_row(room, user_id)
    if place is None or place.status not in PRESENT:
        raise NotFound("They are not in the room.")
    return place


def _refuse_last_moderator(room: ChatRoom, place: RoomParticipant) -> None:
    """A group keeps somebody who can moderate it."""
    if place.role == Role.MODERATOR and place.status in PRESENT:
        return
    present = RoomParticipant.objects.filter(room=room, status__in=PRESENT)
    moderators = present.filter(role=Role.MODERATOR)
    goes_alone = place.status not in PRESENT and not present.exclude(pk=place.pk).exists()
    if goes_alone or not moderators.filter(pk=place.pk).exists():
        return
    if not moderators.exclude(pk=place.pk).exists():
        raise Conflict("The room would have no moderator left.", code="last_moderator")


def _store(place: RoomParticipant, version: int) -> RoomParticipant:
    """Write the place with its version and tell the room and the person."""
    present = place.status in PRESENT
    place.version = version
    if not present:
        place.left_at = timezone.now()
    place.save()
    event = ParticipantChanged(version=version, participant=participant_out(place))
    announce(place.room_id, event)
    room = str(place.room_id)
    mine = RoomJoined(room=room) if present else RoomLeft(room=room)
    publish_on_commit(f"user:{place.user_id}", mine)
    return place
