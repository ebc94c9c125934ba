"""What a person thinks of an answer, and what staff makes of it when they call it incorrect."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Conflict, Forbidden
from chatcore.models import User
from chatcore.selectors.permissions import require
from dialogues.models import (
    DialogueSession,
    MessageFeedback,
    MessageRole,
    ReviewState,
    Verdict,
)
from dialogues.selectors.messages import message_row

REVIEWED = (ReviewState.CONFIRMED, ReviewState.DISMISSED)


class NotAnAnswer(Forbidden):
    code = "not_an_answer"
    title = "Only answers can be judged"


class NothingToReview(Conflict):
    code = "nothing_to_review"
    title = "Nobody calls this answer incorrect any more"


@transaction.atomic
def give_feedback(
    user: User,
    session: DialogueSession,
    message: UUID | str,
    *,
    feedback_type: str,
    feedback_text: str = "",
) -> MessageFeedback:
    """One's verdict on an answer in one's own dialogue; the last one stands.

    `incorrect` opens a review; other words open it again, the same words leave it as it is.
    Raises NotFound, NotAnAnswer, or Forbidden without `dialogue:message:feedback`.
    """
    require(user, "dialogue:message:feedback")
    message_id = _answer(session, message)
    given, created = MessageFeedback.objects.select_for_update(of=("self",)).get_or_create(
        message_id=message_id,
        user=user,
        defaults={
            "feedback_type": feedback_type,
            "feedback_text": feedback_text,
            "review_state": _review_of(feedback_type),
        },
    )
    if created or (given.feedback_type, given.feedback_text) == (feedback_type, feedback_text):
        return given
    given.feedback_type, given.feedback_text = feedback_type, feedback_text
    given.review_state = _review_of(feedback_type)
    given.reviewed_by, given.reviewed_at, given.review_note = None, None, ""
    given.save()
    return given


@transaction.atomic
def withdraw_feedback(user: User, session: DialogueSession, message: UUID | str) -> None:
    """Take it back, with its review; nothing to take back is fine. Raises NotFound, NotAnAnswer."""
    MessageFeedback.objects.filter(message_id=_answer(session, message), user=user).delete()


@transaction.atomic
def review_feedback(feedback_id: UUID, *, by: User, state: str, note: str = "") -> MessageFeedback:
    """Staff finds that the answer is wrong indeed (`confirmed`) or not (`dismissed`).

    A review may be decided again; the last decision stands. The door asked for the right.
    Raises NothingToReview when the verdict was changed meanwhile.
    """
    found = MessageFeedback.objects.select_for_update().filter(
        pk=feedback_id, feedback_type=Verdict.INCORRECT
    )
    feedback = found.first()
    if feedback is None or state not in REVIEWED:
        raise NothingToReview
    feedback.review_state, feedback.review_note = state, note
    feedback.reviewed_by, feedback.reviewed_at = by, timezone.now()
    feedback.save()
    return feedback


def _review_of(feedback_type: str) -> str:
    return ReviewState.OPEN if feedback_type == Verdict.INCORRECT else ReviewState.NONE


def _answer(session: DialogueSession, message: UUID | str) -> UUID:
    """The id of an answer of this dialogue, which the caller was let into."""
    row = message_row(session.pk, message)
    if row["role"] != MessageRole.ASSISTANT or row["deleted_at"]:
        raise NotAnAnswer
    return UUID(str(row["id"]))
