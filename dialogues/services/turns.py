"""Turns: a question is asked, its answer is owed until it is stored, called off or given up.

The row is the queue: a worker that is told of it claims it, one that is not finds it by the sweep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from chatcore.errors import ChatcoreError, Conflict, NotFound, RefConflict
from chatcore.events import MessageCreated, ReplyCompleted, ReplyFailed
from chatcore.jobs import enqueue_on_commit
from chatcore.models import User
from chatcore.selectors.permissions import require
from chatcore.services.append import Appended, Draft, append_one
from chatcore.services.publish import publish_created_on_commit, publish_on_commit
from dialogues.models import (
    DialogueSession,
    DialogueTurn,
    MessageRole,
    TurnStatus,
)
from dialogues.models.templates import STARTERS_MOST
from dialogues.selectors.messages import MessageObject, message_out, messages_out
from dialogues.selectors.turns import OPEN, open_turns, stranded_sessions, turn_of_question
from dialogues.services.budgets import within_budget
from dialogues.services.changes import change, topic_of
from dialogues.services.citing import store_references
from dialogues.services.content import checked_content, title_from
from dialogues.services.replacing import replace_answers
from dialogues.services.snapshots import observed_in
from dialogues.services.timeline import DIALOGUE_TIMELINE

ANSWER_NEXT = "dialogues.answer_next"
LEASE = timedelta(seconds=15)
MOST_WAITING = 20
# A turn that took this many workers down with it is given up.
MOST_ATTEMPTS = 3


class TooManyQuestions(Conflict):
    code = "too_many_questions"
    title = "Wait for the answers to your last questions first"


class TurnLost(ChatcoreError):
    """Our lease ran out and somebody else has the turn: whatever we hold must not be stored."""

    code = "turn_lost"


@dataclass(frozen=True, slots=True)
class Asked:
    """The stored question and the turn that answers it."""

    session_id: UUID
    appended: Appended
    message: MessageObject
    turn_id: UUID
    # The dialogue's at that moment: who follows the answer listens from here.
    version: int


@transaction.atomic
def ask(user: User, session_id: UUID, content: str, client_ref: UUID | None = None) -> Asked:
    """Say something in one's dialogue; the answer is owed from the moment this commits.

    A repeat (same client_ref) gives the first message and its latest turn. Raises NotFound,
    RefConflict, `dialogue_closed`, TooManyQuestions, BudgetSpent, Invalid, or Forbidden without
    `dialogue:message:send`.
    """
    require(user, "dialogue:message:send")
    content, observed = checked_content(content), observed_in(session_id)
    draft = Draft(session_id, user.pk, content, client_ref, derived=observed)
    appended = append_one(DIALOGUE_TIMELINE, draft)
    message = message_out(appended.row)
    if appended.duplicate:
        turn = turn_of_question(appended.id)
        turn_id = turn.pk if turn else owe_answer(session_id, appended.id)
        return Asked(session_id, appended, message, turn_id, appended.version)
    publish_created_on_commit(DIALOGUE_TIMELINE, appended)
    if appended.seq <= 1 + STARTERS_MOST:  # the first question, after a template's own messages
        _name_dialogue(session_id, content)
    turn_id = owe_answer(session_id, appended.id)
    return Asked(session_id, appended, message, turn_id, appended.version)


def owe_answer(session_id: UUID, question_id: UUID, **columns: Any) -> UUID:
    """Under the dialogue's lock: queue a turn for a question and have workers told. Raises
    TooManyQuestions, BudgetSpent."""
    within_budget(session_id)
    if open_turns(session_id) >= MOST_WAITING:
        raise TooManyQuestions
    # A first turn takes the question's id: questions have theirs in the order of the conversation's
    # lock, so turns queue up in that order whichever process made them.
    turn = DialogueTurn.objects.create(
        **{"id": question_id, "session_id": session_id, "question_id": question_id, **columns}
    )
    enqueue_on_commit(ANSWER_NEXT, session=str(session_id))
    return turn.pk


def _name_dialogue(session_id: UUID, content: str) -> None:
    if DialogueSession.objects.filter(pk=session_id, title="").exists():
        change(session_id, title=title_from(content))


def claim_turn(session_id: UUID) -> DialogueTurn | None:
    """Take the oldest open turn of a dialogue; None when there is none or somebody works on it."""
    oldest = (
        DialogueTurn.objects.filter(session_id=session_id, status__in=OPEN).order_by("id").first()
    )
    if oldest is None:
        return None
    free = Q(status=TurnStatus.QUEUED) | Q(status=TurnStatus.RUNNING, lease_until__lt=Now())
    try:
        with transaction.atomic():
            taken = DialogueTurn.objects.filter(free, pk=oldest.pk).update(
                status=TurnStatus.RUNNING,
                attempts=F("attempts") + 1,
                lease_until=Now() + LEASE,
                started_at=Coalesce("started_at", Now()),
            )
    except IntegrityError:  # another turn of this dialogue is running
        return None
    if not taken:
        return None
    return DialogueTurn.objects.select_related("question").get(pk=oldest.pk)


def renew_lease(turn: DialogueTurn) -> bool:
    """Keep the turn for another while; False when it is not ours any more."""
    return bool(_ours(turn).update(lease_until=Now() + LEASE))


def _ours(turn: DialogueTurn) -> Any:
    """The turn as long as nobody else has claimed it since: `attempts` tells the claims apart."""
    return DialogueTurn.objects.filter(
        pk=turn.pk, status=TurnStatus.RUNNING, attempts=turn.attempts
    )


def hold_turn(turn: DialogueTurn) -> None:
    """Inside a transaction: keep the turn ours until it commits. Raises TurnLost, NotFound.

    The dialogue is locked first, as the storing of an answer does.
    """
    living = DialogueSession.objects.filter(pk=turn.session_id, deleted_at__isnull=True)
    if not living.select_for_update(no_key=True).values_list("pk").first():
        raise NotFound
    if not _ours(turn).select_for_update(no_key=True).values_list("pk").first():
        raise TurnLost


@transaction.atomic
def complete_turn(
    turn: DialogueTurn,
    content: str,
    columns: dict[str, Any],
    references: Sequence[dict[str, Any]] = (),
    status: str = TurnStatus.COMPLETED,
) -> MessageObject:
    """Store the answer with its references and close its turn, both or neither; what it was asked to
    do better than is marked as replaced. Raises TurnLost.

    `columns` are those of the message. The turn's id is the message's client_ref, so that storing
    it twice is impossible.
    """
    draft = Draft(
        conversation=turn.session_id,
        author=turn.session_id,
        content=content,
        client_ref=turn.pk,
        columns={
            "role": MessageRole.ASSISTANT,
            "reply_to_message_id": turn.question_id,
            **columns,
        },
        derived=observed_in(turn.session_id),
        trusted=True,
    )
    try:
        appended = append_one(DIALOGUE_TIMELINE, draft)
    except RefConflict:  # whoever took the turn over has answered it, in other words
        raise TurnLost from None
    store_references(appended.id, references)
    _close(
        turn, status, appended.id, columns.get("error_code", ""), columns.get("error_message", "")
    )
    (message,) = messages_out([appended.row])
    topic = topic_of(turn.session_id)
    publish_on_commit(topic, _ending(turn, columns))
    publish_on_commit(topic, MessageCreated(version=appended.version, message=message))
    replace_answers(appended.row)
    return message


def _ending(turn: DialogueTurn, columns: dict[str, Any]) -> ReplyCompleted | ReplyFailed:
    if code := columns.get("error_code"):
        return ReplyFailed(reply_id=turn.pk, code=code, detail=columns.get("error_message", ""))
    return ReplyCompleted(reply_id=turn.pk)


@transaction.atomic
def drop_turn(turn: DialogueTurn, code: str, detail: str) -> None:
    """Close a turn of which nothing is kept: called off before a word, or its dialogue is gone."""
    _close(turn, TurnStatus.CANCELLED, None, code, detail)
    publish_on_commit(
        topic_of(turn.session_id), ReplyFailed(reply_id=turn.pk, code=code, detail=detail)
    )


def _close(turn: DialogueTurn, status: str, reply: UUID | None, code: str, detail: str) -> None:
    closed = _ours(turn).update(
        status=status,
        reply_id=reply,
        error_code=code,
        error_detail=detail,
        lease_until=None,
        finished_at=Now(),
    )
    if not closed:
        raise TurnLost


@transaction.atomic
def cancel_turns(session_id: UUID, question_id: UUID | None = None) -> int:
    """Call the open turns of a dialogue off (or the one of a question); how many there were.

    A waiting one ends here, a running one ends in its worker, with the words it has so far.
    """
    turns = DialogueTurn.objects.filter(session_id=session_id)
    if question_id:
        turns = turns.filter(question_id=question_id)
    waiting = turns.filter(status=TurnStatus.QUEUED).select_for_update().order_by("id")
    called_off = [turn.pk for turn in waiting]
    detail = "The answer was called off."
    turns.filter(pk__in=called_off).update(
        status=TurnStatus.CANCELLED, error_code="cancelled", error_detail=detail, finished_at=Now()
    )
    for turn_id in called_off:
        failed = ReplyFailed(reply_id=turn_id, code="cancelled", detail=detail)
        publish_on_commit(topic_of(session_id), failed)
    # After the waiting ones: what was claimed meanwhile is running now.
    running = turns.filter(status=TurnStatus.RUNNING).update(cancel_requested=True)
    return len(called_off) + running


def sweep_turns() -> int:
    """Ask workers once more for the turns that nobody works on; how many dialogues have some."""
    stranded = stranded_sessions()
    for session_id in stranded:
        enqueue_on_commit(ANSWER_NEXT, session=str(session_id))
    return len(stranded)
