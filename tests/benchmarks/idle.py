"""Sockets that are open and silent: what each costs to open, and to keep."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from tests.benchmarks.cpu import Meter, memory_kib
from tests.benchmarks.drivers import Driver, OnMessage, Talker, text_of

PER_ROOM = 50
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Idle:
    """Open sockets, KiB of the web process for each, how fast they came and for how much CPU."""

    open: int
    kib_each: float
    per_second: float
    server_cpu: float
    # Cores that the web process uses while nobody says anything.
    cores_idle: float
    heard: int


async def hold_sockets(driver: Driver, meter: Meter, web: int, many: int) -> Idle:
    """Each signed in and following one room of fifty; at the end one message to one room."""
    people = await driver.people(many)
    groups = [people[first : first + PER_ROOM] for first in range(0, many, PER_ROOM)]
    rooms = [await driver.room(group) for group in groups]
    warm = [await driver.join(person, rooms[0], lambda _: None) for person in groups[0][:20]]
    for talker in warm:
        talker.socket.close()
    await asyncio.sleep(1)
    heard: list[bytes] = []
    before = memory_kib(web)
    begun = time.perf_counter()
    meter.begin()
    gate = asyncio.Semaphore(_AT_ONCE)

    async def join(number: int) -> Talker:
        async with gate:
            room = rooms[number // PER_ROOM]
            return await driver.join(people[number], room, _keep(heard))

    talkers = await asyncio.gather(*(join(number) for number in range(many)))
    took, joining = time.perf_counter() - begun, meter.spent()
    await asyncio.sleep(5)
    after = memory_kib(web)
    meter.begin()
    await asyncio.sleep(10)
    silent = meter.spent()
    await talkers[0].send(text_of("idle", 0, 0))
    await asyncio.sleep(1)
    still = sum(not talker.socket.closed for talker in talkers)
    for talker in talkers:
        talker.socket.close()
    return Idle(
        open=still,
        kib_each=(after - before) / many,
        per_second=many / took,
        server_cpu=joining.milliseconds_each("server", many),
        cores_idle=silent.seconds["server"] / 10,
        heard=len(heard),
    )


def _keep(heard: list[bytes]) -> OnMessage:
    def keep(frame: bytes) -> None:
        if b'"message.created"' in frame:
            heard.append(frame)

    return keep
