"""Tables in a PostgreSQL database: one read-only snapshot, a cursor at the server, text throughout.

Every column is read as text. So a row is the same as a CSV file's, `infinity` or a date before Christ
is no accident, and JSON is parsed where a fault in it costs one row and not the run.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.adapt import Loader
from psycopg.sql import SQL, Identifier

from dialogues.legacy.records import SourceUnreadable
from dialogues.legacy.report import Report
from dialogues.legacy.tables import Found, Table

_PAGE = 2_000
_COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f') GROUP BY c.relname
"""


class _AnyText(Loader):
    """A database in SQL_ASCII may hold any bytes; broken ones become U+FFFD and are reported."""

    def load(self, data: Any) -> str:
        return bytes(data).decode("utf-8", "replace")


class PostgresTables:
    """`url`: postgres://user:password@host:port/name. Nothing is ever written there."""

    def __init__(self, url: str, schema: str) -> None:
        self._schema = schema
        self._connection = _connect(url)
        self._found = dict(self._connection.execute(_COLUMNS, [schema]).fetchall())
        if not self._found:
            raise SourceUnreadable(
                f"The schema {schema} holds no table that this user may see.",
                f"Name another one with --schema; there are {', '.join(self._schemas())}.",
            )

    def close(self) -> None:
        self._connection.close()

    def names(self) -> set[str]:
        return set(self._found)

    def columns(self, table: str) -> Sequence[str]:
        found: Sequence[str] = self._found[table]
        return found

    def rows(self, table: Table, columns: Sequence[str], report: Report) -> Iterator[Found]:
        """In the order of the key, so that of two rows without a time one is the neighbour."""
        listed = SQL(", ").join(SQL("{}::text").format(Identifier(name)) for name in columns)
        query = SQL("SELECT {} FROM {} ORDER BY {}").format(
            listed, Identifier(self._schema, table.name), Identifier(table.needed[0])
        )
        try:
            with self._connection.cursor(f"legacy_{uuid4().hex}") as cursor:
                cursor.itersize = _PAGE
                cursor.execute(query)
                for number, values in zip(count(1), cursor, strict=False):
                    row = dict(zip(columns, values, strict=True))
                    yield Found(
                        row, f"{table.name} id={row.get('id') or row.get('user_id') or number}"
                    )
        except psycopg.Error as error:
            raise SourceUnreadable(
                f"{table.name} cannot be read: {_first_line(error)}.",
                "Does the user of the URL hold SELECT on it?",
            ) from None

    def _schemas(self) -> list[str]:
        rows = self._connection.execute(
            "SELECT DISTINCT table_schema FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
        )
        return [name for (name,) in rows] or ["none with tables"]


def _connect(url: str) -> psycopg.Connection[Any]:
    try:
        connection = psycopg.connect(url, connect_timeout=10)
    except (psycopg.Error, ValueError) as error:
        raise SourceUnreadable(
            f"There is no way to the database: {_first_line(error)}.",
            "Give postgres://user:password@host:5432/name, and see that the server is up and lets "
            "this machine in.",
        ) from None
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.adapters.register_loader("text", _AnyText)
    connection.execute("SET LOCAL TimeZone TO 'UTC'; SET LOCAL DateStyle TO 'ISO, YMD'")
    return connection


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
