"""What of rooms can be found, and how a hit looks."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.urls import reverse

from chatcore.models import User
from chatcore.search import SearchableMessages, Thread
from rooms.models import ChatRoom
from rooms.selectors.search import ROOM_SOURCE
from rooms.shelf import direct_names


class SearchableRooms(SearchableMessages):
    """What was said in the rooms that somebody is in now."""

    kind = "room_message"
    title = "Rooms"
    source = ROOM_SOURCE

    def threads(self, user: User, conversations: Sequence[UUID]) -> Mapping[UUID, Thread]:
        rooms = list(ChatRoom.objects.filter(pk__in=conversations))
        names = direct_names(user, rooms)
        return {
            room.pk: Thread(
                names.get(room.pk) or room.name or "Room", reverse("room", args=[room.pk])
            )
            for room in rooms
        }
