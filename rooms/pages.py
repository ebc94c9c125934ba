"""Messages of a room as the lines of a page, its participants as the list beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatcore.models import User
from chatcore.pages import Citation, Line, with_followers
from rooms.forms import SayForm
from rooms.models import Audience, MessageType, RoomParticipant
from rooms.selectors.rooms import tells_reading
from rooms.services.attachments import attach
from rooms.services.messages import draft_of, say

# As lines.js says it, too.
NOTE = "Private note"
# How far an answer that comes later has got; lines.js says the same.
STATES = {
    "streaming": "is answering …",
    "batch-delay": "answers later",
    "failed": "could not answer",
}


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
    sender, files = message["sender"], message["attachments"]
    # A file without words goes under its name, which its card shows already.
    bare = len(files) == 1 and files[0]["original_filename"] == message["content"]
    return Line(
        id=message["id"],
        seq=message["seq"],
        author=sender["display_name"] or sender["username"] or "Somebody",
        mine=sender["id"] == me and message["message_type"] != MessageType.SYSTEM,
        kind=_kind(message),
        state=_state(message),
        content="" if bare else message["content"],
        created_at=message["created_at"],
        edited=bool(message["edited_at"]),
        deleted=bool(message["deleted_at"]),
        citations=_citations(message["content_metadata"]),
        extra={"files": files},
    )


def _state(message: dict[str, Any]) -> str:
    if message["audience"] == Audience.STAFF.label:
        return NOTE
    return STATES.get(message["delivery_status"], "")


def _citations(metadata: Mapping[str, Any]) -> list[Citation]:
    """What a robot quotes; whatever is no reference to a page of ours is left out."""
    found = metadata.get("references")
    return [
        Citation(each["url"], str(each.get("title", "")), str(each.get("text", "")))
        for each in (found if isinstance(found, list) else ())
        if isinstance(each, dict) and str(each.get("url", "")).startswith("/")
    ]


def _kind(message: dict[str, Any]) -> str:
    """What a line looks like: its type, and whether only those who help may read it."""
    kind = str(message["message_type"])
    return f"{kind} note" if message["audience"] == Audience.STAFF.label else kind


def send(user: User, room_id: UUID, form: SayForm) -> None:
    """What the composer sent without script: words, or a file with words beside it."""
    words = form.cleaned_data["content"]
    ref, file = form.cleaned_data["client_ref"], form.cleaned_data["file"]
    if file:
        attach(user, room_id, file=file, content=words, client_ref=ref)
    elif words:
        say(draft_of(room=room_id, sender=user.pk, content=words, client_ref=ref))
