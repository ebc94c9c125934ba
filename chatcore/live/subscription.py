"""One socket following one topic: what it has seen already, and what it must not see twice."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from chatcore.frames import Frame, Sight

# A replay that takes longer than this many live frames belongs to a reader that is too slow.
_MOST_BUFFERED = 5_000
_MOST_REPLIES = 20


class Receiver(Protocol):
    """A socket, or a waiting HTTP request, as the hub sees it."""

    user_id: UUID

    def push(self, text: str, *, passing: bool) -> None: ...

    def lose(self, topic: str) -> None: ...

    def give_up(self) -> None: ...


class Subscription:
    """Buffers while the replay is being read, then passes on everything newer than the replay."""

    def __init__(self, receiver: Receiver, topic: str) -> None:
        self.receiver = receiver
        self.topic = topic
        self.version = 0
        # The last version that the reader was told; what came after it was not theirs to see.
        self.told = 0
        self.sight = Sight()
        self._buffer: list[Frame] | None = []
        # How much of each running reply this subscriber has: a late one got the text so far at once.
        self._replies: dict[str, int] = {}

    def take(self, frame: Frame) -> None:
        if self._buffer is not None:
            self._buffer.append(frame)
            if len(self._buffer) > _MOST_BUFFERED:
                self.receiver.give_up()
        else:
            self._give(frame)

    def go_live(self, version: int, running: Sequence[Frame] = ()) -> None:
        """The replay up to `version` is written: from now on frames are passed on as they come, first
        those that came meanwhile."""
        self.version = self.told = version
        waiting, self._buffer = self._buffer or [], None
        for frame in (*running, *waiting):
            self._give(frame)

    def _give(self, frame: Frame) -> None:
        if frame.version is not None:
            if frame.version <= self.version:
                return
            self._give_lasting(frame, frame.version)
        elif not frame.about or self._wants(frame):
            self.receiver.push(frame.text, passing=True)

    def _give_lasting(self, frame: Frame, version: int) -> None:
        self.version = version
        if not self.sight.covers(frame.about):
            return
        text = frame.text
        if version > self.told + 1:
            # Or a client that looks for holes would ask for versions that are not theirs.
            text = f'{text[:-1]},"after":{self.told}}}'
        self.told = version
        self.receiver.push(text, passing=False)

    def _wants(self, frame: Frame) -> bool:
        about = frame.about
        me = str(self.receiver.user_id)
        if about.get("not_to") == me or about.get("only_to", me) != me:
            return False
        if not self.sight.covers(about):
            return False
        if (reply := about.get("reply")) is not None and "end" in about:
            if about["offset"] < self._replies.get(reply, 0):
                return False
            self._remember(reply, about["end"])
        return True

    def _remember(self, reply: str, end: int) -> None:
        """Few run at a time, the longest silent of them are over."""
        self._replies.pop(reply, None)
        self._replies[reply] = end
        if len(self._replies) > _MOST_REPLIES:
            del self._replies[next(iter(self._replies))]
