"""The shelf of rooms on the home page."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.urls import reverse

from chatcore.models import User
from chatcore.shelves import Shelf, ShelfItem
from rooms.models import ChatRoom, RoomType
from rooms.selectors.rooms import archived, in_use, others_in_direct_rooms, rooms_of

SHOWN = 50


def room_shelf(user: User) -> Shelf:
    """My rooms, the one last spoken in first, with what I have not read."""
    return Shelf(
        name="rooms",
        title="Rooms",
        items=_items(user, in_use(rooms_of(user))),
        empty="You are in no room yet.",
        new_url=reverse("room_new"),
        new_label="New room",
        more_url=reverse("rooms_archived"),
        more_label="Archived rooms",
    )


def archive_shelf(user: User) -> Shelf:
    """Those of my rooms that are out of the way."""
    items = _items(user, archived(rooms_of(user)))
    return Shelf("archived", "Rooms", items, empty="None of your rooms is archived.")


def _items(user: User, places: QuerySet[Any]) -> list[ShelfItem]:
    last_first = F("room__last_message_at").desc(nulls_last=True)
    shown = list(places.order_by(last_first, "-room_id")[:SHOWN])
    names = direct_names(user, (place.room for place in shown))
    return [_item(place, names) for place in shown]


def _item(place: Any, names: dict[UUID, str]) -> ShelfItem:
    room = place.room
    return ShelfItem(
        topic=f"room:{room.pk}",
        title=names.get(room.pk) or room.name or "Room",
        url=reverse("room", args=[room.pk]),
        note=room.description,
        at=room.last_message_at or room.created_at,
        unread=place.unread,
        kind=room.room_type,
    )


def room_title(user: User, room: ChatRoom) -> str:
    return direct_names(user, [room]).get(room.pk) or room.name or "Room"


def direct_names(user: User, rooms: Iterable[ChatRoom]) -> dict[UUID, str]:
    """A direct room is called after the other one in it."""
    direct = [room.pk for room in rooms if room.room_type == RoomType.DIRECT]
    places = others_in_direct_rooms(user, direct) if direct else ()
    return {place.room_id: place.user.shown_name for place in places}
