"""A thousand people at once, each on a socket of their own, in rooms in which everybody says something:
does each of them get all of it, once?"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.benchmarks.cpu import Meter
from tests.benchmarks.drivers import Driver, Person, Talker, text_of
from tests.benchmarks.figures import milliseconds

PER_ROOM = 50
SECONDS = 30
_AT_ONCE = 20
_PATIENCE = 20
_STAMP = re.compile(rb'"hold (\d+) (\d+\.\d+) ')


@dataclass(slots=True)
class Seat:
    """Somebody at their socket, and how often they got each message, by the number of who said it."""

    person: Person
    talker: Talker | None = None
    got: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Held:
    """What of `due` deliveries came, and what came twice; times in ms, CPU ms per delivery."""

    open: int
    due: int
    lost: int
    doubled: int
    acknowledged: int
    p50: float
    p99: float
    server_cpu: float
    cores: float


async def hold(driver: Driver, meter: Meter, many: int) -> Held:
    """Each says one thing in the thirty seconds, and is due what the fifty of their room say."""
    seats = [Seat(person) for person in await driver.people(many)]
    took: list[float] = []
    await _sit_down(driver, seats, took)
    await asyncio.sleep(2)  # what entering set in motion
    meter.begin()
    begun = time.perf_counter()
    said = [_say(seat, number, begun, many) for number, seat in enumerate(seats)]
    answers = await asyncio.gather(*said, return_exceptions=True)
    await _until_all_is_there(seats)
    spent, lasted = meter.spent(), time.perf_counter() - begun
    deliveries = sum(sum(seat.got.values()) for seat in seats)
    different = sum(len(seat.got) for seat in seats)
    still = sum(bool(seat.talker and not seat.talker.socket.closed) for seat in seats)
    for seat in seats:
        if seat.talker:
            seat.talker.socket.close()
    return Held(
        open=still,
        due=many * PER_ROOM,
        lost=many * PER_ROOM - different,
        doubled=deliveries - different,
        acknowledged=sum(not isinstance(answer, BaseException) for answer in answers),
        p50=milliseconds(took, 0.5),
        p99=milliseconds(took, 0.99),
        server_cpu=spent.milliseconds_each("server", deliveries),
        cores=spent.seconds["server"] / lasted,
    )


async def _sit_down(driver: Driver, seats: list[Seat], took: list[float]) -> None:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def join(seat: Seat, room: str) -> None:
        def receive(frame: bytes) -> None:
            if found := _STAMP.search(frame):
                seat.got[int(found[1])] += 1
                took.append(time.perf_counter() - float(found[2]))

        async with gate:
            seat.talker = await driver.join(seat.person, room, receive)

    tables = [seats[first : first + PER_ROOM] for first in range(0, len(seats), PER_ROOM)]
    for table in tables:
        room = await driver.room([seat.person for seat in table])
        await asyncio.gather(*(join(seat, room) for seat in table))


async def _say(seat: Seat, number: int, begun: float, many: int) -> None:
    # Rooms take turns: neighbours in time are no neighbours in a room.
    turn = number % PER_ROOM * (many // PER_ROOM) + number // PER_ROOM
    await asyncio.sleep(max(begun + turn * SECONDS / many - time.perf_counter(), 0))
    assert seat.talker
    await seat.talker.send(text_of("hold", number, time.perf_counter()))


async def _until_all_is_there(seats: list[Seat]) -> None:
    until = time.perf_counter() + _PATIENCE
    while time.perf_counter() < until:
        if all(len(seat.got) >= PER_ROOM for seat in seats):
            return
        await asyncio.sleep(0.05)
