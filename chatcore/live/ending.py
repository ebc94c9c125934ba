"""Ending what a process runs: in bounded time, whatever a library does with a cancellation."""

import asyncio
from collections.abc import Awaitable, Collection
from typing import Any

import structlog

log = structlog.get_logger(__name__)

_TRIES = 6
_PAUSE_SECONDS = 0.5


async def end_tasks(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel, and again: a client library may take the first cancellation for a lost connection."""
    waiting = set(tasks)
    for _ in range(_TRIES):
        if not waiting:
            return
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_PAUSE_SECONDS)
    log.warning("tasks_not_ended", tasks=[task.get_name() for task in waiting])


async def within(seconds: float, work: Awaitable[Any]) -> None:
    """Do it, or go on without: stopping must not hang on a server that is away."""
    task = asyncio.ensure_future(work)
    _, waiting = await asyncio.wait({task}, timeout=seconds)
    if waiting:
        task.cancel()
        log.warning("not_ended_in_time", work=repr(work)[:100])
    elif error := task.exception():
        log.warning("ended_with_an_error", error=repr(error))
