"""The one way in which a dialogue's own attributes change: write, number, tell."""

from typing import Any
from uuid import UUID

from chatcore.errors import NotFound
from chatcore.services.append import next_version
from chatcore.services.publish import publish_on_commit
from dialogues.events import DialogueUpdated
from dialogues.models import DialogueSession
from dialogues.selectors.sessions import dialogue_by_id, dialogue_out
from dialogues.services.timeline import DIALOGUE_TIMELINE


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
