"""Make, change and delete rooms."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from chatcore.errors import Conflict, Forbidden, Invalid, NotFound
from chatcore.models import AccountType, User
from chatcore.selectors.permissions import require
from chatcore.services.append import next_version
from chatcore.services.publish import publish_on_commit
from rooms.events import RoomJoined, RoomLeft, RoomUpdated
from rooms.models import (
    MOST_PARTICIPANTS,
    PRESENT,
    ChatRoom,
    Role,
    RoomParticipant,
    RoomStatus,
    RoomType,
)
from rooms.selectors.access import RoomAccess, role_of_newcomer, room_for
from rooms.selectors.robots import accounts_that_answer_first
from rooms.selectors.rooms import present_in, room_out
from rooms.services.announcing import announce, owe
from rooms.services.participants import come_back
from rooms.services.timeline import ROOM_TIMELINE


def create_room(*, by: User, members: Sequence[UUID] = (), **columns: Any) -> RoomParticipant:
    """Make a room with its maker as moderator; the maker's place in it.

    A direct room of two people exists once: asked for again, the first is returned. Raises Forbidden
    without `chat:room:create` or for guests where none are allowed, NotFound for unknown members.
    """
    require(by, "chat:room:create")
    if parent := columns.pop("parent_room", None):
        columns["parent_room"] = room_for(by, getattr(parent, "pk", parent)).room
    others = _known_users(set(members) - {by.pk})
    if columns.get("room_type") == RoomType.SUPPORT:
        others += [user for user in accounts_that_answer_first() if user not in others]
    if not columns.get("guest_access_allowed", True) and any(map(_is_guest, others)):
        raise Forbidden("Guests are not allowed in this room.", code="no_guests")
    if columns.get("room_type") == RoomType.DIRECT:
        return _direct_room(by, others, columns)
    if len(others) + 1 > columns.get("max_participants", MOST_PARTICIPANTS):
        raise Conflict("The room would have more people than it takes.", code="room_full")
    with transaction.atomic():
        return _create(by, others, columns)


def update_room(*, access: RoomAccess, changes: Mapping[str, Any]) -> ChatRoom:
    """Change a room's own attributes; everybody in it hears of it.

    An archived room is out of the way, a closed one is concluded: in both one only reads, and both
    can be opened again. Raises Forbidden.
    """
    room = access.room
    access.require("chat:room:update")
    with transaction.atomic():
        version = next_version(ROOM_TIMELINE, room.pk)
        room.refresh_from_db()  # somebody else may have changed it before we had the lock
        if RoomStatus.CLOSED in {room.status, changes.get("status")} and "status" in changes:
            access.require("chat:room:conclude")
        for name, value in changes.items():
            setattr(room, name, value)
        room.version = room.own_version = version
        room.save(update_fields=[*changes, "own_version", "updated_at"])
        announce(room.pk, RoomUpdated(version=version, room=room_out(room)))
    return room


def delete_room(*, access: RoomAccess) -> None:
    """Soft delete: nobody finds the room any more, its history stays for the audit. Two people whose
    direct room was deleted may begin another."""
    access.require("chat:room:delete")
    with transaction.atomic():
        version = next_version(ROOM_TIMELINE, access.room.pk)
        ChatRoom.objects.filter(pk=access.room.pk).update(
            deleted_at=timezone.now(), own_version=version, direct_key=None
        )
        for user_id in present_in(access.room):
            publish_on_commit(f"user:{user_id}", RoomLeft(room=str(access.room.pk)))
        event = RoomUpdated(version=version, room=room_out(access.room))
        announce(access.room.pk, event)


def _direct_room(by: User, others: list[User], columns: Mapping[str, Any]) -> RoomParticipant:
    if len(others) != 1:
        raise Invalid("A direct room is for you and one other person.", code="not_a_pair")
    key = ":".join(sorted((str(by.pk), str(others[0].pk))))
    wanted = {**columns, "direct_key": key, "is_private": True, "max_participants": 2}
    try:
        with transaction.atomic():
            return _create(by, others, wanted)
    except IntegrityError:  # the other one was faster, or it is there already
        return _place_in_direct_room(by, key)


def _place_in_direct_room(by: User, key: str) -> RoomParticipant:
    place = (
        RoomParticipant.objects.select_related("room", "user")
        .filter(room__direct_key=key, user=by, room__deleted_at__isnull=True)
        .first()
    )
    if place is None:  # deleted between the two looks
        raise Conflict("This direct room was deleted.", code="room_deleted")
    return place if place.status in PRESENT else come_back(place)


def _create(by: User, others: Sequence[User], columns: Mapping[str, Any]) -> RoomParticipant:
    room = ChatRoom.objects.create(creator=by, **columns)
    role = Role.MEMBER if columns.get("direct_key") else Role.MODERATOR
    place = RoomParticipant(room=room, user=by, role=role, can_invite_others=True)
    places = [
        place,
        *(RoomParticipant(room=room, user=user, role=role_of_newcomer(user)) for user in others),
    ]
    RoomParticipant.objects.bulk_create(places)
    for each in places:
        publish_on_commit(f"user:{each.user_id}", RoomJoined(room=str(room.pk)))
    owe(room.pk, "room.created", room.version, room_out(room))
    return place


def _is_guest(user: User) -> bool:
    return user.account_type == AccountType.GUEST


def _known_users(ids: set[UUID]) -> list[User]:
    found = list(User.objects.filter(pk__in=ids, account_status="active"))
    if len(found) < len(ids):
        raise NotFound("There is no such user.")
    return found
