"""What its author may still do with a message: edit it, take it back. Asking is in `turns.py`."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Conflict, Forbidden
from chatcore.events import MessageDeleted, MessageEdited, MessageEvent
from chatcore.services.append import next_version
from chatcore.services.publish import publish_on_commit
from dialogues.models import DialogueMessage, DialogueSession, DialogueStatus, MessageRole
from dialogues.selectors.messages import MessageObject, message_row, messages_out
from dialogues.services.changes import topic_of
from dialogues.services.content import checked_content
from dialogues.services.timeline import DIALOGUE_TIMELINE
from dialogues.services.turns import cancel_turns


class NotYourMessage(Forbidden):
    code = "not_your_message"
    title = "Only your own messages can be changed"


class MessageGone(Conflict):
    code = "message_deleted"
    title = "This message was deleted"


class DialogueClosed(Conflict):
    code = "dialogue_closed"
    title = "The dialogue has ended; open it again or start another"


@transaction.atomic
def edit_message(session: DialogueSession, message_id: UUID, content: str) -> MessageObject:
    """Other words for one's own message; an answer already given stays. Raises what forbids it."""
    checked_content(content)
    version = next_version(DIALOGUE_TIMELINE, session.id)
    _own_living(session, message_id)
    return _changed(
        session, message_id, MessageEdited, version, content=content, edited_at=timezone.now()
    )


@transaction.atomic
def delete_message(session: DialogueSession, message_id: UUID) -> MessageObject:
    """Take one's own message back: its place stays, its words go, nobody answers it."""
    version = next_version(DIALOGUE_TIMELINE, session.id)
    _own_living(session, message_id)
    cancel_turns(session.id, question_id=message_id)
    return _changed(
        session, message_id, MessageDeleted, version, content="", deleted_at=timezone.now()
    )


def _own_living(session: DialogueSession, message_id: UUID) -> None:
    """Asked under the conversation's lock: nothing changes between this and the write."""
    row = message_row(session.id, message_id)
    session.refresh_from_db(fields=["status"])
    if row["role"] != MessageRole.USER:
        raise NotYourMessage
    if row["deleted_at"] is not None:
        raise MessageGone
    if session.status != DialogueStatus.ACTIVE:
        raise DialogueClosed


def _changed(
    session: DialogueSession,
    message_id: UUID,
    event: type[MessageEvent],
    version: int,
    **columns: Any,
) -> MessageObject:
    DialogueMessage.objects.filter(pk=message_id).update(
        version=version, updated_at=timezone.now(), **columns
    )
    (message,) = messages_out([message_row(session.id, message_id)])
    publish_on_commit(topic_of(session.id), event(version=version, message=message))
    return message
