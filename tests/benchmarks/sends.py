"""Messages sent and acknowledged: by one sender in a row, and by fifty in ten rooms at once."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from tests.benchmarks.cpu import Meter
from tests.benchmarks.drivers import Driver, Talker, text_of
from tests.benchmarks.figures import milliseconds

SENDERS, ROOMS = 50, 10


@dataclass(frozen=True, slots=True)
class Sends:
    """Acknowledged messages: how many a second, their times in ms, and what each cost in CPU ms."""

    per_second: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float
    generator_cpu: float


async def one_sender(driver: Driver, meter: Meter, many: int) -> Sends:
    """The next message goes when the last one is acknowledged."""
    people = await driver.people(1)
    talker = await driver.join(people[0], await driver.room(people), _ignore)
    for number in range(20):
        await talker.send(text_of("warm", number, 0))
    begun = _begin(meter)
    times = [await _timed(talker, number) for number in range(many)]
    found = _sends(times, begun, meter)
    talker.socket.close()
    return found


async def fifty_senders(driver: Driver, meter: Meter, seconds: float) -> Sends:
    """Everybody also receives what their room says: five deliveries a message."""
    talkers = await _talkers(driver)
    await asyncio.gather(*(talker.send(text_of("warm", 0, 0)) for talker in talkers))
    times: list[float] = []
    begun = _begin(meter)
    until = time.perf_counter() + seconds

    async def talk(talker: Talker) -> None:
        while time.perf_counter() < until:
            times.append(await _timed(talker, len(times)))

    await asyncio.gather(*(talk(talker) for talker in talkers))
    found = _sends(times, begun, meter)
    for talker in talkers:
        talker.socket.close()
    return found


async def _talkers(driver: Driver) -> list[Talker]:
    people = await driver.people(SENDERS)
    size = SENDERS // ROOMS
    talkers = []
    for first in range(0, SENDERS, size):
        group = people[first : first + size]
        room = await driver.room(group)
        talkers += [await driver.join(person, room, _ignore) for person in group]
    return talkers


async def _timed(talker: Talker, number: int) -> float:
    begun = time.perf_counter()
    await talker.send(text_of("sent", number, begun))
    return time.perf_counter() - begun


def _begin(meter: Meter) -> tuple[float, float]:
    meter.begin()
    return time.perf_counter(), time.process_time()


def _sends(times: list[float], begun: tuple[float, float], meter: Meter) -> Sends:
    took, own = time.perf_counter() - begun[0], time.process_time() - begun[1]
    spent, many = meter.spent(), len(times)
    return Sends(
        per_second=many / took,
        p50=milliseconds(times, 0.5),
        p99=milliseconds(times, 0.99),
        server_cpu=spent.milliseconds_each("server", many),
        database_cpu=spent.milliseconds_each("database", many),
        generator_cpu=own * 1000 / many,
    )


def _ignore(_text: bytes) -> None:
    return
