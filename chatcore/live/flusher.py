"""The flusher: appends of all sockets of a process, many to a transaction, acknowledged after commit.

Whatever has queued while the last batch was committed is the next batch, so a lone sender waits for
nobody and fifty share one commit. After a lost connection the batch is repeated: every draft has a
`client_ref` (ours, where the sender gave none), so a commit whose answer was lost is found, not doubled.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import psycopg
import structlog

from chatcore.errors import Unavailable
from chatcore.jobs import enqueue
from chatcore.live.db import Connection, connect
from chatcore.live.ending import end_tasks
from chatcore.services.append import (
    Appended,
    Draft,
    conversation_ids,
    earlier_ids,
    lock_sql,
    messages_sql,
    payload,
    store_sql,
    verdicts,
)
from chatcore.services.publish import publish
from chatcore.services.timeline import Task, Timeline

log = structlog.get_logger(__name__)

_MOST_PER_BATCH = 256
_MOST_WAITING = 10_000
_PATIENCE_SECONDS = 15.0


_STOPPING = Unavailable("The server is stopping; send it again.")


@dataclass(slots=True)
class _Waiting:
    timeline: Timeline
    draft: Draft
    done: "asyncio.Future[Appended]"


class Flusher:
    """One per process. `append` may be called by any number of coroutines at once."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._conn: Connection | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="flusher")

    async def stop(self) -> None:
        if self._task:
            await end_tasks([self._task])
        _fail(list(self._waiting), _STOPPING)
        if self._conn:
            await self._conn.close()

    async def append(self, timeline: Timeline, draft: Draft) -> Appended:
        """Store a draft; returns once it is committed. Raises its refusal, or Unavailable."""
        if len(self._waiting) >= _MOST_WAITING:
            raise Unavailable("Too many messages are waiting to be stored.")
        done: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        draft = draft if draft.client_ref else replace(draft, client_ref=uuid4())
        self._waiting.append(_Waiting(timeline, draft, done))
        self._wake.set()
        appended = await done
        if appended.refused:
            raise appended.refused
        return appended

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            batch = self._next_batch()
            if not batch:
                self._wake.clear()
                continue
            try:
                await self._flush(batch)
            except Unavailable as error:
                _fail(batch, error)
            except asyncio.CancelledError:
                _fail(batch, _STOPPING)
                raise
            except Exception:
                log.exception("flush_failed", size=len(batch))
                await self._flush_singly(batch)

    def _next_batch(self) -> list[_Waiting]:
        """The oldest waiting drafts of one timeline; the rest keep their order."""
        batch: list[_Waiting] = []
        kept: list[_Waiting] = []
        while self._waiting and len(batch) < _MOST_PER_BATCH:
            waiting = self._waiting.popleft()
            same = not batch or waiting.timeline is batch[0].timeline
            (batch if same else kept).append(waiting)
        self._waiting.extendleft(reversed(kept))
        return batch

    async def _flush(self, batch: list[_Waiting]) -> None:
        timeline, drafts = batch[0].timeline, [waiting.draft for waiting in batch]
        loop = asyncio.get_running_loop()
        deadline, pause = loop.time() + _PATIENCE_SECONDS, 0.05
        while True:
            try:
                answers = await self._store(timeline, drafts)
                break
            except psycopg.Error as error:
                await self._drop_connection()
                if not isinstance(error, psycopg.OperationalError):
                    raise
                if loop.time() + pause > deadline:
                    raise Unavailable("The database is away; send it again.") from error
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)
        for waiting, answer in zip(batch, answers, strict=True):
            if not waiting.done.done():
                waiting.done.set_result(answer)
        fresh = [each.row for each in answers if not each.refused and not each.duplicate]
        publish([frame for row in fresh for frame in timeline.frames_of(row)])
        if tasks := [task for row in fresh for task in timeline.tasks_of(row)]:
            loop.run_in_executor(None, _enqueue, tasks)

    async def _flush_singly(self, batch: list[_Waiting]) -> None:
        """One draft that the database cannot take must not take the others with it."""
        for waiting in batch:
            try:
                await self._flush([waiting])
            except Exception as error:
                await self._drop_connection()
                _fail([waiting], error)

    async def _store(self, timeline: Timeline, drafts: list[Draft]) -> list[Appended]:
        """Two round trips: begin and lock, store and commit. Without an answer nothing is certain, so
        the caller drops the connection after whatever error."""
        self._conn = conn = self._conn or await _connect()
        async with conn.pipeline():
            await conn.execute(b"BEGIN")
            cursor = await conn.execute(lock_sql(timeline).encode(), [conversation_ids(drafts)])
            sealed = payload(timeline, drafts, await cursor.fetchall())
            cursor = await conn.execute(store_sql(timeline).encode(), [sealed], prepare=True)
            # Repeats are rare, and those messages were committed long ago: read them afterwards.
            await conn.execute(b"COMMIT")
            judged = await cursor.fetchall()
        earlier: list[dict[str, Any]] = []
        if ids := earlier_ids(judged):
            cursor = await conn.execute(messages_sql(timeline).encode(), [ids])
            earlier = await cursor.fetchall()
        return verdicts(drafts, judged, earlier)

    async def _drop_connection(self) -> None:
        conn, self._conn = self._conn, None
        if conn:
            await asyncio.gather(conn.close(), return_exceptions=True)


async def _connect() -> Connection:
    """Nested loops by index only. The plan is made while the tables may still be empty, and kept: one
    that goes through a whole index then costs more with every message until the next ANALYZE."""
    conn = await connect()
    for node in (b"mergejoin", b"hashjoin", b"material"):
        await conn.execute(b"SET enable_" + node + b" = off")
    return conn


def _enqueue(tasks: list[Task]) -> None:
    for task in tasks:
        enqueue(task.name, task.kwargs)


def _fail(batch: list[_Waiting], error: Exception) -> None:
    """Nothing of the batch was stored, or nobody can tell: the senders may repeat it, safely."""
    known = error if isinstance(error, Unavailable) else Unavailable("It could not be stored.")
    for waiting in batch:
        if not waiting.done.done():
            waiting.done.set_exception(known)
