"""The last page of a room: does it stay quick when the room, or its table, is large?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from tests.benchmarks import filling
from tests.benchmarks.cpu import Meter
from tests.benchmarks.drivers import Driver, Person, text_of
from tests.benchmarks.figures import milliseconds
from tests.benchmarks.wire import Http

_CLIENTS = 10


@dataclass(frozen=True, slots=True)
class Pages:
    """The last 50 messages over HTTP: one client's times in ms, ten clients' requests per second."""

    p50: float
    p99: float
    server_cpu: float
    per_second: float


def fill_rooms(reader: Person, sizes: Sequence[int]) -> dict[str, UUID]:
    """A room of each size in one table, over several months, and a quiet one: fifty messages long ago,
    with everything else after them."""
    first, now = filling.make_past_months(), timezone.now()
    rooms = {}
    for size in sizes:
        rooms[f"{size:,}"] = filling.make_room([reader.id])
        filling.fill(rooms[f"{size:,}"], reader.id, size, first, now)
    rooms["quiet"] = filling.make_room([reader.id])
    filling.fill(rooms["quiet"], reader.id, 60, first, first + timedelta(days=2))
    filling.analyze()
    return rooms


async def say_much(driver: Driver, people: Sequence[Person], room: str, many: int) -> None:
    """Fill a room of a peer through its own socket."""
    talkers = [await driver.join(person, room, lambda _: None) for person in people]
    left = iter(range(many))

    async def talk(number: int) -> None:
        for i in left:
            await talkers[number].send(text_of("old", i, 0))

    await asyncio.gather(*(talk(number) for number in range(len(talkers))))
    for talker in talkers:
        talker.socket.close()


async def read_pages(
    driver: Driver,
    meter: Meter,
    *,
    person: Person,
    rooms: Mapping[str, str],
    many: int,
    seconds: float,
) -> dict[str, Pages]:
    """`many` pages of each room by one client in a row, then ten clients for some seconds.

    The rooms take turns: what else the machine does meanwhile, it does to all of them alike.
    """
    paths = {name: driver.history(room) for name, room in rooms.items()}
    http = Http(driver.url)
    for path in paths.values():
        for _ in range(15):  # past the point where the database would change its plan
            assert (await http.get(path, person.headers)).count(b'"content"') == 50
    meter.begin()
    times: dict[str, list[float]] = {name: [] for name in rooms}
    for _ in range(many):
        for name, path in paths.items():
            times[name].append(await _timed(http, path, person))
    cpu = meter.spent().milliseconds_each("server", many * len(rooms))
    http.close()
    return {
        name: Pages(
            p50=milliseconds(times[name], 0.5),
            p99=milliseconds(times[name], 0.99),
            server_cpu=cpu,
            per_second=await _together(driver, path, person, seconds),
        )
        for name, path in paths.items()
    }


async def _together(driver: Driver, path: str, person: Person, seconds: float) -> float:
    read = 0
    begun = time.perf_counter()

    async def client() -> None:
        nonlocal read
        http = Http(driver.url)
        while time.perf_counter() < begun + seconds:
            await http.get(path, person.headers)
            read += 1
        http.close()

    await asyncio.gather(*(client() for _ in range(_CLIENTS)))
    return read / (time.perf_counter() - begun)


async def _timed(http: Http, path: str, person: Person) -> float:
    begun = time.perf_counter()
    await http.get(path, person.headers)
    return time.perf_counter() - begun
