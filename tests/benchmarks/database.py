"""What the database alone can do, asked from this process: the floor under everything of ours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import psycopg

from chatcore.ids import uuid7
from chatcore.live.db import connection_settings
from tests.benchmarks.figures import Figure, milliseconds

_TABLE = """
DROP TABLE IF EXISTS bench_plain;
CREATE TABLE bench_plain (id uuid PRIMARY KEY, room uuid NOT NULL, seq bigint NOT NULL,
  content text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX bench_plain_room ON bench_plain (room, seq);
"""
_INSERT = b"INSERT INTO bench_plain (id, room, seq, content) VALUES (%s, %s, %s, %s)"
_BATCH = b"""INSERT INTO bench_plain (id, room, seq, content)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::text[])"""
_LAST = b"SELECT * FROM bench_plain WHERE room = %s ORDER BY seq DESC LIMIT 50"

Connection = psycopg.AsyncConnection[tuple[object, ...]]
_TEXT = "x" * 200


async def plain_figures(seconds: float) -> list[Figure]:
    """Inserts and the last fifty, on a table with two indexes and nothing else."""
    connections = [await _connect() for _ in range(8)]
    await connections[0].execute(_TABLE.encode())
    room, first = uuid7(), connections[:1]
    insert, batch = _inserter(room), _batch_inserter(room)
    figures = [
        Figure("single inserts, 1 connection", "/s", await _rate(first, insert, seconds)),
        Figure("single inserts, 8 connections", "/s", await _rate(connections, insert, seconds)),
        Figure("rows in batches of 100", "/s", 100 * await _rate(first, batch, seconds)),
    ]
    await connections[0].execute(b"ANALYZE bench_plain")
    figures.append(Figure("last 50, p50", "ms", await _page_time(connections[0], room)))
    await connections[0].execute(b"DROP TABLE bench_plain")
    await asyncio.gather(*(connection.close() for connection in connections))
    return figures


async def _connect() -> Connection:
    return await psycopg.AsyncConnection.connect(**connection_settings(), autocommit=True)


def _inserter(room: UUID) -> Callable[[Connection, int], Awaitable[object]]:
    return lambda connection, n: connection.execute(_INSERT, [uuid7(), room, n, _TEXT])


def _batch_inserter(room: UUID) -> Callable[[Connection, int], Awaitable[object]]:
    def insert(connection: Connection, n: int) -> Awaitable[object]:
        ids = [uuid7() for _ in range(100)]
        return connection.execute(_BATCH, [ids, [room] * 100, [n] * 100, [_TEXT] * 100])

    return insert


async def _rate(
    connections: list[Connection],
    work: Callable[[Connection, int], Awaitable[object]],
    seconds: float,
) -> float:
    done = 0
    begun = time.perf_counter()

    async def run(connection: Connection) -> None:
        nonlocal done
        while time.perf_counter() < begun + seconds:
            await work(connection, done)
            done += 1

    await asyncio.gather(*(run(connection) for connection in connections))
    return done / (time.perf_counter() - begun)


async def _page_time(connection: Connection, room: UUID) -> float:
    times = []
    for _ in range(200):
        begun = time.perf_counter()
        await (await connection.execute(_LAST, [room])).fetchall()
        times.append(time.perf_counter() - begun)
    return milliseconds(times, 0.5)
