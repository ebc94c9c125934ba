"""Following one answer from an HTTP request: the live topic tells, the database is the truth.

A delta may get lost and the layer may be away, so the turn is read again every second; what was not
heard is filled in from the stored answer. Whoever stops following changes nothing for the turn.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import orjson
from django.db import InterfaceError, OperationalError

from chatcore.errors import ChatcoreError
from chatcore.frames import Frame
from chatcore.live.listen import Listener, listen
from chatcore.live.runtime import runtime
from chatcore.live.threads import in_thread
from chatcore.services.speaking import Underway, text_so_far
from dialogues.selectors.messages import MessageObject, message_row, messages_out
from dialogues.selectors.turns import turn_state
from dialogues.services.changes import topic_of
from dialogues.services.turns import Asked

POLL_SECONDS = 1.0
MOST_SECONDS = 300.0
_ENDINGS = ("reply.completed", "reply.failed")

_LATER = "It will be stored; ask again with the same client_ref to wait for it."


class ReplyPending(ChatcoreError):
    code = "reply_pending"
    status = 504
    title = "The answer takes longer than this request may wait"


@dataclass(frozen=True, slots=True)
class Piece:
    """Text to put at `offset`, in code points; offset 0 after others means that it begins anew."""

    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The turn is over. `reply` is the stored answer, None when it was called off before a word."""

    reply: MessageObject | None
    error_code: str
    error_detail: str


async def ending_of(asked: Asked) -> Ended:
    """Wait for the answer. Raises ReplyPending after five minutes."""
    async for step in steps_of(asked):
        if isinstance(step, Ended):
            return step
    raise ReplyPending(_LATER)


async def steps_of(asked: Asked) -> AsyncIterator[Piece | Ended | None]:
    """The pieces of an answer as they come, then its end; None now and then, when all is quiet.

    The pieces, put at their offsets, are the stored text in the end. Raises ReplyPending.
    """
    session_id = asked.session_id
    tail = _Tail(asked.turn_id)
    deadline = time.monotonic() + MOST_SECONDS
    async with _listening(topic_of(session_id), asked.version) as listener:
        if so_far := await in_thread(text_so_far, topic=topic_of(session_id)):
            for piece in tail.catch_up(so_far):
                yield piece
        while (ended := await _ending(asked)) is None:
            if time.monotonic() > deadline:
                raise ReplyPending(_LATER)
            async for heard in _heard(listener, tail):
                yield heard
    if ended.reply and (rest := tail.rest(ended.reply["content"])):
        yield rest
    yield ended


async def _heard(listener: Listener | None, tail: "_Tail") -> AsyncIterator[Piece | None]:
    """Pieces until the topic falls silent or says that the answer is over."""
    while (frame := await _next(listener)) is not None:
        if frame.type in _ENDINGS:
            return
        if frame.type in ("reply.started", "reply.delta") and (piece := tail.piece(frame)):
            yield piece
    yield None


class _Tail:
    """How much of an answer has been passed on."""

    def __init__(self, turn_id: UUID) -> None:
        self.turn_id = str(turn_id)
        self.text = ""
        self._attempt = ""

    def catch_up(self, so_far: Underway) -> list[Piece]:
        if str(so_far.reply_id) != self.turn_id or not so_far.text:
            return []
        self._attempt = f"{self.turn_id}/{so_far.attempt}"
        self.text = so_far.text
        return [Piece(0, so_far.text)]

    def piece(self, frame: Frame) -> Piece | None:
        """What a frame adds; nothing when it is known already, or when one before it was lost."""
        data = orjson.loads(frame.text)["data"]
        if data["reply_id"] != self.turn_id:
            return None
        if frame.about["reply"] != self._attempt:
            self._attempt, self.text = frame.about["reply"], ""
        if frame.type != "reply.delta" or data["offset"] != len(self.text):
            return None
        self.text += data["text"]
        return Piece(data["offset"], data["text"])

    def rest(self, whole: str) -> Piece | None:
        """What of the stored text was never passed on."""
        if whole == self.text:
            return None
        if whole.startswith(self.text):
            return Piece(len(self.text), whole[len(self.text) :])
        return Piece(0, whole)


async def _ending(asked: Asked) -> Ended | None:
    """How the turn ended; None while it goes on, or while the database cannot be asked."""
    try:
        return await in_thread(_ending_of, session_id=asked.session_id, turn_id=asked.turn_id)
    except (OperationalError, InterfaceError):
        return None


def _ending_of(session_id: UUID, turn_id: UUID) -> Ended | None:
    state = turn_state(turn_id)
    if state is None:
        return Ended(None, "not_found", "The dialogue is gone.")
    if state.open:
        return None
    reply = None
    if state.reply_id:
        (reply,) = messages_out([message_row(session_id, state.reply_id)])
    return Ended(reply, state.error_code, state.error_detail)


async def _next(listener: Listener | None) -> Frame | None:
    """The next frame, None after a second of silence; elsewhere than in the web process it is
    always silent."""
    if listener is None:
        await asyncio.sleep(POLL_SECONDS)
        return None
    return await listener.next(POLL_SECONDS)


@asynccontextmanager
async def _listening(topic: str, version: int) -> AsyncIterator[Listener | None]:
    try:
        runtime()
    except KeyError:
        yield None
        return
    async with listen(topic, version) as listener:
        yield listener
