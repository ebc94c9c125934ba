"""Rooms and participants as the API and the events show them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from chatcore.errors import NotFound
from chatcore.models import User
from rooms.models import PRESENT, ChatRoom, Role, RoomParticipant, RoomStatus
from rooms.selectors.access import RoomAccess
from rooms.selectors.readers import HELPERS
from rooms.selectors.unread import with_unread


def rooms_of(user: User) -> QuerySet[Any]:
    """The places a user has, each with its room, `unread` and `unread_mentions`: one query for a
    page. `activity` is the id of the last message, or of a room without one: both are by time."""
    places = RoomParticipant.objects.filter(
        user=user, status__in=PRESENT, room__deleted_at__isnull=True
    ).select_related("room")
    activity = Coalesce(F("room__last_message_id"), F("room_id"))
    counted: QuerySet[Any] = with_unread(places, user).annotate(activity=activity)
    return counted


def in_use(places: QuerySet[Any]) -> QuerySet[Any]:
    """Those whose rooms are not out of the way."""
    return places.exclude(room__status=RoomStatus.ARCHIVED)


def archived(places: QuerySet[Any]) -> QuerySet[Any]:
    return places.filter(room__status=RoomStatus.ARCHIVED)


def my_place(user: User, room_id: UUID) -> Any:
    """One of them. Raises NotFound."""
    place = rooms_of(user).filter(room=room_id).first()
    if place is None:
        raise NotFound("There is no such room.")
    return place


def present_in(room: ChatRoom) -> list[UUID]:
    """The ids of who is in a room."""
    places = RoomParticipant.objects.filter(room=room, status__in=PRESENT)
    return list(places.values_list("user_id", flat=True))


def helper_is_here(room: UUID) -> bool:
    """Whether somebody who helps is in the room, and not only to look on."""
    places = RoomParticipant.objects.filter(
        room=room, status__in=PRESENT, user__account_type__in=HELPERS
    )
    return places.exclude(role=Role.OBSERVER).exists()


def participants_of(room: ChatRoom) -> QuerySet[RoomParticipant]:
    """Who is in a room, those who came first at the top."""
    # By way of the room, which each place then knows without asking.
    places = room.participants.filter(status__in=PRESENT)
    return places.select_related("user").order_by("joined_at", "id")


def others_in_direct_rooms(user: User, room_ids: Sequence[UUID]) -> QuerySet[RoomParticipant]:
    """The other one of each direct room, present or not: the room is called after them."""
    return (
        RoomParticipant.objects.filter(room_id__in=room_ids)
        .exclude(user=user)
        .select_related("user")
    )


def participant_row(room: ChatRoom, user_id: UUID) -> RoomParticipant | None:
    """A place in a room, present or not."""
    return (
        RoomParticipant.objects.select_related("user", "room")
        .filter(room=room, user_id=user_id)
        .first()
    )


def room_out(room: ChatRoom) -> dict[str, Any]:
    """A room without what is personal: the body of `room.updated`."""
    return {
        "id": str(room.pk),
        "name": room.name,
        "description": room.description,
        "room_type": room.room_type,
        "status": room.status,
        "issue_id": room.issue_id,
        "issue_description": room.issue_description,
        "is_private": room.is_private,
        "guest_access_allowed": room.guest_access_allowed,
        "max_participants": room.max_participants,
        "creator": str(room.creator_id),
        "parent_room": str(room.parent_room_id) if room.parent_room_id else None,
        "escalation_level": room.escalation_level,
        "room_settings": room.room_settings,
        "created_at": room.created_at,
    }


def seen_room_out(access: RoomAccess) -> dict[str, Any]:
    """A room as whoever may see it sees it; to a supervisor who looks on nothing is unread."""
    user, place = access.user, access.participant
    if user is not None and not access.is_observing:
        return my_room_out(my_place(user, access.room.pk))
    place.last_read_seq, place.unread, place.unread_mentions = access.room.last_seq, 0, 0  # type: ignore[attr-defined]
    return my_room_out(place)


def my_room_out(place: Any) -> dict[str, Any]:
    """A room as one of its participants sees it in a list, as `rooms_of` finds it."""
    room = place.room
    return room_out(room) | {
        "last_seq": room.last_seq,
        "version": room.version,
        "last_message_at": room.last_message_at,
        "role": place.role,
        "last_read_seq": place.last_read_seq,
        "unread_count": place.unread,
        "unread_mentions": place.unread_mentions,
    }


def participant_out(place: RoomParticipant) -> dict[str, Any]:
    """A participant; needs `user` and `room` loaded."""
    user, is_told = place.user, tells_reading(place)
    return {
        "room": str(place.room_id),
        "user": {
            "id": str(user.pk),
            "username": user.username,
            "display_name": user.display_name,
            "account_type": user.account_type,
        },
        "role": place.role,
        "status": place.status,
        "can_send_messages": place.can_send_messages,
        "can_invite_others": place.can_invite_others,
        "can_see_history": place.can_see_history,
        "joined_at": place.joined_at,
        "left_at": place.left_at,
        "last_read_seq": place.last_read_seq if is_told else None,
    }


def tells_reading(place: RoomParticipant) -> bool:
    """Whether the others may know how far they have read; needs `user` and `room` loaded."""
    of_person = place.user.chat_preferences.get("read_receipts", True)
    return bool(of_person and place.room.room_settings.get("read_receipts", True))


def participants_out(places: Sequence[RoomParticipant], online: set[UUID]) -> list[dict[str, Any]]:
    """Participants with whether they follow the room at this moment, and when they were last seen."""
    return [
        participant_out(place)
        | {
            "is_online": place.user_id in online,
            "current_status": place.user.current_status,
            "last_seen_at": place.user.last_seen_at,
        }
        for place in places
    ]
