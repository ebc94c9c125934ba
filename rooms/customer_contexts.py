"""What the customer's pages are given. The widget shows the same messages to somebody without a cookie."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.urls import reverse

from chatcore.ids import uuid7
from chatcore.models import AccountType
from chatcore.pages import Line, PageRequest, is_past, place_in
from rooms.contexts import replying_to
from rooms.pages import lines_of, people_in
from rooms.selectors.access import RoomAccess
from rooms.selectors.customer import earlier_room_of
from rooms.selectors.messages import messages_page
from rooms.selectors.rooms import participants_of

PAGE_LENGTH = 50
Message = dict[str, Any]
# Of what a customer's messages and the box below them are made.
PARTS: dict[str, Any] = {
    "message_above": "_support_above.html",
    "message_footer": "_support_below.html",
    "message_actions": "_support_actions.html",
    "citation_part": "_passage.html",
    "composer_above": "_replying.html",
}


def support_context(
    request: PageRequest, access: RoomAccess, state: dict[str, Any]
) -> dict[str, Any]:
    """Everything the page of a conversation with support shows."""
    found = access.room
    place = place_in(request, found.last_seq, PAGE_LENGTH)
    history = messages_page(access, place)["results"]
    return support_messages(access, history) | {
        **before(access, history, _page_of),
        "topic": f"room:{found.pk}",
        "conversation": found,
        "title": found.name or "Support",
        "state": state,
        "people": people_in(list(participants_of(found)), set()),
        "later_url": request.path if is_past(request, place, found.last_seq) else "",
        "new_ref": uuid7(),
        "send_url": reverse("support_say", args=[found.pk]),
        "attach_url": f"/api/v1/rooms/{found.pk}/attachments/",
        "composer_label": "Write to us",
        "replying": replying_to(request, access),
        "ratings": range(1, 6),
    }


def before(
    access: RoomAccess, messages: Sequence[Message], address: Callable[[UUID], str]
) -> dict[str, str]:
    """Where what was said before these messages is shown: further up, or in the room from which this one
    was made when the matter was handed on."""
    first = messages[0]["seq"] if messages else 0
    if first > access.sight.first_visible:
        url = f"{address(access.room.pk)}before={first}"
        return {"earlier_url": url, "earlier_label": "Earlier messages"}
    room = earlier_room_of(access)
    words = "The earlier part of this conversation"
    return {"earlier_url": address(room) if room else "", "earlier_label": words}


def _page_of(room: UUID) -> str:
    return f"{reverse('support_room', args=[room])}?here=1&"


def support_messages(access: RoomAccess, messages: Sequence[Message]) -> dict[str, Any]:
    """What `_message.html` needs on the page. A citation opens on the spot; who may open books is led to
    its place there, too."""
    lines = lines_of(access, messages)
    is_guest = access.user is not None and access.user.account_type == AccountType.GUEST
    return _messages(access, [_without_links(line) for line in lines] if is_guest else lines)


def widget_messages(access: RoomAccess, messages: Sequence[Message]) -> dict[str, Any]:
    """The same in the widget, from which no page of ours can be opened."""
    return _messages(access, [_without_links(line) for line in lines_of(access, messages)])


def _messages(access: RoomAccess, lines: Sequence[Line]) -> dict[str, Any]:
    return PARTS | {
        "lines": lines,
        "room_url": reverse("support_room", args=[access.room.pk]),
        "person_url": reverse("support_person", args=[access.room.pk]),
        "composer_closed": access.silenced_by is not None,
    }


def _without_links(line: Line) -> Line:
    return replace(line, citations=[replace(one, url="") for one in line.citations])
