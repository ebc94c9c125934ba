"""Answering what robots owe in a room: claim, ask the skill, store; then the next. Runs in a worker."""

import re
from uuid import UUID

import structlog

from chatcore.errors import ChatcoreError
from chatcore.events import Typing
from chatcore.frames import event_frame
from chatcore.models.conversations import CONTENT_MAX
from chatcore.robots import RobotAnswer, RobotFailed
from chatcore.services.publish import publish
from rooms.models import Audience, Level, RobotInteraction, RoomStatus
from rooms.selectors.access import room_for
from rooms.selectors.robots import asked_too_often, is_first_to_answer
from rooms.selectors.rooms import helper_is_here
from rooms.services.escalations import PEOPLE_SERVED, AlreadyEscalated, escalate_room
from rooms.services.robot_asking import ask_skill
from rooms.services.robot_turns import (
    MOST_ATTEMPTS,
    TurnLost,
    begin_answer,
    claim_turn,
    complete_turn,
    fail_turn,
    keep_silent,
)

log = structlog.get_logger(__name__)

# Below this a robot that knows how sure it is offers a person.
SURE_ENOUGH = 0.35
_WANTS_PERSON = re.compile(
    r"\b(?:talk|speak|chat|write|connect|pass|transfer|put)\w*\b.{0,30}"
    r"\b(?:person|human|agent|somebody|someone|employee|representative)\b"
    r"|\b(?:real|living)\s+(?:person|human)\b|^\W*(?:human|agent|person)(?:\W+please)?\W*$",
    re.IGNORECASE,
)
_ASKED = "I have asked for a person. Somebody will be with you here."
_ASKED_ALREADY = "Somebody has been asked to help you here; they will come."
_OFFER = "Would you like to talk to a person? Say “talk to a person”."


def answer_room(room: UUID) -> int:
    """Answer all that robots owe in a room at this moment; how many turns that were."""
    answered = 0
    while (turn := claim_turn(room)) is not None:
        try:
            _answer(turn)
        except TurnLost:  # another worker took it over
            log.info("robot_turn_lost", turn=str(turn.pk))
        answered += 1
    return answered


def _answer(turn: RobotInteraction) -> None:
    if reason := _needless(turn):
        keep_silent(turn, reason)
        return
    _show_typing(turn, on=True)
    try:
        begin_answer(turn)
        _carry_through(turn)
    finally:
        _show_typing(turn, on=False)


def _carry_through(turn: RobotInteraction) -> None:
    if turn.attempts > MOST_ATTEMPTS:
        words = "Several workers broke off here."
        fail_turn(turn, RobotFailed(words, code="gave_up", retryable=False))
        return
    try:
        if _wants_person(turn):
            text = _ask_for_person(turn)
            complete_turn(turn, RobotAnswer(text), asked_for_person=True)
            return
        _complete(turn, ask_skill(turn))
    except RobotFailed as error:
        log.warning("robot_failed", turn=str(turn.pk), code=error.code, error=error.detail)
        fail_turn(turn, error)


def _complete(turn: RobotInteraction, reply: RobotAnswer) -> None:
    """Store the answer, with a person asked for, or offered where the robot is not sure."""
    text, asked, offers = reply.text, False, False
    if reply.ask_for_person and turn.message.sender.account_type in PEOPLE_SERVED:
        text, asked = f"{text}\n\n{_ask_for_person(turn)}".strip(), True
    elif is_first_to_answer(turn) and _is_unsure(reply):
        text, offers = f"{text}\n\n{_OFFER}".strip(), True
    whole = RobotAnswer(
        text[:CONTENT_MAX],
        reply.confidence,
        reply.references,
        visible_to_guests=reply.visible_to_guests,
        observed=reply.observed,
    )
    complete_turn(turn, whole, asked_for_person=asked, offers_person=offers)


def _is_unsure(reply: RobotAnswer) -> bool:
    return reply.confidence is not None and reply.confidence < SURE_ENOUGH


def _needless(turn: RobotInteraction) -> str:
    """Why nobody waits for the answer any more; empty where somebody does."""
    if turn.message.deleted_at or turn.room.deleted_at:
        return "deleted"
    if turn.room.status != RoomStatus.ACTIVE:
        return "room_closed"
    if not turn.robot.is_enabled:
        return "robot_disabled"
    if is_first_to_answer(turn) and helper_is_here(turn.room_id):
        return "person_is_here"
    if asked_too_often(turn):
        return "too_many_turns"
    return ""


def _wants_person(turn: RobotInteraction) -> bool:
    return is_first_to_answer(turn) and bool(_WANTS_PERSON.search(turn.message.content))


def _ask_for_person(turn: RobotInteraction) -> str:
    """Escalate on behalf of who asked, with their rights; what to tell them. Done twice, it is once."""
    person = turn.message.sender
    try:
        escalate_room(
            access=room_for(person, turn.room_id),
            by=person,
            to_level=Level.T1,
            reason=turn.message.content[:500],
        )
    except AlreadyEscalated:
        return _ASKED_ALREADY
    except ChatcoreError as error:
        return f"I could not ask for a person: {error.detail}"
    return _ASKED


def _show_typing(turn: RobotInteraction, *, on: bool) -> None:
    audience = Audience.EVERYONE if turn.robot.is_visible_to_guests else Audience.MEMBERS
    event = Typing(user=turn.robot.user_id, on=on, audience=audience)
    publish([event_frame(f"room:{turn.room_id}", event)])
