"""The one way in which a dialogue, or a message in it, changes: write, number, tell."""

from typing import Any
from uuid import UUID

from django.utils import timezone

from chatcore.errors import Conflict, NotFound
from chatcore.events import MessageEvent
from chatcore.services.append import Appended, next_version
from chatcore.services.publish import publish_on_commit
from dialogues.caches import forget_recent
from dialogues.events import DialogueUpdated
from dialogues.models import DialogueMessage, DialogueSession
from dialogues.selectors.messages import Row, message_row, messages_out
from dialogues.selectors.sessions import dialogue_by_id, dialogue_out
from dialogues.services.timeline import DIALOGUE_TIMELINE


class MessageGone(Conflict):
    code = "message_deleted"
    title = "The message is deleted"


def topic_of(session_id: UUID) -> str:
    """The live topic of a dialogue."""
    return f"dialogue:{session_id}"


def change(session_id: UUID, **columns: Any) -> DialogueSession:
    """Inside a transaction: set the columns under a new version and announce the dialogue."""
    version = next_version(DIALOGUE_TIMELINE, session_id)
    session = dialogue_by_id(session_id)
    if session is None:
        raise NotFound
    for name, value in columns.items():
        setattr(session, name, value)
    session.own_version = version
    session.save(update_fields=[*columns, "own_version", "updated_at"])
    event = DialogueUpdated(version=version, dialogue=dialogue_out(session))
    publish_on_commit(topic_of(session_id), event)
    return session


def change_message(row: Row, event: type[MessageEvent], **columns: Any) -> Appended:
    """Inside a transaction: change one living message under its dialogue's lock, with the dialogue's
    next version. Raises MessageGone."""
    session_id: UUID = row["session_id"]
    version = next_version(DIALOGUE_TIMELINE, session_id)
    changed = DialogueMessage.objects.filter(pk=row["id"], deleted_at__isnull=True).update(
        version=version, updated_at=timezone.now(), **columns
    )
    if not changed:
        raise MessageGone
    forget_recent(session_id)
    now = message_row(session_id, row["id"])
    (message,) = messages_out([now])
    publish_on_commit(topic_of(session_id), event(version=version, message=message))
    return Appended(dict(now))
