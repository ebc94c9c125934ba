"""The very statement of a page of history, as the database runs it: its time, and its plan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

import psycopg

from chatcore.live.db import connection_settings
from rooms.express import page_of_reader

_NAME = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Plan:
    """Milliseconds in the database, and what EXPLAIN (ANALYZE, BUFFERS) says."""

    milliseconds: float
    text: str


def plan_of(room: UUID, reader: UUID) -> Plan:
    """After a dozen prepared calls, when the plan is no longer made for the values at hand."""
    query = page_of_reader(room, reader, {})
    order = list(dict.fromkeys(_NAME.findall(query.sql)))
    numbered = _NAME.sub(lambda found: f"${order.index(found[1]) + 1}", query.sql)
    literals = ", ".join(_literal(query.parameters[name]) for name in order)
    with psycopg.connect(**connection_settings(), autocommit=True) as connection:
        connection.execute(f"PREPARE page AS {numbered}".encode())
        execute = f"EXECUTE page({literals})"
        for _ in range(12):
            connection.execute(execute.encode())
        times, text = [], ""
        for _ in range(5):
            found = connection.execute(f"EXPLAIN (ANALYZE, BUFFERS) {execute}".encode()).fetchall()
            text = "\n".join(str(line) for (line,) in found)
            times.append(
                sum(map(float, re.findall(r"(?:Planning|Execution) Time: ([\d.]+)", text)))
            )
    return Plan(sorted(times)[2], text)


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"
