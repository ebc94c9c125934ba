"""What the pages of a room are given: its messages, its people, what its composer needs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from chatcore.http.positions import Position
from chatcore.ids import uuid7
from chatcore.pages import PageRequest, is_past, place_in, position
from chatcore.selectors.presence import online_in
from rooms.pages import lines_of, people_in
from rooms.selectors.access import RoomAccess
from rooms.selectors.messages import messages_page
from rooms.selectors.relations import quoted
from rooms.selectors.rooms import participants_of
from rooms.selectors.unread import unread_of
from rooms.shelf import room_title

PAGE_LENGTH = 50
Message = dict[str, Any]


def history_context(request: PageRequest, access: RoomAccess) -> dict[str, Any]:
    """Everything one page of a room shows."""
    found = access.room
    where = place_in(request, found.last_seq, PAGE_LENGTH)
    messages = messages_page(access, where)["results"]
    first_seq = messages[0]["seq"] if messages else 0
    return room_context(request, access, messages) | {
        "earlier_url": f"?before={first_seq}" if first_seq > access.sight.first_visible else "",
        "later_url": request.path if is_past(request, where, found.last_seq) else "",
        "unread": 0 if access.is_observing else unread_of(found, access.participant, request.user),
    }


def thread_context(request: PageRequest, access: RoomAccess, root: Message) -> dict[str, Any]:
    """The same for one thread, above whose first answers stands what it began with."""
    before = position(request, "before")
    answers = messages_page(access, Position(before, None, None, PAGE_LENGTH), root["id"])
    shown = answers["results"]
    context = room_context(request, access, shown if answers["has_more"] else [root, *shown])
    return context | {
        "thread_root": root,
        "earlier_url": f"?before={shown[0]['seq']}" if answers["has_more"] else "",
        "later_url": request.path if before is not None else "",
        "composer_label": "Answer in this thread",
    }


def room_context(
    request: PageRequest, access: RoomAccess, messages: Sequence[Message]
) -> dict[str, Any]:
    """What every page with messages of a room shows, the composer among it."""
    found, title = access.room, room_title(request.user, access.room)
    return message_context(access, messages) | {
        "topic": f"room:{found.pk}",
        "conversation": found,
        "title": title,
        "people": people_in(list(participants_of(found)), online_in(f"room:{found.pk}")),
        "people_open": "people" in request.GET,
        "may_invite": access.may_invite,
        "moderates": access.is_moderator,
        "observing": access.is_observing,
        "new_ref": uuid7(),
        "send_url": reverse("room_say", args=[found.pk]),
        "attach_url": f"/api/v1/rooms/{found.pk}/attachments/",
        "composer_label": f"Message {title}",
        "composer_above": "_room_composer.html",
        "may_note": access.may_note,
        "replying": replying_to(request, access),
    }


def message_context(access: RoomAccess, messages: Sequence[Message]) -> dict[str, Any]:
    """What `_message.html` needs for messages of a room."""
    return {
        "lines": lines_of(access, messages),
        "room_url": reverse("room", args=[access.room.pk]),
        "message_above": "_room_above.html",
        "message_footer": "_room_below.html",
        "message_actions": "_room_actions.html",
        "composer_closed": access.is_observing or access.silenced_by is not None,
    }


def replying_to(request: PageRequest, access: RoomAccess) -> Message | None:
    """The message that `?reply=`, or a form that comes back, names, where it is theirs to see."""
    named = request.POST.get("reply_to") or request.GET.get("reply", "")
    try:
        return next(iter(quoted(access, [UUID(named)]).values()), None)
    except ValueError:
        return None
