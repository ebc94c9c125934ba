"""What its author may still do with a message: edit it, take it back. Asking is in `turns.py`."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Forbidden
from chatcore.events import MessageDeleted, MessageEdited, MessageEvent
from chatcore.services.append import Appended
from chatcore.services.refusals import refusal_error
from dialogues.models import DialogueSession, DialogueStatus, MessageRole
from dialogues.selectors.messages import Row, message_row
from dialogues.services.changes import MessageGone, change_message
from dialogues.services.content import checked_content
from dialogues.services.remembering import source_gone
from dialogues.services.turns import cancel_turns


@transaction.atomic
def edit_message(session: DialogueSession, message_id: UUID, content: str) -> Appended:
    """Other words for one's own message; an answer already given stays. Raises what forbids it."""
    checked_content(content)
    row = _own(session, message_id)
    if row["deleted_at"]:
        raise MessageGone
    return _change(row, MessageEdited, content=content, edited_at=timezone.now())


@transaction.atomic
def delete_message(session: DialogueSession, message_id: UUID) -> Appended:
    """Take one's own message back: it keeps its place, empty, and nobody answers it any more."""
    row = _own(session, message_id)
    if row["deleted_at"]:
        return Appended(dict(row), duplicate=True)
    appended = _change(row, MessageDeleted, deleted_at=timezone.now())
    cancel_turns(session.id, question_id=message_id)
    return appended


@transaction.atomic
def remove_message(session: DialogueSession, message_id: UUID) -> Appended:
    """Staff takes a message out, whoever said it and however the dialogue stands."""
    row = message_row(session.id, message_id)
    if row["deleted_at"]:
        return Appended(dict(row), duplicate=True)
    return _change(row, MessageDeleted, deleted_at=timezone.now())


def _own(session: DialogueSession, message_id: UUID) -> Row:
    row = message_row(session.id, message_id)
    if row["role"] != MessageRole.USER:
        raise Forbidden("Only your own messages can be changed.", code="not_yours")
    if session.status != DialogueStatus.ACTIVE:
        raise refusal_error("dialogue_closed")
    return row


def _change(row: Row, event: type[MessageEvent], **columns: Any) -> Appended:
    """What the old words told is remembered no more."""
    appended = change_message(row, event, **columns)
    source_gone(row["session_id"], row["id"], row["seq"])
    return appended
