"""The database for the event loop: a small pool of asynchronous connections beside Django's.

Django's own connections live in threads; a hop there and back costs more than the query. Only what is
asked per frame or per page of history comes here: appends, replays, access, history.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import orjson
import psycopg
from django.db import connection
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from chatcore.errors import Unavailable

T = TypeVar("T")
Row = dict[str, Any]
Connection = psycopg.AsyncConnection[Row]

# A restart of PostgreSQL after a crash takes a few seconds.
_PATIENCE_SECONDS = 8.0

_pools: dict[asyncio.AbstractEventLoop, AsyncConnectionPool[Connection]] = {}


def connection_settings() -> dict[str, Any]:
    """libpq's parameters of Django's default database (in tests, of the test database)."""
    wanted = dict(connection.settings_dict)
    options = {k: v for k, v in wanted["OPTIONS"].items() if k not in {"pool", "assume_role"}}
    return {
        "host": wanted["HOST"] or None,
        "port": wanted["PORT"] or None,
        "user": wanted["USER"] or None,
        "password": wanted["PASSWORD"] or None,
        "dbname": wanted["NAME"],
    } | options


async def connect() -> Connection:
    """One connection outside the pool, for a long-lived owner such as the flusher."""
    conn = await psycopg.AsyncConnection.connect(
        **connection_settings(), autocommit=True, row_factory=dict_row, connect_timeout=5
    )
    await _configure(conn)
    return conn


async def open_pool() -> None:
    pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
        kwargs=connection_settings() | {"autocommit": True, "row_factory": dict_row},
        min_size=1,
        max_size=8,
        timeout=5,
        open=False,
        name="chatcore-live",
        configure=_configure,
    )
    await pool.open()
    _pools[asyncio.get_running_loop()] = pool


async def _configure(conn: Connection) -> None:
    """Plans are made once: with a year of partitions making one takes ten times as long as running it.
    And they look up by index, also in a partition that is still empty as they are made."""
    set_json_loads(orjson.loads, conn)
    await conn.execute(b"SET plan_cache_mode = force_generic_plan")
    await conn.execute(b"SET enable_seqscan = off")


async def close_pool() -> None:
    if pool := _pools.pop(asyncio.get_running_loop(), None):
        await pool.close()


async def fetch(sql: str, parameters: Sequence[Any] | dict[str, Any]) -> list[Row]:
    """All rows of one query."""

    async def ask(conn: Connection) -> list[Row]:
        return await (await conn.execute(sql.encode(), parameters)).fetchall()

    return await _borrowed(ask)


async def fetch_together(*queries: tuple[str, Any]) -> list[list[Row]]:
    """Several queries that see the same moment."""

    async def ask(conn: Connection) -> list[list[Row]]:
        async with conn.transaction():
            await conn.execute(b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return [
                await (await conn.execute(sql.encode(), args)).fetchall() for sql, args in queries
            ]

    return await _borrowed(ask)


async def fetch_at_once(*queries: tuple[str, Any]) -> list[list[Row]]:
    """Several queries in one round trip, prepared: for what is asked most."""

    async def ask(conn: Connection) -> list[list[Row]]:
        async with conn.pipeline():
            asked = [await conn.execute(sql.encode(), args, prepare=True) for sql, args in queries]
            return [await cursor.fetchall() for cursor in asked]

    return await _borrowed(ask)


async def _borrowed(ask: Callable[[Connection], Awaitable[T]]) -> T:
    """Ask with a connection of the pool. When the server went away meanwhile the connection is dead:
    ask again, with another, for as long as a restart takes. Raises Unavailable after that.

    Nothing is asked here twice that would do harm: appends have their own connection.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE_SECONDS
    while True:
        try:
            async with _pools[loop].connection() as conn:
                return await ask(conn)
        except (PoolTimeout, psycopg.OperationalError) as error:
            if loop.time() > deadline:
                raise Unavailable("The database is not reachable for the moment.") from error
            await asyncio.sleep(0.05)
