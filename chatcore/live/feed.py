"""One topic in one process: its subscribers, and the order of its versions.

Frames may arrive late, twice or not at all (the layer is at-most-once, and two processes may publish out
of order). A feed passes lasting frames on in the order of their versions without a gap: what comes too
early is parked, and what does not come is fetched from the database by the hub, once for everybody.
"""

from collections.abc import Iterable
from typing import Protocol

from chatcore.frames import Frame


class Sink(Protocol):
    """Whoever receives a topic's frames."""

    def take(self, frame: Frame) -> None: ...


class Feed:
    """The frames of one topic, in order, for every sink."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.sinks: set[Sink] = set()
        # The last lasting version passed on; None until the first subscriber has asked the database.
        self.version: int | None = None
        self._parked: dict[int, Frame] = {}

    @property
    def has_gap(self) -> bool:
        return bool(self._parked) and self.version is not None

    def begin_at(self, version: int) -> None:
        """The first subscriber has asked the database: what is parked and older is history, the rest
        goes on. A later one, who may have read further, moves nothing: the others still wait for it."""
        if self.version is None:
            self.version = version
            self._drain()

    def receive(self, frame: Frame) -> None:
        if frame.version is None:
            self._pass_on(frame)
        elif self.version is None or frame.version > self.version + 1:
            self._parked[frame.version] = frame
        elif frame.version == self.version + 1:
            self._advance(frame)
            self._drain()

    def heal(self, missed: Iterable[Frame], version: int) -> None:
        """Pass on what the database holds up to `version`, and stand there.

        The frames may have holes between their versions and behind the last one: a row that changed
        twice is one frame, a row that is gone is none, and of too many there is none at all.
        """
        for frame in missed:
            if frame.version is not None and frame.version > (self.version or 0):
                self._advance(frame)
        self.version = max(self.version or 0, version)
        self._drain()

    def _advance(self, frame: Frame) -> None:
        self.version = frame.version
        self._pass_on(frame)

    def _drain(self) -> None:
        if self.version is None:
            return
        while (following := self._parked.pop(self.version + 1, None)) is not None:
            self._advance(following)
        for version in [v for v in self._parked if v <= self.version]:
            del self._parked[version]

    def _pass_on(self, frame: Frame) -> None:
        for sink in tuple(self.sinks):
            sink.take(frame)
