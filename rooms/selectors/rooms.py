"""Rooms and participants as the API and the events show them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from chatcore.models import User
from rooms.models import PRESENT, ChatRoom, RoomParticipant


def rooms_of(user: User) -> QuerySet[RoomParticipant]:
    """The places a user has, each with its room: one query for a page of rooms with unread counts."""
    return (
        RoomParticipant.objects.filter(user=user, status__in=PRESENT, room__deleted_at__isnull=True)
        .select_related("room")
        .annotate(unread=F("room__last_seq") - F("last_read_seq"))
    )


def participants_of(room: ChatRoom) -> QuerySet[RoomParticipant]:
    """Who is in a room, those who came first at the top."""
    return (
        RoomParticipant.objects.filter(room=room, status__in=PRESENT)
        .select_related("user")
        .order_by("joined_at", "id")
    )


def others_in_direct_rooms(user: User, room_ids: Sequence[UUID]) -> QuerySet[RoomParticipant]:
    """The other one of each direct room, present or not: the room is called after them."""
    return (
        RoomParticipant.objects.filter(room_id__in=room_ids)
        .exclude(user=user)
        .select_related("user")
    )


def participant_row(room: ChatRoom, user_id: UUID) -> RoomParticipant | None:
    """A place in a room, present or not."""
    return RoomParticipant.objects.select_related("user").filter(room=room, user_id=user_id).first()


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


def my_room_out(place: RoomParticipant) -> dict[str, Any]:
    """A room as one of its participants sees it in a list: with positions and unread count."""
    room = place.room
    return room_out(room) | {
        "last_seq": room.last_seq,
        "version": room.version,
        "last_message_at": room.last_message_at,
        "role": place.role,
        "last_read_seq": place.last_read_seq,
        "unread_count": max(room.last_seq - place.last_read_seq, 0),
    }


def participant_out(place: RoomParticipant) -> dict[str, Any]:
    """A participant; needs `user` loaded."""
    user = place.user
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
        "last_read_seq": place.last_read_seq,
    }


def participants_out(places: Sequence[RoomParticipant], online: set[UUID]) -> list[dict[str, Any]]:
    """Participants with whether they follow the room at this moment."""
    return [participant_out(place) | {"is_online": place.user_id in online} for place in places]
