"""The parts of the page: what is measured, beside which goal."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar

import uvloop

from tests.benchmarks import (
    caching,
    citations,
    database,
    fanout,
    filling,
    history,
    holding,
    retrieval,
    support_day,
    turn_cost,
)
from tests.benchmarks import idle as idling
from tests.benchmarks import sends as sending
from tests.benchmarks.bench import Bench, Work
from tests.benchmarks.cpu import Meter
from tests.benchmarks.drivers import Driver
from tests.benchmarks.figures import Figure, Goal, Part
from tests.benchmarks.history import Pages
from tests.benchmarks.importing import importing
from tests.benchmarks.plans import plan_of
from tests.benchmarks.searching import searching
from tests.benchmarks.sends import Sends
from tests.benchmarks.waiting import waiting

T = TypeVar("T")

_NO_PEERS = "No peers beside ours in this run: CHATCORE_BENCH_PEERS names no folder with them."
_ROOMS_NOTE = (
    "All rooms in one table of {rows:,} rows, over {months} months. *quiet*: a room whose 60 messages "
    "are older than all the others'. The time in the database is planning and execution of the very "
    "statement of the door, after ANALYZE and twelve prepared calls."
)
_TURN_NOTE = (
    "Question to stored answer without a model, in one process, rolled back each time. The context "
    "window is 4,000 tokens; 100 messages fill the share of it that is for earlier messages, an empty "
    "dialogue has none to tell, and so none to count."
)
_HOLDING_NOTE = (
    "Everybody signed in, on a socket of their own, in rooms of {room}; each says one thing in {seconds} s "
    "and is due what all of their room say."
)
_NO_BOOKS = "Not measured in this run: CHATCORE_BOOKS names no folder with the books."


def plain(bench: Bench) -> Part:
    found = uvloop.run(database.plain_figures(bench.size.plain_seconds))
    note = "Through psycopg from this one Python process, each insert committed; the floor of all below."
    return Part("PostgreSQL alone", found, [note])


def sends(bench: Bench) -> Part:
    one = partial(sending.one_sender, many=bench.size.sends)
    fifty = partial(sending.fifty_senders, seconds=bench.size.send_seconds)
    ours = bench.measure(_both(one, fifty))
    peers = bench.measure_peers(_both(one, fifty))
    first, second = _nth(peers, 0), _nth(peers, 1)
    return Part(
        "Sending",
        [
            _figure(
                "one sender, send to acknowledgement, p50",
                "ms",
                "p50",
                ours[0],
                first,
                goal=Goal(2),
            ),
            _figure("one sender, p99", "ms", "p99", ours[0], first),
            _figure("one sender, server CPU per message", "ms", "server_cpu", ours[0], first),
            _figure(
                "50 senders in 10 rooms", "/s", "per_second", ours[1], second, goal=_least(3_500)
            ),
            _figure("50 senders, p50", "ms", "p50", ours[1], second),
            _figure("50 senders, p99", "ms", "p99", ours[1], second, goal=Goal(50)),
            _figure("50 senders, server CPU per message", "ms", "server_cpu", ours[1], second),
            _figure(
                "50 senders, PostgreSQL CPU per message", "ms", "database_cpu", ours[1], second
            ),
            _figure(
                "50 senders, generator CPU per message", "ms", "generator_cpu", ours[1], second
            ),
        ],
        [
            "Each of the 50 also receives what their room says: five deliveries a message.",
            *_said(peers),
        ],
    )


def fan_out(bench: Bench) -> Part:
    work = partial(fanout.fan_out, many=bench.size.fan_outs)
    ours, peers = bench.measure(work), bench.measure_peers(work)
    return Part(
        "One message to 100 receivers",
        [
            _figure("the last receiver, p50", "ms", "p50", ours, peers, goal=Goal(10)),
            _figure("the last receiver, p99", "ms", "p99", ours, peers, goal=Goal(25)),
            _figure("server CPU per delivery", "ms", "server_cpu", ours, peers),
            _figure("messages that reached all", "of 1", "complete", ours, peers, goal=_least(1)),
        ],
        ["Ten messages a second.", *_said(peers)],
    )


def history_part(bench: Bench) -> Part:
    size = bench.size
    (reader,) = asyncio.run(bench.ours.people(1))
    rooms = history.fill_rooms(reader, size.rooms)
    pages = bench.measure(
        partial(
            history.read_pages,
            person=reader,
            rooms={name: str(room) for name, room in rooms.items()},
            many=size.pages,
            seconds=size.page_seconds,
        )
    )
    plans = {name: uvloop.run(plan_of(room, reader.id)) for name, room in rooms.items()}
    peers = bench.measure_peers(
        partial(_peer_history, many=size.peer_messages, pages=size.pages, seconds=size.page_seconds)
    )
    smallest, largest = f"{size.rooms[0]:,}", f"{size.rooms[-1]:,}"
    ratio = pages[largest].p50 / pages[smallest].p50
    figures = [
        _figure("10,000: one client, p50", "ms", "p50", pages[smallest], peers, goal=Goal(3)),
        _figure("10,000: one client, p99", "ms", "p99", pages[smallest], peers),
        _figure(
            "10,000: ten clients", "/s", "per_second", pages[smallest], peers, goal=_least(800)
        ),
        _figure("10,000: server CPU per page", "ms", "server_cpu", pages[smallest], peers),
        *(Figure(f"{n}: one client, p50", "ms", pages[n].p50) for n in rooms if n != smallest),
        *(Figure(f"{n}: ten clients", "/s", pages[n].per_second) for n in rooms if n != smallest),
        Figure(f"{largest} against {smallest}, p50", "×", ratio, Goal(1.5)),
        *(Figure(f"{n}: in the database", "ms", plans[n].milliseconds) for n in rooms),
    ]
    return Part(
        "History: the last 50 messages of a room",
        figures,
        [
            _ROOMS_NOTE.format(rows=sum(size.rooms) + 60, months=filling.MONTHS),
            *_said(peers),
        ],
        [(f"Plan of the page, room of {largest}", plans[largest].text)],
    )


def citations_part(bench: Bench) -> Part:
    (reader,) = asyncio.run(bench.ours.people(1))
    rows = bench.size.dialogue_rows
    dialogues = citations.fill_dialogues(reader.id, rows)
    readings = {name: citations.read(session) for name, session in dialogues.items()}
    session = next(iter(dialogues.values()))
    compared = caching.compare(session)
    doors = caching.compare_doors(session)
    figures = [
        Figure(f"{name}: page and references", "ms", reading.milliseconds, Goal(5))
        for name, reading in readings.items()
    ]
    for what, one in compared.items():
        figures.append(Figure(f"{what}, from PostgreSQL, p50", "ms", one.database))
        figures.append(Figure(f"{what}, from Valkey, p50", "ms", one.cached))
    for door, one in doors.items():
        figures.append(Figure(f"{door}, without the caches, p50", "ms", one.database))
        figures.append(Figure(f"{door}, with the caches, p50", "ms", one.cached))
    note = (
        f"{rows:,} messages of 103 dialogues over {citations.MONTHS} months; each page has 50 messages "
        "and up to 75 references. Planning and execution of the door's two statements, after ANALYZE "
        "and twelve warm calls."
    )
    name = next(name for name in readings if name.startswith("quiet"))
    plans = [(f"Plans, dialogue of {name}", readings[name].plan)]
    return Part("History of a dialogue with references", figures, [note], plans)


def idle(bench: Bench) -> Part:
    found = bench.measure(
        partial(idling.hold_sockets, web=bench.stand.pid("web"), many=bench.size.sockets)
    )
    return Part(
        "Idle sockets",
        [
            Figure(
                "sockets open, signed in, following a room",
                "",
                found.open,
                _least(bench.size.sockets),
            ),
            Figure("memory of the web process for each", "KiB", found.kib_each, Goal(60)),
            Figure("connections per second", "/s", found.per_second),
            Figure("server CPU per connection", "ms", found.server_cpu, Goal(2)),
            Figure("CPU of the web process while all are silent", "cores", found.cores_idle),
        ],
        [f"In rooms of {idling.PER_ROOM}; a message afterwards reached {found.heard} of them."],
    )


def holding_part(bench: Bench) -> Part:
    found = bench.measure(partial(holding.hold, many=bench.size.held))
    return Part(
        "A thousand people at once",
        [
            Figure("sockets open to the end", "", found.open, _least(bench.size.held)),
            Figure("messages acknowledged", "", found.acknowledged, _least(bench.size.held)),
            Figure("deliveries due", "", found.due),
            Figure("of them lost", "", found.lost, Goal(0)),
            Figure("of them doubled", "", found.doubled, Goal(0)),
            Figure("send to each receiver, p50", "ms", found.p50),
            Figure("send to each receiver, p99", "ms", found.p99),
            Figure("server CPU per delivery", "ms", found.server_cpu),
            Figure("CPU of the web process", "cores", found.cores),
        ],
        [_HOLDING_NOTE.format(room=holding.PER_ROOM, seconds=holding.SECONDS)],
    )


def retrieval_part(_bench: Bench) -> Part:
    folder = os.environ.get("CHATCORE_BOOKS")
    if not folder:
        return Part("Retrieval", [], [_NO_BOOKS])
    scores = retrieval.run(Path(folder))
    figures = [
        Figure(
            f"{name}: the passage among the first five", "%", 100 * score.first_five,
            _least(60) if name == "ours, all" else None,
        )
        for name, score in scores.items()
    ]  # fmt: skip
    asked = scores["ours, all"].questions
    return Part("Retrieval", figures, [f"{asked} questions about two novels, in readers' words."])


async def _peer_history(
    driver: Driver, meter: Meter, many: int, pages: int, seconds: float
) -> Pages:
    people = await driver.people(10)
    room = await driver.room(people)
    await history.say_much(driver, people, room, many)
    found = await history.read_pages(
        driver, meter, person=people[0], rooms={"one": room}, many=pages, seconds=seconds
    )
    return found["one"]


def turn_cost_part(bench: Bench) -> Part:
    (person,) = asyncio.run(bench.ours.people(1))
    costs = turn_cost.measure(person.id)
    full, long = costs[100], costs[10_000]
    figures = [
        Figure(f"one more turn after {size:,} messages: {what}", unit, float(getattr(cost, name)))
        for what, unit, name in (
            ("time", "ms", "milliseconds"),
            ("queries", "", "queries"),
            ("earlier messages told", "", "messages"),
            ("their text", "bytes", "bytes"),
        )
        for size, cost in costs.items()
    ]
    figures += [
        Figure(
            f"10,000 messages to {size:,}: time",
            "×",
            long.milliseconds / cost.milliseconds,
            Goal(1.1),
        )
        for size, cost in ((100, full), (0, costs[0]))
    ]
    return Part("One more turn", figures, [_TURN_NOTE])


def support_day_part(bench: Bench) -> Part:
    figures, note = support_day.measure(bench.size.support_day)
    return Part("A day of support", figures, [note])


def _both(first: Work[Sends], second: Work[Sends]) -> Work[tuple[Sends, Sends]]:
    async def work(driver: Driver, meter: Meter) -> tuple[Sends, Sends]:
        return await first(driver, meter), await second(driver, meter)

    return work


def _nth(found: Mapping[str, tuple[T, ...]], place: int) -> dict[str, T]:
    return {name: several[place] for name, several in found.items()}


def legacy(bench: Bench) -> Part:
    return importing(bench.stand, bench.size.old_messages)


def _figure(
    what: str,
    unit: str,
    attribute: str,
    ours: object,
    peers: Mapping[str, object],
    *,
    goal: Goal | None = None,
) -> Figure:
    theirs = {name: float(getattr(peer, attribute)) for name, peer in peers.items()}
    return Figure(what, unit, float(getattr(ours, attribute)), goal, theirs)


def _least(limit: float) -> Goal:
    return Goal(limit, at_least=True)


def _said(peers: Mapping[str, object]) -> list[str]:
    return [] if peers else [_NO_PEERS]


BY_NAME = {
    "plain": plain,
    "sends": sends,
    "fanout": fan_out,
    "history": history_part,
    "citations": citations_part,
    "turn_cost": turn_cost_part,
    "support_day": support_day_part,
    "idle": idle,
    "holding": holding_part,
    "retrieval": retrieval_part,
    "legacy": legacy,
    "waiting": waiting,
    "search": searching,
}
