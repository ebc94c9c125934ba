"""A hundred people wait for slow answers: does it keep anybody else waiting?"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import partial

import httpx
import psutil

from chatcore.live.threads import in_thread
from chatcore.models import User
from dialogues.models import DialogueTurn
from dialogues.selectors.turns import OPEN
from dialogues.services.sessions import create_dialogue
from tests.benchmarks.bench import Bench
from tests.benchmarks.cpu import Meter
from tests.benchmarks.drivers import Driver, Person
from tests.benchmarks.figures import Figure, Goal, Part, milliseconds
from tests.benchmarks.wire import Http

WAITING, ASKED = 100, 300
_ME = "/api/v1/users/me/"


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds of each `GET users/me/`, before anybody waited and while all did; CPU of the web process
    meanwhile, in ms for each; how many were answered in the end."""

    alone: list[float]
    beside: list[float]
    server_cpu: float
    answered: int


async def beside_waiting(driver: Driver, meter: Meter, worker: int) -> Waited:
    """The worker is held, so that the answers are as slow as one likes; then it is let go."""
    me, *people = await driver.people(1 + WAITING)
    held = [psutil.Process(worker), *psutil.Process(worker).children(recursive=True)]
    alone = await _ask(driver, me)
    limits = httpx.Limits(max_connections=WAITING)
    async with httpx.AsyncClient(base_url=driver.url, timeout=120, limits=limits) as client:
        for process in held:
            process.suspend()
        try:
            asking = [asyncio.create_task(_wait(client, person)) for person in people]
            await in_thread(_all_wait)
            meter.begin()
            beside = await _ask(driver, me)
            cpu = meter.spent().milliseconds_each("server", ASKED)
        finally:
            for process in held:
                process.resume()
        answered = sum(await asyncio.gather(*asking))
    return Waited(alone, beside, cpu, answered)


async def _ask(driver: Driver, me: Person) -> list[float]:
    http, times = Http(driver.url), []
    for _ in range(ASKED):
        begun = time.perf_counter()
        await http.get(_ME, me.headers)
        times.append(time.perf_counter() - begun)
    http.close()
    return times


async def _wait(client: httpx.AsyncClient, person: Person) -> bool:
    """Ask the assistant, and wait until the answer is whole."""
    session = await in_thread(_begin, person=person)
    path = f"/api/v1/dialogues/{session}/messages/"
    body = {"content": "Show my tasks"}
    answer = await client.post(path, json=body, headers=dict(person.headers))
    return answer.status_code == 201 and bool(answer.json()["reply"]["content"])


def _begin(person: Person) -> str:
    return str(create_dialogue(User.objects.get(pk=person.id), type="assistant").pk)


def _all_wait() -> None:
    while DialogueTurn.objects.filter(status__in=OPEN).count() < WAITING:
        time.sleep(0.1)


def waiting(bench: Bench) -> Part:
    """The part of the page."""
    work = partial(beside_waiting, worker=bench.stand.pid("worker"))
    found = bench.measure(work)
    figures = [
        Figure(f"GET users/me/, {when}, {name}", "ms", milliseconds(times, share))
        for when, times in (("nobody waits", found.alone), (f"{WAITING} wait", found.beside))
        for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))
    ]
    figures += [
        Figure("web process, CPU for each, while they wait", "ms", found.server_cpu),
        Figure("answered in the end", "", float(found.answered), Goal(WAITING, at_least=True)),
    ]
    note = "Each waits in a POST of a question of their own; the worker is held until all were measured."
    return Part("Requests that wait for answers", figures, [note])
