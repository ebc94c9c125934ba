"""Seed 003's `current_status` and `last_seen_at`, kept true by time and not by counting.

Whoever has a socket somewhere is renewed by the process that holds it; who leaves the last socket of one
process is offline until another one says otherwise; and who was in a process that was killed runs out.
"""

from collections.abc import Callable
from uuid import UUID

from chatcore.live.db import Row, fetch
from chatcore.live.threads import in_thread

RENEW_SECONDS = 30

# «away» and «busy» are people's own words and stay until they leave.
_ONLINE = """
UPDATE users SET last_seen_at = now(),
  current_status = CASE current_status WHEN 'offline' THEN 'online' ELSE current_status END
WHERE id = ANY(%s) RETURNING id, support_level"""
_OFFLINE = """
UPDATE users SET last_seen_at = now(), current_status = 'offline' WHERE id = ANY(%s) RETURNING id"""
# Three renewals missed: the process that held them is gone.
_RUN_OUT = """
UPDATE users SET current_status = 'offline'
WHERE current_status <> 'offline' AND last_seen_at < now() - make_interval(secs => %s) RETURNING id"""


Arrival = Callable[[list[UUID]], None]
_arrivals: list[Arrival] = []


def register_arrival(work: Arrival) -> None:
    """Have `work(users=…)` called, in a thread, with the people of support who have just come."""
    _arrivals.append(work)


class Seen:
    """The people of this process: one statement a second for all, not one a socket."""

    def __init__(self) -> None:
        self._here: set[UUID] = set()
        self._changed: dict[UUID, bool] = {}

    def came(self, user: UUID) -> None:
        self._here.add(user)
        self._changed[user] = True

    def went(self, user: UUID) -> None:
        self._here.discard(user)
        self._changed[user] = False

    async def store_changes(self) -> None:
        changed, self._changed = self._changed, {}
        came = await self._store(_ONLINE, [user for user, here in changed.items() if here])
        await self._store(_OFFLINE, [user for user, here in changed.items() if not here])
        if agents := [row["id"] for row in came if row["support_level"] != "none"]:
            for work in _arrivals:
                await in_thread(work, users=agents)

    async def renew(self) -> None:
        """Say that everybody here is still here, and let those run out whom nobody speaks for."""
        await self._store(_ONLINE, list(self._here))
        await fetch(_RUN_OUT, [3 * RENEW_SECONDS])

    async def _store(self, sql: str, users: list[UUID]) -> list[Row]:
        # In one order, so that two processes cannot wait for each other.
        return await fetch(sql, [sorted(users)]) if users else []
