"""Starting over with the companion: its conversation stays, what was said or remembered in it goes.

Erased words are gone from the rows, not hidden: a message keeps its place, empty, so that numbers have
no hole and whoever follows the conversation hears of it like of any deletion.
"""

from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from chatcore.models import User
from chatcore.selectors.permissions import require
from chatcore.services.append import next_version
from dialogues.caches import forget_recent
from dialogues.models import (
    DialogueContext,
    DialogueMessage,
    DialogueSession,
    LifeEvent,
    MessageFeedback,
    MessageReference,
)
from dialogues.services.changes import change
from dialogues.services.memory import forget_memory
from dialogues.services.remembering import sources_gone
from dialogues.services.timeline import DIALOGUE_TIMELINE
from dialogues.services.turns import cancel_turns

# Each message that was there takes a version, in the order in which they stand.
_ERASE = """
UPDATE dialogue_messages m SET version = %(version)s + n.number, deleted_at = %(at)s,
  updated_at = %(at)s
FROM (SELECT id, row_number() OVER (ORDER BY seq) AS number FROM dialogue_messages
      WHERE session_id = %(session)s AND deleted_at IS NULL) n
WHERE m.id = n.id AND m.session_id = %(session)s"""
# Those deleted before, too: their words were kept in case of a dispute until now.
_EMPTY = """
UPDATE dialogue_messages SET content = '', context_snapshot = NULL, tool_calls = NULL,
  metadata = '{}', error_message = ''
WHERE session_id = %(session)s"""
_FORGET_EDITS = "UPDATE dialogue_messages_history SET content = '' WHERE session_id = %(session)s"
_FORGET_WORDS = """
DELETE FROM dialogue_message_words w USING dialogue_messages m
WHERE m.id = w.message_id AND m.session_id = %(session)s"""


@transaction.atomic
def start_over(
    session: DialogueSession,
    *,
    messages: bool = False,
    memory: bool = False,
    life_events: bool = False,
) -> DialogueSession:
    """Erase what is named, for good, and tell whoever follows the conversation.

    Raises Forbidden without `dialogue:event:delete` where life events are to go.
    """
    if messages:
        cancel_turns(session.pk)
        _erase_messages(session.pk)
    if memory:
        forget_memory(session)
    if life_events:
        _delete_events(session.user)
    return change(session.pk)


def _erase_messages(session_id: UUID) -> None:
    version = next_version(DIALOGUE_TIMELINE, session_id) - 1
    about: dict[str, Any] = {"session": session_id, "version": version, "at": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(_ERASE, about)
        erased = cursor.rowcount
        for forget in (_EMPTY, _FORGET_EDITS, _FORGET_WORDS):
            cursor.execute(forget, about)
    taken = version + max(erased, 1)
    DialogueSession.objects.filter(pk=session_id).update(version=taken)
    theirs = DialogueMessage.objects.filter(session_id=session_id)
    MessageReference.objects.filter(message__in=theirs).delete()
    MessageFeedback.objects.filter(message__in=theirs).delete()
    sources_gone(session_id)
    forget_recent(session_id)


def _delete_events(user: User) -> None:
    require(user, "dialogue:event:delete")
    LifeEvent.objects.filter(user=user).delete()
    DialogueContext.objects.filter(session__user=user, session__type="companion").update(
        mental_state_summary="", recent_events_summary=""
    )
