"""Answers to one question: which of them stand, and where they belong among the other messages."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from chatcore.selectors.rows import fetch_rows
from dialogues.models import MessageRole
from dialogues.selectors.messages import MessageObject, Row

# Younger than the question: months before it are left out.
STANDING_SQL = """
SELECT m.* FROM dialogue_messages m
WHERE m.reply_to_message_id = %(question)s AND m.session_id = %(session)s
  AND m.id > %(question)s AND m.role = %(role)s
  AND m.deleted_at IS NULL AND m.replaced_by_id IS NULL
ORDER BY m.seq"""


def standing_answers(session_id: UUID, question_id: UUID | None) -> Sequence[Row]:
    """The living answers to a question that none has taken the place of, oldest first."""
    if question_id is None:
        return []
    asked = {"question": question_id, "session": session_id, "role": MessageRole.ASSISTANT.value}
    return fetch_rows(STANDING_SQL, asked)


def answers_in_place(messages: Iterable[MessageObject]) -> list[MessageObject]:
    """What stands of a dialogue, in the order of talking: each answer after its question, however
    late it was given, and none that was replaced."""
    standing = [message for message in messages if message["replaced_by"] is None]
    asked = {message["id"]: message["seq"] for message in standing}
    return sorted(
        standing, key=lambda one: (asked.get(one["reply_to_message"], one["seq"]), one["seq"])
    )
