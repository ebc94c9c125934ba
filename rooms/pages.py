"""Messages of a room as the lines of a page, its participants as the list beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from chatcore.models import CurrentStatus, User
from chatcore.pages import Citation, Line, with_followers
from rooms.forms import SayForm
from rooms.graphs import graph_of
from rooms.models import Audience, MessageType, RoomParticipant
from rooms.selectors.access import RoomAccess
from rooms.selectors.history import may_see_versions
from rooms.selectors.relations import Relations, relations_of
from rooms.selectors.rooms import tells_reading
from rooms.services.attachments import attach
from rooms.services.messages import draft_of, say

LABELS = {
    Audience.MEMBERS.label: "Not for guests",
    Audience.STAFF.label: "Private note: only the team sees this",
}
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
    # Away or busy; otherwise nothing.
    status: str
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a message replies to. Without a `seq` it is not for this reader, or gone for good."""

    id: UUID
    author: str = ""
    content: str = ""
    seq: int | None = None


def people_in(places: Sequence[RoomParticipant], online: set[UUID]) -> list[Person]:
    return [
        Person(
            user_id=place.user_id,
            name=place.user.shown_name,
            username=place.user.username,
            role=place.role,
            last_read_seq=place.last_read_seq if tells_reading(place) else 0,
            online=place.user_id in online,
            status=_status(place.user.current_status),
            last_seen_at=place.user.last_seen_at,
        )
        for place in places
    ]


def _status(status: str) -> str:
    return status if status in (CurrentStatus.AWAY, CurrentStatus.BUSY) else ""


def lines_of(access: RoomAccess, messages: Sequence[dict[str, Any]]) -> list[Line]:
    """Messages of one page with all that belongs to them; three queries more at most."""
    about = relations_of(access, messages)
    return with_followers(_line(access, message, about) for message in messages)


def _line(access: RoomAccess, message: dict[str, Any], about: Relations) -> Line:
    sender, files = message["sender"], message["attachments"]
    is_system = message["message_type"] == MessageType.SYSTEM
    is_note = message["audience"] == Audience.STAFF.label
    # A file without words goes under its name, which its card shows already.
    bare = len(files) == 1 and files[0]["original_filename"] == message["content"]
    return Line(
        id=message["id"],
        seq=message["seq"],
        author=sender["display_name"] or sender["username"] or "Somebody",
        mine=sender["id"] == access.participant.user_id and not is_system,
        kind=f"{message['message_type']} note" if is_note else message["message_type"],
        content="" if bare else message["content"],
        created_at=message["created_at"],
        edited=bool(message["edited_at"]),
        deleted=bool(message["deleted_at"]),
        state=STATES.get(message["delivery_status"], ""),
        citations=_citations(message["content_metadata"], message["content"]),
        names=[about.usernames.get(person, "") for person in message["mentions"]],
        extra=_extra(access, message, about),
    )


def _citations(metadata: Mapping[str, Any], content: str) -> list[Citation]:
    """What a robot quotes; whatever is no reference to a page of ours is left out."""
    found = metadata.get("references")
    return [
        _citation(each, content)
        for each in (found if isinstance(found, list) else ())
        if isinstance(each, dict) and str(each.get("url", "")).startswith("/")
    ]


def _citation(reference: Mapping[str, Any], content: str) -> Citation:
    quote = str(reference.get("text", ""))
    return Citation(
        url=str(reference["url"]),
        place=str(reference.get("title", "")),
        quote=quote,
        inline=bool(quote) and quote in content,
        source=str(reference.get("source", "")),
    )


def _extra(access: RoomAccess, message: dict[str, Any], about: Relations) -> dict[str, Any]:
    """What stands above and below the words (`_above.html`, `_below.html`)."""
    room, own = access.room.pk, message["id"]
    answers = about.answers.get(own)
    shown: dict[str, Any] = {
        "names_me": str(access.participant.user_id) in message["mentions"],
        "answers": answers,
        "thread_url": reverse("room_thread", args=[room, own]) if answers else "",
    }
    if message["deleted_at"]:
        return shown
    return shown | {
        "label": LABELS.get(message["audience"], ""),
        "is_robot": message["message_type"] == MessageType.ROBOT,
        "quote": _quote(message["reply_to_message"], about),
        "in_thread_url": _thread_url(room, message["thread"]),
        "begin_url": _thread_url(room, message["thread"] or own),
        "graph": graph_of(message),
        "offers_person": bool(message["content_metadata"].get("offers_person")),
        "files": message["attachments"],
        "versions_url": _versions_url(access, message),
    }


def _quote(replied_to: UUID | None, about: Relations) -> Quote | None:
    if replied_to is None:
        return None
    row = about.quoted.get(replied_to)
    if row is None:
        return Quote(replied_to)
    return Quote(replied_to, row["author"], row["content"], row["seq"])


def _thread_url(room: UUID, thread: UUID | None) -> str:
    return reverse("room_thread", args=[room, thread]) if thread else ""


def _versions_url(access: RoomAccess, message: dict[str, Any]) -> str:
    if not message["edited_at"] or not may_see_versions(access, message["sender"]["id"]):
        return ""
    return reverse("room_message_versions", args=[access.room.pk, message["id"]])


def send(user: User, room_id: UUID, form: SayForm) -> None:
    """What the composer sent without script: words, or a file with words beside it."""
    fields = form.cleaned_data
    words, file = fields["content"], fields["file"]
    more = {name: fields[name] for name in ("client_ref", "reply_to", "thread")}
    more["audience"] = Audience.STAFF if fields["note"] else Audience.EVERYONE
    if file:
        attach(user, room_id, file=file, content=words, **more)
    elif words:
        say(draft_of(room=room_id, sender=user.pk, content=words, **more))
