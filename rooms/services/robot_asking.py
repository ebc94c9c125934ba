"""Asking the skill of a robot for the answer of a turn, and telling its words as they come."""

import time
from collections.abc import Generator, Iterator
from contextlib import closing

import structlog
from django.db import InterfaceError, OperationalError

from chatcore.models.conversations import CONTENT_MAX
from chatcore.robots import RobotAnswer, RobotBill, RobotFailed, RobotQuestion, robot_skill
from chatcore.services.speaking import Speech
from rooms.models import RobotInteraction
from rooms.selectors.robot_money import spent_by
from rooms.selectors.robots import heard_before, is_wanted
from rooms.services.robot_charging import charge
from rooms.services.robot_speech import speech_of
from rooms.services.robot_turns import TurnLost, keep_lease

log = structlog.get_logger(__name__)

# Between two looks whether the turn is still ours, and still wanted.
LOOK_SECONDS = 0.5


def ask_skill(turn: RobotInteraction) -> RobotAnswer:
    """Raises RobotFailed, and TurnLost where it was called off or another worker has it."""
    speech, bill = speech_of(turn), RobotBill()
    speech.begin()
    try:
        with closing(_pieces(turn, bill)) as pieces:
            return _listened_to(turn, speech, pieces)
    except (RobotFailed, TurnLost, OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("robot_broke", turn=str(turn.pk))
        raise RobotFailed(
            "The fault is ours and has been logged.", code="internal_error", retryable=False
        ) from error
    finally:
        charge(turn, bill)


def _listened_to(
    turn: RobotInteraction, speech: Speech, pieces: Iterator[str | RobotAnswer]
) -> RobotAnswer:
    looked_at = time.monotonic()
    for piece in pieces:
        if isinstance(piece, RobotAnswer):
            speech.tell()
            return piece
        speech.add(piece[: CONTENT_MAX - len(speech.text)])
        if time.monotonic() - looked_at >= LOOK_SECONDS:
            _look(turn)
            looked_at = time.monotonic()
    raise RobotFailed("The robot stopped before its answer.", code="no_answer", retryable=True)


def _look(turn: RobotInteraction) -> None:
    keep_lease(turn)
    if not is_wanted(turn):
        raise RobotFailed("The message was taken back.", code="taken_back", retryable=False)


def _pieces(turn: RobotInteraction, bill: RobotBill) -> Generator[str | RobotAnswer]:
    question = RobotQuestion(
        turn=turn.pk,
        content=turn.message.content,
        settings=turn.robot.settings,
        history=heard_before(turn),
        about={
            "robot": turn.robot.robot_id,
            "room": str(turn.room_id),
            "message": str(turn.message_id),
            "why": turn.request_data.get("why", ""),
        },
        usd_left=spent_by(turn.robot).left,
    )
    return robot_skill(turn.robot.kind).answer(question, bill)
