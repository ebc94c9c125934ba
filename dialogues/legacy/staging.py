"""Putting a source into order, however large it is: by conversation, and by time within each.

Records go into a private database file of SQLite, which the operating system forgets with the
process. So files need no order of their own, and memory stays the same from ten messages to millions.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson

from dialogues.legacy.records import (
    LegacyConversation,
    LegacyMemory,
    LegacyMessage,
    LegacyPerson,
    LegacyTask,
    Record,
)
from dialogues.legacy.report import Report

_SCHEMA = """
CREATE TABLE people (key TEXT PRIMARY KEY, record BLOB);
CREATE TABLE conversations (key TEXT PRIMARY KEY, record BLOB);
CREATE TABLE memories (key TEXT PRIMARY KEY, record BLOB);
CREATE TABLE messages (conversation TEXT, at REAL, rank INTEGER, n INTEGER, record BLOB);
CREATE TABLE tasks (owner TEXT, number INTEGER, at REAL, n INTEGER, record BLOB);
"""
_INDEXES = """
CREATE INDEX messages_in_order ON messages (conversation, at, rank, n);
CREATE INDEX tasks_in_order ON tasks (owner, number, at, n);
"""
_MESSAGES = "SELECT record, at FROM messages WHERE conversation = ? ORDER BY at, rank, n"
_TIMES = ("created_at", "updated_at", "at")


class Staging:
    """Filled once by `take`, then read as often as wanted."""

    def __init__(self) -> None:
        # The empty name: a file of its own, outside memory, deleted when it is closed.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_SCHEMA)
        self._last_at: dict[str, float] = {}
        self._count = 0

    def close(self) -> None:
        self._db.close()

    def take(self, records: Iterable[Record]) -> None:
        """Take everything in, in the source's own order."""
        self._db.execute("BEGIN")
        for record in records:
            self._count += 1
            self._put(record)
        self._db.execute("COMMIT")

    def ready(self) -> None:
        self._db.executescript(_INDEXES)

    def count(self, table: str) -> int:
        return int(self._one(f"SELECT count(*) FROM {table}"))  # noqa: S608

    def people(self) -> Iterator[LegacyPerson]:
        for (record,) in self._rows("SELECT record FROM people ORDER BY key"):
            yield LegacyPerson(**orjson.loads(record))

    def conversations(self) -> Iterator[tuple[str, LegacyConversation | None]]:
        """Every conversation by key, also those of which there are only messages."""
        sql = (
            "SELECT k.key, c.record FROM (SELECT key FROM conversations UNION"
            " SELECT conversation FROM messages) k LEFT JOIN conversations c USING (key) ORDER BY k.key"
        )
        for key, record in self._rows(sql):
            yield key, LegacyConversation(**_loaded(record)) if record else None

    def messages(
        self, conversation: str, otherwise: datetime, report: Report
    ) -> Iterator[LegacyMessage]:
        """In order of time, each with one: where the source has none, its neighbour's, or `otherwise`
        where no message of the conversation has any."""
        first = self._one("SELECT min(at) FROM messages WHERE conversation = ?", conversation)
        earliest = otherwise if first is None else datetime.fromtimestamp(first, UTC)
        seen: dict[tuple[str, str], str] = {}
        instant = None
        for record, at in self._rows(_MESSAGES, conversation):
            message = LegacyMessage(**_loaded(record))
            if message.at is None:
                report.change("time_of_neighbour", message.place, message.key)
                lent = earliest if at is None else datetime.fromtimestamp(at, UTC)
                message = replace(message, at=lent, borrowed=True)
            if message.at != instant:
                instant, seen = message.at, {}
            origin = seen.setdefault((message.role, message.content), message.origin)
            if origin != message.origin:  # 001's older table repeats what the newer one took over
                report.skip("twice", message.place, message.key)
            else:
                yield message

    def memories(self) -> Iterator[LegacyMemory]:
        for (record,) in self._rows("SELECT record FROM memories ORDER BY key"):
            yield LegacyMemory(**orjson.loads(record))

    def tasks(self) -> Iterator[LegacyTask]:
        """By person, and by number within each."""
        sql = "SELECT record FROM tasks ORDER BY owner, number IS NULL, number, at, n"
        for (record,) in self._rows(sql):
            yield LegacyTask(**_loaded(record))

    def _put(self, record: Record) -> None:
        values: tuple[Any, ...]
        match record:
            case LegacyMessage():
                at = record.at.timestamp() if record.at else None
                if at is None:
                    at = self._last_at.get(record.conversation)
                else:
                    self._last_at[record.conversation] = at
                values = (record.conversation, at, record.rank, self._count, _dumped(record))
                self._db.execute("INSERT INTO messages VALUES (?, ?, ?, ?, ?)", values)
            case LegacyTask():
                at = record.created_at.timestamp() if record.created_at else None
                values = (record.owner, record.number, at, self._count, _dumped(record))
                self._db.execute("INSERT INTO tasks VALUES (?, ?, ?, ?, ?)", values)
            case LegacyPerson():
                self._put_once("people", record)
            case LegacyConversation():
                self._put_once("conversations", record)
            case LegacyMemory():
                self._put_once("memories", record)

    def _put_once(
        self, table: str, record: LegacyPerson | LegacyConversation | LegacyMemory
    ) -> None:
        sql = f"INSERT OR IGNORE INTO {table} VALUES (?, ?)"  # noqa: S608
        self._db.execute(sql, (record.key, _dumped(record)))

    def _rows(self, sql: str, *parameters: Any) -> Iterator[tuple[Any, ...]]:
        with closing(self._db.execute(sql, parameters)) as cursor:
            yield from cursor

    def _one(self, sql: str, *parameters: Any) -> Any:
        return self._db.execute(sql, parameters).fetchone()[0]


def _dumped(record: Record) -> bytes:
    return orjson.dumps(record)


def _loaded(record: bytes) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(record)
    for name in _TIMES:
        if found.get(name):
            found[name] = datetime.fromisoformat(found[name])
    return found
