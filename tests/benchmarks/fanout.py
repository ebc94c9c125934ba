"""One message to a hundred receivers: when has the last one got it?"""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from dataclasses import dataclass

from tests.benchmarks.cpu import Meter
from tests.benchmarks.drivers import Driver, text_of
from tests.benchmarks.figures import milliseconds

RECEIVERS = 100
_EVERY_SECONDS = 0.1
_STAMP = re.compile(rb'"fan (\d+) (\d+\.\d+) ')


@dataclass(frozen=True, slots=True)
class Fanout:
    """Times in ms until the last receiver had it, and server CPU ms per delivery."""

    p50: float
    p99: float
    server_cpu: float
    complete: float


async def fan_out(driver: Driver, meter: Meter, many: int) -> Fanout:
    """Ten messages a second, as in a lively meeting."""
    took: dict[int, list[float]] = defaultdict(list)

    def receive(frame: bytes) -> None:
        if found := _STAMP.search(frame):
            took[int(found[1])].append(time.perf_counter() - float(found[2]))

    people = await driver.people(RECEIVERS + 1)
    room = await driver.room(people)
    receivers = [await driver.join(person, room, receive) for person in people[1:]]
    sender = await driver.join(people[0], room, lambda _: None)
    await sender.send(text_of("warm", 0, 0))
    await asyncio.sleep(1.5)  # what entering the room set in motion
    meter.begin()
    begun, sends = time.perf_counter(), []
    for number in range(many):
        await asyncio.sleep(max(begun + number * _EVERY_SECONDS - time.perf_counter(), 0))
        text = text_of("fan", number, time.perf_counter())
        sends.append(asyncio.create_task(sender.send(text)))
    await asyncio.gather(*sends)
    await _all_delivered(took, many)
    deliveries = sum(len(times) for times in took.values())
    last = [max(times) for times in took.values() if len(times) >= RECEIVERS]
    for talker in [sender, *receivers]:
        talker.socket.close()
    return Fanout(
        p50=milliseconds(last, 0.5),
        p99=milliseconds(last, 0.99),
        server_cpu=meter.spent().milliseconds_each("server", deliveries),
        complete=len(last) / many,
    )


async def _all_delivered(took: dict[int, list[float]], many: int) -> None:
    until = time.perf_counter() + 20
    while time.perf_counter() < until:
        if sum(len(times) for times in took.values()) >= many * RECEIVERS:
            return
        await asyncio.sleep(0.02)
