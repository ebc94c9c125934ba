"""The very statement of a page of history, as the database runs it: its time, and its plan."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from chatcore.live.db import connect
from rooms.express import page_of_reader

_TIME = re.compile(r"(?:Planning|Execution) Time: ([\d.]+)")
_NAME = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Plan:
    """Milliseconds in the database, and what EXPLAIN (ANALYZE, BUFFERS) says."""

    milliseconds: float
    text: str


async def plan_of(room: UUID, reader: UUID) -> Plan:
    """On a connection as the web process has them, after a dozen prepared calls."""
    query = page_of_reader(room, reader, {})
    order = list(dict.fromkeys(_NAME.findall(query.sql)))
    numbered = _NAME.sub(lambda found: f"${order.index(found[1]) + 1}", query.sql)
    literals = ", ".join(_literal(query.parameters[name]) for name in order)
    connection = await connect()
    await connection.execute(f"PREPARE page AS {numbered}".encode())
    execute = f"EXECUTE page({literals})"
    for _ in range(12):
        await connection.execute(execute.encode())
    times, text = [], ""
    for _ in range(5):
        cursor = await connection.execute(f"EXPLAIN (ANALYZE, BUFFERS) {execute}".encode())
        text = "\n".join(str(line["QUERY PLAN"]) for line in await cursor.fetchall())
        times.append(sum(map(float, _TIME.findall(text))))
    await connection.close()
    return Plan(sorted(times)[2], without_unvisited(text))


def without_unvisited(text: str) -> str:
    """The plan without the partitions that were not looked into, which are most."""
    kept: list[str] = []
    unvisited, depth = 0, None
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip())
        if depth is not None and indent > depth:
            continue
        depth = indent if "(never executed)" in line else None
        if depth is None:
            kept.append(line)
        else:
            unvisited += 1
    return "\n".join([*kept, *([f"({unvisited} parts never executed)"] if unvisited else [])])


def _literal(value: object) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"
