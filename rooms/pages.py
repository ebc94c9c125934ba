"""Messages of a room as the lines of a page, its participants as the list beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatcore.models import User
from chatcore.pages import Line, with_followers
from rooms.models import Audience, MessageType, RoomParticipant
from rooms.selectors.rooms import tells_reading

# As room.js says it, too.
NOTE = "Private note"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a room, as `_people.html` shows them and people.js reads them back."""

    user_id: UUID
    name: str
    username: str
    role: str
    last_read_seq: int
    online: bool


def people_in(places: Sequence[RoomParticipant], online: set[UUID]) -> list[Person]:
    return [
        Person(
            user_id=place.user_id,
            name=place.user.shown_name,
            username=place.user.username,
            role=place.role,
            last_read_seq=place.last_read_seq if tells_reading(place) else 0,
            online=place.user_id in online,
        )
        for place in places
    ]


def lines_of(messages: Sequence[dict[str, Any]], user: User) -> list[Line]:
    return with_followers(_line(message, user.pk) for message in messages)


def _line(message: dict[str, Any], me: UUID) -> Line:
    sender = message["sender"]
    return Line(
        id=message["id"],
        seq=message["seq"],
        author=sender["display_name"] or sender["username"] or "Somebody",
        mine=sender["id"] == me and message["message_type"] != MessageType.SYSTEM,
        kind=_kind(message),
        state=NOTE if message["audience"] == Audience.STAFF.label else "",
        content=message["content"],
        created_at=message["created_at"],
        edited=bool(message["edited_at"]),
        deleted=bool(message["deleted_at"]),
    )


def _kind(message: dict[str, Any]) -> str:
    """What a line looks like: its type, and whether only those who help may read it."""
    kind = str(message["message_type"])
    return f"{kind} note" if message["audience"] == Audience.STAFF.label else kind
