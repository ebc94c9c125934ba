"""Answering what is owed in a dialogue: claim, listen to the answerer, tell, store; then the next.

Runs in a worker. Whatever goes wrong ends as a stored message that says so, or as a turn that
another worker finds by its lease.
"""

import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from chatcore.errors import ChatcoreError, NotFound
from chatcore.jobs import enqueue_on_commit
from chatcore.models.conversations import CONTENT_MAX
from chatcore.services.speaking import Speech, Underway
from dialogues.answerers.port import (
    AnswererError,
    Citation,
    Delta,
    Finished,
    Piece,
    Question,
    ToolCall,
    Usage,
)
from dialogues.answerers.registry import answerer_for, model_of
from dialogues.models import DialogueTurn, TurnStatus
from dialogues.selectors.budgets import Share
from dialogues.services.billing import Bill
from dialogues.services.budgets import BudgetSpent, allowance_of, within_budget
from dialogues.services.changes import topic_of
from dialogues.services.charging import charge
from dialogues.services.context import AskerShutOut, Told, question_for, remember
from dialogues.services.leases import Cancelled, Lease, TookTooLong
from dialogues.services.tool_rounds import ToolRounds
from dialogues.services.turns import (
    ANSWER_NEXT,
    MOST_ATTEMPTS,
    TurnLost,
    claim_turn,
    complete_turn,
    drop_turn,
)

log = structlog.get_logger(__name__)

# Before the second and the third attempt.
BACK_OFF_SECONDS = (1.0, 4.0)
# After the database went away with an answer in our hands.
STORE_AGAIN_SECONDS = (0.5, 2.0, 5.0)


def answer_next(session_id: UUID) -> int:
    """Answer all that a dialogue waits for, one after the other; how many turns that were."""
    answered = 0
    while (turn := claim_turn(session_id)) is not None:
        answer(turn)
        answered += 1
    return answered


def answer(turn: DialogueTurn) -> None:
    """Carry one claimed turn to its end: a stored answer, or none when it was called off."""
    with Lease(turn) as lease:
        try:
            _carry_through(turn, lease)
        except TurnLost:  # somebody took it over, or it was closed while the answerer was silent
            log.info("turn_lost", turn=str(turn.pk))


def _carry_through(turn: DialogueTurn, lease: Lease) -> None:
    try:
        _store_patiently(_last_attempt(turn, lease))
    except NotFound:  # the dialogue was deleted meanwhile
        drop_turn(turn, NotFound.code, "The dialogue was deleted.")
    except AskerShutOut as shut_out:
        drop_turn(turn, shut_out.code, shut_out.detail)


class Attempt:
    """What an answerer said and cited in one go, and what stopped it."""

    def __init__(self, turn: DialogueTurn, lease: Lease, number: int, bill: Bill) -> None:
        self.turn = turn
        self.number = number
        self.bill = bill
        topic = topic_of(turn.session_id)
        self.speech = Speech(Underway(topic, turn.pk, turn.question_id, number))
        self.citations: list[Citation] = []
        self.told: Told | None = None
        self.rounds: ToolRounds | None = None
        self._shares: Sequence[Share] = ()
        self._calls: list[ToolCall] = []
        self._begins_paragraph = False
        self.finished: Finished | None = None
        self.error: ChatcoreError | None = None
        self.began = time.monotonic()
        self._lease = lease
        lease.break_off = self.break_off

    def run(self) -> None:
        """Listen to the end. Raises TurnLost, NotFound and AskerShutOut; a database that is away
        rises, too: the lease runs out and the turn is found again."""
        try:
            self._listen()
        except (TurnLost, NotFound, AskerShutOut, OperationalError, InterfaceError):
            raise
        except (AnswererError, BudgetSpent, Cancelled, TookTooLong) as error:
            self.error = error
        except Exception:
            log.exception("answerer_broke", turn=str(self.turn.pk))
            self.error = AnswererError(
                "The fault is ours and has been logged.", code="internal_error", retryable=False
            )

    def break_off(self, why: ChatcoreError) -> None:
        """It is to stop, and the answerer is silent: close the turn without it. Whatever it says later
        finds the turn closed."""
        self.error = why
        with suppress(TurnLost):
            _store(self)
            enqueue_on_commit(ANSWER_NEXT, session=str(self.turn.session_id))

    @property
    def may_be_repeated(self) -> bool:
        return (
            isinstance(self.error, AnswererError)
            and self.error.retryable
            and self.number < MOST_ATTEMPTS
        )

    def _listen(self) -> None:
        self.speech.begin()
        if self.number > MOST_ATTEMPTS:
            raise AnswererError("Several workers broke off here.", code="gave_up", retryable=False)
        self.told = told = question_for(self.turn)
        # Asked again, since it may have waited behind answers that took the rest.
        self._shares = within_budget(self.turn.session_id)
        if not told.question.tools:
            self._hear(told.question)
            return
        self.rounds = ToolRounds(self.turn, told.asker, told.question.tools, self._lease)
        while self._hear(self.rounds.told(told.question)):
            self.rounds.run(self._calls)

    def _hear(self, question: Question) -> bool:
        """Listen until the answerer falls silent; whether it waits for tools."""
        self._calls = []
        self._begins_paragraph = bool(self.speech.text)
        allowance = allowance_of(self._shares, self.bill, model_of(question))
        self.bill.open()
        pieces = answerer_for(question).answer(replace(question, allowance=allowance))
        with closing(pieces):
            for piece in pieces:
                self._lease.check()
                if not self._take(piece):
                    return False
        self._lease.check()
        self.speech.tell()
        return bool(self._calls) and not question.tools_spent

    def _take(self, piece: Piece) -> bool:
        """False when there is no room for more."""
        match piece:
            case Delta(text=text):
                self.bill.hear(text)
                if self._begins_paragraph:  # what was said before the tools ran stands above
                    self._begins_paragraph, text = False, f"\n\n{text}"
                room = CONTENT_MAX - len(self.speech.text)
                self.speech.add(text[:room])
                return len(text) <= room
            case Citation():
                self.citations.append(piece)
            case ToolCall():
                self.bill.hear(piece.name + piece.arguments)
                self._calls.append(piece)
            case Usage():
                self.bill.note(piece)
            case Finished():
                self.finished = piece
        return True


def _last_attempt(turn: DialogueTurn, lease: Lease) -> Attempt:
    """Try, and try again where that may help."""
    number, bill = turn.attempts, Bill()
    while True:
        attempt = Attempt(turn, lease, number, bill)
        attempt.run()
        if not attempt.may_be_repeated:
            return attempt
        log.warning("answer_repeated", turn=str(turn.pk), error=str(attempt.error))
        try:
            lease.sleep(BACK_OFF_SECONDS[number - 1])
        except (Cancelled, TookTooLong) as stopped:
            attempt.error = stopped
            return attempt
        number += 1


def _store_patiently(attempt: Attempt) -> None:
    """An answer that was paid for survives a restart of the database; storing it twice is
    impossible, so whether the first try got through need not be known."""
    for pause in STORE_AGAIN_SECONDS:
        try:
            return _store(attempt)
        except (OperationalError, InterfaceError) as error:
            log.warning("answer_not_stored", turn=str(attempt.turn.pk), error=repr(error))
            connection.close()
            time.sleep(pause)
    return _store(attempt)


def _store(attempt: Attempt) -> None:
    """Close the turn with what the attempt brought."""
    turn, text, error = attempt.turn, attempt.speech.text, attempt.error
    try:
        if isinstance(error, Cancelled) and not text:
            _drop(attempt, error)
            return
        with transaction.atomic():
            complete_turn(
                turn,
                text,
                _columns(attempt),
                [asdict(citation) for citation in attempt.citations],
                _status(error),
            )
            if attempt.told:
                chapters = [c.chapter_number for c in attempt.citations if c.chapter_number]
                remember(turn, attempt.told, chapters)
    finally:
        attempt.speech.end()


@transaction.atomic
def _drop(attempt: Attempt, error: Cancelled) -> None:
    """Nothing was said, so nothing is kept; what the model was sent is paid for all the same."""
    drop_turn(attempt.turn, error.code, error.detail)
    for usage in attempt.bill.usages:
        charge(attempt.turn.session_id, usage)


def _status(error: ChatcoreError | None) -> str:
    if error is None:
        return TurnStatus.COMPLETED
    return TurnStatus.CANCELLED if isinstance(error, Cancelled) else TurnStatus.FAILED


def _columns(attempt: Attempt) -> dict[str, Any]:
    """The columns of the message beside its text."""
    columns: dict[str, Any] = {
        "response_time_ms": int((time.monotonic() - attempt.began) * 1000),
        "retry_count": attempt.number - 1,
        "model_used": attempt.bill.model,
        **attempt.bill.columns(timezone.now().date()),
    }
    metadata: dict[str, Any] = {
        "processing_time_ms": columns["response_time_ms"],
        **attempt.bill.metadata(),
    }
    if done := attempt.finished:
        columns |= {
            "model_used": done.model_used,
            "confidence_score": done.confidence_score,
        }
        metadata |= {"model": done.model_used, **done.metadata}
    if attempt.rounds and attempt.rounds.made:
        columns["tool_calls"] = attempt.rounds.calls
        metadata["tools_used"] = attempt.rounds.tools_used
    columns["metadata"] = metadata
    if attempt.error:
        columns |= {
            "error_code": attempt.error.code,
            "error_message": attempt.error.detail,
        }
    return columns
