"""Where a process's events go out: on the web process's own loop, elsewhere on a small thread with one.

A worker or a command has no event loop; opening one per event would connect to the layer each time.
"""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog

from chatcore.frames import Frame

log = structlog.get_logger(__name__)

Deliver = Callable[[Sequence[Frame]], None]

# More than this waiting means that the layer is away; what is dropped is found by its version.
_MOST_WAITING = 5_000

_state: dict[str, Any] = {"pid": None, "loop": None, "deliver": None, "failed": False}
_lock = threading.Lock()


def attach(loop: asyncio.AbstractEventLoop, deliver: Deliver) -> None:
    """The hub of this process takes over: frames reach its sockets without the layer."""
    _state.update(pid=os.getpid(), loop=loop, deliver=deliver)


def detach() -> None:
    _state.update(pid=None, loop=None, deliver=None)


def deliver(frames: Sequence[Frame]) -> None:
    """Give frames to the sockets of this process, from whichever thread."""
    if _state["deliver"] is None or _state["pid"] != os.getpid():
        return
    loop: asyncio.AbstractEventLoop = _state["loop"]
    if _running_loop() is loop:
        _state["deliver"](frames)
    else:
        loop.call_soon_threadsafe(_state["deliver"], frames)


def submit(
    send: Callable[[Sequence[Frame]], Coroutine[Any, Any, None]], frames: Sequence[Frame]
) -> None:
    """Run `send(frames)` on the loop, one after the other, without making the caller wait for it."""
    loop = _loop()
    if _running_loop() is loop:
        _enqueue(send, frames)
    else:
        loop.call_soon_threadsafe(_enqueue, send, frames)


_queues: dict[asyncio.AbstractEventLoop, "asyncio.Queue[Any]"] = {}
_tasks: set[asyncio.Task[None]] = set()


def _enqueue(
    send: Callable[[Sequence[Frame]], Coroutine[Any, Any, None]], frames: Sequence[Frame]
) -> None:
    loop = asyncio.get_running_loop()
    if loop not in _queues:
        _queues[loop] = asyncio.Queue(_MOST_WAITING)
        task = loop.create_task(_pump(_queues[loop]))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
        task.add_done_callback(lambda _: _queues.pop(loop, None))
    with contextlib.suppress(asyncio.QueueFull):
        _queues[loop].put_nowait((send, frames))


async def _pump(queue: "asyncio.Queue[Any]") -> None:
    """Send in order. A layer that is away costs a line in the log, never a message."""
    while True:
        send, frames = await queue.get()
        try:
            async with asyncio.timeout(2):
                await send(frames)
            _state["failed"] = False
        except Exception as error:
            if not _state["failed"]:
                log.warning("layer_away", error=repr(error))
            _state["failed"] = True


def _loop() -> asyncio.AbstractEventLoop:
    with _lock:
        if _state["loop"] is None or _state["pid"] != os.getpid():
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="outlet", daemon=True).start()
            _state.update(pid=os.getpid(), loop=loop, deliver=None)
        found: asyncio.AbstractEventLoop = _state["loop"]
        return found


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
