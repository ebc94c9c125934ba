"""Follow a topic from an HTTP request of this process, for server-sent events and for waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatcore.frames import Frame
from chatcore.live.runtime import runtime

# A reader that is further behind than this gets no more passing frames; what lasts it reads again.
_MOST_WAITING = 2_000


class Listener:
    """The frames of a topic in the order in which they come."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[Frame] = asyncio.Queue()

    def take(self, frame: Frame) -> None:
        if self._frames.qsize() < _MOST_WAITING:
            self._frames.put_nowait(frame)

    async def next(self, seconds: float) -> Frame | None:
        """The next frame, or None when none came in time: look at the database then."""
        try:
            async with asyncio.timeout(seconds):
                return await self._frames.get()
        except TimeoutError:
            return None


@asynccontextmanager
async def listen(topic: str, version: int = 0) -> AsyncIterator[Listener]:
    """Join before you ask for something, and its first frame cannot be missed.

    `version` is where the conversation stands; the caller has checked that the user may read it.
    """
    listener = Listener()
    hub = runtime().hub
    feed = await hub.join(topic, listener)
    if feed.version is None:
        feed.begin_at(version)
    try:
        yield listener
    finally:
        hub.leave(topic, listener)
