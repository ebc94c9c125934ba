"""Feedback on answers: one's own, and the queue of reviews."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from dialogues.models import DialogueMessage, MessageFeedback, ReviewState
from dialogues.selectors.sessions import instant


def verdicts_on(user_id: UUID, message_ids: Sequence[UUID]) -> dict[str, MessageFeedback]:
    """What a person thought of these messages, by the message's id; one query."""
    found = MessageFeedback.objects.filter(user_id=user_id, message_id__in=message_ids)
    return {str(feedback.message_id): feedback for feedback in found}


def feedback_out(feedback: MessageFeedback) -> dict[str, Any]:
    """The feedback object for the person who gave it, JSON types only; the reviewer stays unnamed."""
    return {
        "message": str(feedback.message_id),
        "feedback_type": feedback.feedback_type,
        "feedback_text": feedback.feedback_text,
        "review_state": feedback.review_state,
        "created_at": instant(feedback.created_at),
        "updated_at": instant(feedback.updated_at),
    }


def open_reviews() -> int:
    """How many answers called incorrect wait for staff."""
    return MessageFeedback.objects.filter(review_state=ReviewState.OPEN).count()


def judged_exchange(feedback: MessageFeedback) -> tuple[str, str]:
    """The question and the answer that a verdict is about, as they stand now."""
    answer = DialogueMessage.objects.select_related("reply_to_message").get(pk=feedback.message_id)
    question = answer.reply_to_message
    return _words(question), _words(answer)


def _words(message: DialogueMessage | None) -> str:
    if message is None:
        return ""
    return "(deleted)" if message.deleted_at else message.content
