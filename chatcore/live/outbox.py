"""What waits to be written to one socket, bounded: a reader that is too slow must not cost memory."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

Send = Callable[[dict[str, Any]], Awaitable[None]]

# A burst of this many frames is normal (what the layer lost comes at once, up to REPLAY_MOST of them, and
# a lively room meanwhile); past it the reader is too slow.
MOST_FRAMES = 2_048
MOST_BYTES = 4 * 1024 * 1024


class Outbox:
    """Frames in order. There is no task per idle socket: one runs while something waits."""

    def __init__(self, send: Send, on_overflow: Callable[[], None]) -> None:
        self._send = send
        self._on_overflow = on_overflow
        self._frames: deque[tuple[str, bool]] = deque()
        self._bytes = 0
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def push(self, text: str, *, passing: bool) -> None:
        if self._closed:
            return
        if self._is_filling():
            self._drop_passing()
            if passing:
                return
        if len(self._frames) >= MOST_FRAMES or self._bytes > MOST_BYTES:
            self._closed = True
            self._on_overflow()
            return
        self._frames.append((text, passing))
        self._bytes += len(text)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def push_patiently(self, text: str) -> None:
        """For a replay: wait for the reader instead of giving it up."""
        if self._is_filling() and self._task:
            # Not `await self._task`: a reader that is given up meanwhile would cancel us, too, and
            # the line would be cut before it has heard why.
            await asyncio.wait({self._task})
        self.push(text, passing=False)

    async def finish(self) -> None:
        """Stop taking frames; write those that wait."""
        self._closed = True
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    def stop(self) -> None:
        self._closed = True
        self._frames.clear()
        if self._task:
            self._task.cancel()

    def _is_filling(self) -> bool:
        return len(self._frames) >= MOST_FRAMES // 2 or self._bytes > MOST_BYTES // 2

    def _drop_passing(self) -> None:
        kept = [frame for frame in self._frames if not frame[1]]
        if len(kept) < len(self._frames):
            self._frames = deque(kept)
            self._bytes = sum(len(text) for text, _ in kept)

    async def _drain(self) -> None:
        try:
            while self._frames:
                text, _ = self._frames.popleft()
                self._bytes -= len(text)
                await self._send({"type": "websocket.send", "text": text})
        except Exception:  # the peer is gone: the reader's loop learns it, too, and cleans up
            self._closed = True
        finally:
            self._task = None
