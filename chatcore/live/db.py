"""The database for the event loop: a small pool of asynchronous connections beside Django's.

Django's own connections live in threads; a hop there and back costs more than the query. Only what is
asked per frame or per page of history comes here: appends, replays, access, history.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from chatcore.errors import Unavailable

Row = dict[str, Any]
Connection = psycopg.AsyncConnection[Row]

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
    return await psycopg.AsyncConnection.connect(
        **connection_settings(), autocommit=True, row_factory=dict_row, connect_timeout=5
    )


async def open_pool() -> None:
    pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
        kwargs=connection_settings() | {"autocommit": True, "row_factory": dict_row},
        min_size=1,
        max_size=8,
        timeout=5,
        open=False,
        name="chatcore-live",
        # The server was away: hand out no dead connection afterwards.
        check=AsyncConnectionPool.check_connection,
    )
    await pool.open()
    _pools[asyncio.get_running_loop()] = pool


async def close_pool() -> None:
    if pool := _pools.pop(asyncio.get_running_loop(), None):
        await pool.close()


@asynccontextmanager
async def borrowed() -> AsyncIterator[Connection]:
    """A connection of the pool. Raises Unavailable when the database is away."""
    try:
        async with _pools[asyncio.get_running_loop()].connection() as conn:
            yield conn
    except (PoolTimeout, psycopg.OperationalError) as error:
        raise Unavailable("The database is not reachable for the moment.") from error


async def fetch(sql: str, parameters: Sequence[Any] | dict[str, Any]) -> list[Row]:
    """All rows of one query."""
    async with borrowed() as conn:
        cursor = await conn.execute(sql.encode(), parameters)
        return await cursor.fetchall()


async def fetch_together(*queries: tuple[str, Any]) -> list[list[Row]]:
    """Several queries that see the same moment."""
    async with borrowed() as conn, conn.transaction():
        await conn.execute(b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = []
        for sql, parameters in queries:
            cursor = await conn.execute(sql.encode(), parameters)
            found.append(await cursor.fetchall())
        return found
