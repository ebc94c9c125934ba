"""The text of an answer on its way: told in small pieces, kept whole for whoever comes late."""

import time
from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from uuid import UUID

import structlog
from django.core.cache import cache

from chatcore.events import ReplyDelta, ReplyStarted
from chatcore.frames import Frame, event_frame
from chatcore.services.publish import publish_on_commit

log = structlog.get_logger(__name__)

# At most some twenty deltas a second: more cost every reader something and show nothing.
PAUSE_SECONDS = 0.05
_KEEP_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Underway:
    """An answer that is being given on a topic; of `message`, `message_seq` and `audience` see
    `events.ReplyEvent`. Where a topic has several at once, `slot` tells them apart."""

    topic: str
    reply_id: UUID
    question: UUID
    attempt: int = 1
    message: UUID | None = None
    message_seq: int | None = None
    audience: int = 0
    slot: str = ""
    text: str = ""

    def started(self) -> ReplyStarted:
        return ReplyStarted(
            reply_id=self.reply_id,
            question=self.question,
            message=self.message,
            attempt=self.attempt,
            audience=self.audience,
            message_seq=self.message_seq,
        )

    def delta(self, offset: int) -> ReplyDelta:
        """What of the text stands from `offset` on."""
        return ReplyDelta(
            reply_id=self.reply_id,
            offset=offset,
            text=self.text[offset:],
            attempt=self.attempt,
            audience=self.audience,
            message_seq=self.message_seq,
        )


def text_so_far(topic: str, slot: str = "") -> Underway | None:
    """The answer that is being given there; None without one or without the cache."""
    try:
        kept = cache.get(_key(topic, slot))
    except Exception as error:  # whatever the cache's client raises: it is only a convenience
        log.debug("cache_away", error=repr(error))
        return None
    return Underway(*kept) if kept else None


def frames_so_far(so_far: Underway) -> list[Frame]:
    """For a late subscriber: the answer from its beginning."""
    return [event_frame(so_far.topic, event) for event in (so_far.started(), so_far.delta(0))]


class Speech:
    """One attempt at an answer."""

    def __init__(self, underway: Underway) -> None:
        self._underway = underway
        self.text = ""
        self._told = 0
        self._told_at = 0.0

    def begin(self) -> None:
        """Tell that an answer starts, from nothing."""
        self._keep()
        publish_on_commit(self._underway.topic, self._underway.started())

    def add(self, text: str) -> None:
        """Say on; it is told at once, or with what follows when the last piece is fresh."""
        self.text += text
        if time.monotonic() - self._told_at >= PAUSE_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Tell what has not been told. Kept first: a late reader never has less than that."""
        if len(self.text) == self._told:
            return
        publish_on_commit(self._underway.topic, self._keep().delta(self._told))
        self._told, self._told_at = len(self.text), time.monotonic()

    def end(self) -> None:
        """The answer is stored, or there will be none: nothing is under way any more."""
        forget_text(self._underway.topic, self._underway.slot)

    def _keep(self) -> Underway:
        now = replace(self._underway, text=self.text)
        _quietly(lambda: cache.set(_key(now.topic, now.slot), astuple(now), _KEEP_SECONDS))
        return now


def forget_text(topic: str, slot: str = "") -> None:
    _quietly(lambda: cache.delete(_key(topic, slot)))


def _key(topic: str, slot: str) -> str:
    return f"{topic}:reply:{slot}"


def _quietly(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:
        log.debug("cache_away", error=repr(error))
