"""A question that was answered again: the new answer takes the place of those before it."""

from uuid import UUID

from chatcore.events import MessageEdited
from dialogues.selectors.messages import Row
from dialogues.selectors.replacing import standing_answers
from dialogues.services.changes import change_message
from dialogues.services.remembering import source_gone


def replace_answers(answer: Row) -> None:
    """In the transaction that stored `answer`: mark what it takes the place of, and tell.

    An answer that failed or was called off takes no place but that of a failure.
    """
    good = not answer["error_code"]
    new: UUID = answer["id"]
    for earlier in standing_answers(answer["session_id"], answer["reply_to_message_id"]):
        failed = earlier["error_code"] not in ("", "cancelled")
        if earlier["id"] != new and (good or failed):
            change_message(earlier, MessageEdited, replaced_by_id=new)
            source_gone(earlier["session_id"], earlier["id"], earlier["seq"])
