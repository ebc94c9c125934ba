"""Asking again: another answer to a question that was answered, failed or called off."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Conflict, NotFound, RefConflict
from chatcore.ids import uuid7_after
from chatcore.models import User
from chatcore.selectors.permissions import require
from chatcore.services.append import Appended
from chatcore.services.refusals import refusal_error
from dialogues.models import DialogueSession, DialogueStatus, DialogueTurn, MessageRole
from dialogues.selectors.access import dialogues_of
from dialogues.selectors.messages import Row, message_row, messages_out
from dialogues.selectors.turns import OPEN, turn_of_question
from dialogues.services.changes import MessageGone
from dialogues.services.turns import Asked, owe_answer

REGENERATE = "dialogue:message:regenerate"


class AnswerUnderWay(Conflict):
    code = "answer_under_way"
    title = "This question is being answered; wait for it or call it off first"


class NothingAsked(Conflict):
    code = "nothing_asked"
    title = "This message answers no question"


@transaction.atomic
def regenerate(
    user: User, session_id: UUID, key: UUID | str, client_ref: UUID | None = None
) -> Asked:
    """Owe another answer to a question; `key` names it, or an answer to it, failed ones included.

    What stands is replaced when the new answer is stored, and only by one that did not fail. What
    tools have done for the question stays done, and is told to the answerer again. A repeat (same
    client_ref) gives the first request's turn. Raises Forbidden without REGENERATE, NotFound,
    NothingAsked, MessageGone, RefConflict, AnswerUnderWay, `dialogue_closed`, TooManyQuestions,
    BudgetSpent.
    """
    require(user, REGENERATE)
    session = _locked(user, session_id)
    question = _question(session, key)
    turn_id = _earlier(session, question, client_ref) or _again(session, question, client_ref)
    (message,) = messages_out([question])
    return Asked(session_id, Appended(dict(question)), message, turn_id, session.version)


def _locked(user: User, session_id: UUID) -> DialogueSession:
    mine = dialogues_of(user).select_for_update(of=("self",), no_key=True)
    found = mine.filter(pk=session_id).first()
    if found is None:
        raise NotFound
    return found


def _question(session: DialogueSession, key: UUID | str) -> Row:
    row = message_row(session.id, key)
    if row["role"] == MessageRole.ASSISTANT and row["reply_to_message_id"]:
        row = message_row(session.id, row["reply_to_message_id"])
    if row["role"] != MessageRole.USER:
        raise NothingAsked
    if row["deleted_at"]:
        raise MessageGone
    return row


def _earlier(session: DialogueSession, question: Row, client_ref: UUID | None) -> UUID | None:
    if client_ref is None:
        return None
    turn = DialogueTurn.objects.filter(session=session, client_ref=client_ref).first()
    if turn and turn.question_id != question["id"]:
        raise RefConflict
    return turn.pk if turn else None


def _again(session: DialogueSession, question: Row, client_ref: UUID | None) -> UUID:
    if session.status != DialogueStatus.ACTIVE:
        raise refusal_error("dialogue_closed")
    latest = turn_of_question(question["id"])
    if latest and latest.status in OPEN:
        raise AnswerUnderWay
    # Above every question asked so far, so that turns queue up in the order of their asking.
    turn_id = uuid7_after(session.last_message_id, timezone.now())
    return owe_answer(session.id, question["id"], id=turn_id, client_ref=client_ref)
