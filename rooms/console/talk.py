"""Saying something from the console: a reply, or a private note; and the warning before it."""

from collections.abc import Sequence
from typing import Any

from chatcore.errors import ChatcoreError
from chatcore.http.positions import Position
from chatcore.models import User
from chatcore.pages import Line
from rooms.console.forms import Composed
from rooms.models import Escalation, MessageType
from rooms.pages import lines_of, send
from rooms.selectors.access import RoomAccess
from rooms.selectors.messages import messages_page

_MOST_NEWER = 20


def newer_words(access: RoomAccess | None, given: dict[str, Any]) -> Sequence[Line]:
    """What others have said since the form was made; nothing for a note, and where the agent has seen it
    and sends anyway."""
    seen = given["seen_seq"]
    if access is None or access.user is None or seen is None:
        return []
    if given["role"] == "note" or given["send_anyway"] or access.room.last_seq <= seen:
        return []
    found = messages_page(access, Position(None, seen, None, _MOST_NEWER))["results"]
    others = [
        message
        for message in found
        if message["sender"]["id"] != access.user.pk
        and message["message_type"] != MessageType.SYSTEM
    ]
    return lines_of(access, others)


def said(escalation: Escalation, by: User, form: Composed) -> bool:
    """Say it in the room in which the escalation is worked on; False with what stopped it in the form."""
    if not form.is_valid():
        return False
    room = escalation.target_room_id or escalation.source_room_id
    form.cleaned_data["note"] = form.cleaned_data["role"] == "note"
    try:
        send(by, room, form)
    except ChatcoreError as refused:
        form.add_error(None, refused.detail)
    return form.is_valid()
