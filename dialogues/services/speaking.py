"""The text of an answer on its way: told in small pieces, kept whole for whoever comes late."""

import time
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.core.cache import cache

from chatcore.services.publish import publish_on_commit
from dialogues.events import ReplyDelta, ReplyStarted
from dialogues.models import DialogueTurn
from dialogues.services.changes import topic_of

log = structlog.get_logger(__name__)

# At most some twenty deltas a second: more cost every reader something and show nothing.
PAUSE_SECONDS = 0.05
_KEEP_SECONDS = 600


@dataclass(frozen=True, slots=True)
class TextSoFar:
    """The running answer of a dialogue as it stands."""

    reply_id: UUID
    question: UUID
    attempt: int
    text: str


def text_so_far(session_id: UUID) -> TextSoFar | None:
    """The answer that is being given in a dialogue; None without one or without the cache."""
    try:
        kept = cache.get(_key(session_id))
    except Exception as error:  # whatever the cache's client raises: it is only a convenience
        log.debug("cache_away", error=repr(error))
        return None
    return TextSoFar(*kept) if kept else None


class Speech:
    """One attempt at an answer."""

    def __init__(self, turn: DialogueTurn, attempt: int) -> None:
        self.turn = turn
        self.attempt = attempt
        self.text = ""
        self._told = 0
        self._told_at = 0.0
        self._topic = topic_of(turn.session_id)

    def begin(self) -> None:
        """Tell that an answer starts, from nothing."""
        self._keep()
        publish_on_commit(
            self._topic,
            ReplyStarted(
                reply_id=self.turn.pk, question=self.turn.question_id, attempt=self.attempt
            ),
        )

    def add(self, text: str) -> None:
        """Say on; it is told at once, or with what follows when the last piece is fresh."""
        self.text += text
        if time.monotonic() - self._told_at >= PAUSE_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Tell what has not been told. Kept first: a late reader never has less than that."""
        text = self.text[self._told :]
        if not text:
            return
        self._keep()
        publish_on_commit(
            self._topic,
            ReplyDelta(reply_id=self.turn.pk, offset=self._told, text=text, attempt=self.attempt),
        )
        self._told, self._told_at = len(self.text), time.monotonic()

    def end(self) -> None:
        """The answer is stored, or there will be none: nothing is under way any more."""
        _quietly(lambda: cache.delete(_key(self.turn.session_id)))

    def _keep(self) -> None:
        kept = (self.turn.pk, self.turn.question_id, self.attempt, self.text)
        _quietly(lambda: cache.set(_key(self.turn.session_id), kept, _KEEP_SECONDS))


def _key(session_id: UUID) -> str:
    return f"dialogue:{session_id}:reply"


def _quietly(work: object) -> None:
    try:
        work()  # type: ignore[operator]
    except Exception as error:
        log.debug("cache_away", error=repr(error))
