"""How the clocks of an escalation go: pure steps over `SlaClock` rows, which nobody stores here.

What was said decides, at the instant it was said, however much later it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rooms.business_time import Schedule, add_working, schedule_from, working_between
from rooms.models.sla import ClockState, Metric, SlaClock, SlaPolicyVersion

Clocks = dict[str, SlaClock]


@dataclass(frozen=True, slots=True)
class Promise:
    """A policy's version, as the steps need it."""

    targets: Mapping[str, timedelta | None]
    schedule: Schedule
    warn_percent: int
    pauses: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """Something was said in the room: when, and by support or by the people it serves."""

    at: datetime
    by_support: bool


def promise_of(version: SlaPolicyVersion) -> Promise:
    targets = {
        Metric.FIRST_RESPONSE: version.first_response_seconds,
        Metric.NEXT_RESPONSE: version.next_response_seconds,
        Metric.RESOLUTION: version.resolution_seconds,
    }
    return Promise(
        {m.value: timedelta(seconds=s) if s else None for m, s in targets.items()},
        schedule_from(version.schedule),
        version.warn_percent,
        version.pause_while_waiting,
    )


def begin(promise: Promise, at: datetime) -> Clocks:
    """First response and resolution run from the start; the next response begins with a question."""
    clocks: Clocks = {}
    for metric in (Metric.FIRST_RESPONSE, Metric.RESOLUTION):
        _run(clocks, metric, promise, at)
    return clocks


def hear(clocks: Clocks, promise: Promise, said: Iterable[Heard]) -> datetime | None:
    """What was said, in order; the instant at which support first spoke, where it did."""
    first: datetime | None = None
    for words in said:
        if words.by_support:
            first = first or words.at
            _meet(clocks, Metric.FIRST_RESPONSE, words.at)
            _meet(clocks, Metric.NEXT_RESPONSE, words.at)
            if promise.pauses:
                _pause(clocks, promise, Metric.RESOLUTION, words.at)
        else:
            _resume(clocks, promise, Metric.RESOLUTION, words.at)
            _ask_again(clocks, promise, words.at)
    return first


def solve(clocks: Clocks, at: datetime) -> None:
    """It is solved: the resolution is met, what else runs has nothing to wait for."""
    for clock in clocks.values():
        if clock.metric == Metric.RESOLUTION and clock.state == ClockState.PAUSED:
            clock.state, clock.met_at = ClockState.MET, at
    _meet(clocks, Metric.RESOLUTION, at)
    stop(clocks, at)


def stop(clocks: Clocks, at: datetime) -> None:
    """It ends here otherwise: cancelled, or with the next level."""
    for clock in clocks.values():
        if clock.state in (ClockState.RUNNING, ClockState.PAUSED):
            _judge(clock, at)
            clock.state = ClockState.STOPPED


def reopen(clocks: Clocks, promise: Promise, at: datetime) -> None:
    """It goes on: the resolution has as long as it had, and the customer waits for a word."""
    _run(clocks, Metric.RESOLUTION, promise, at)
    _run(clocks, Metric.NEXT_RESPONSE, promise, at)


def ring(clocks: Clocks, now: datetime) -> list[SlaClock]:
    """Break what is over by now; those of which to warn, each once."""
    warned = []
    for clock in clocks.values():
        if clock.state != ClockState.RUNNING or clock.due_at is None:
            continue
        if not clock.breached_at and clock.due_at <= now:
            clock.breached_at = clock.due_at
        elif not clock.warned_at and clock.warn_at and clock.warn_at <= now < clock.due_at:
            clock.warned_at = now
            warned.append(clock)
    return warned


def _run(clocks: Clocks, metric: str, promise: Promise, at: datetime) -> None:
    target = promise.targets[metric]
    due = add_working(promise.schedule, at, target) if target else None
    if target is None or due is None:
        return
    clock = clocks.setdefault(metric, SlaClock(metric=metric))
    clock.state, clock.started_at, clock.due_at = ClockState.RUNNING, at, due
    clock.warn_at = add_working(promise.schedule, at, target * (promise.warn_percent / 100))
    clock.left_seconds = clock.warned_at = clock.met_at = None


def _meet(clocks: Clocks, metric: str, at: datetime) -> None:
    clock = clocks.get(metric)
    if clock is not None and clock.state == ClockState.RUNNING:
        _judge(clock, at)
        clock.state, clock.met_at = ClockState.MET, at


def _judge(clock: SlaClock, at: datetime) -> None:
    """Kept late is not kept, even if nobody looked in between."""
    if clock.state == ClockState.RUNNING and clock.due_at and clock.due_at < at:
        clock.breached_at = clock.breached_at or clock.due_at


def _pause(clocks: Clocks, promise: Promise, metric: str, at: datetime) -> None:
    clock = clocks.get(metric)
    if clock is None or clock.state != ClockState.RUNNING or clock.due_at is None:
        return
    _judge(clock, at)
    left = working_between(promise.schedule, at, clock.due_at)
    clock.state, clock.left_seconds = ClockState.PAUSED, round(left.total_seconds())
    clock.due_at = clock.warn_at = None


def _resume(clocks: Clocks, promise: Promise, metric: str, at: datetime) -> None:
    clock = clocks.get(metric)
    target = promise.targets[metric]
    if clock is None or clock.state != ClockState.PAUSED or target is None:
        return
    left = timedelta(seconds=clock.left_seconds or 0)
    early = left - target * (1 - promise.warn_percent / 100)
    clock.state, clock.left_seconds = ClockState.RUNNING, None
    clock.due_at = add_working(promise.schedule, at, left)
    clock.warn_at = add_working(promise.schedule, at, max(early, timedelta()))


def _ask_again(clocks: Clocks, promise: Promise, at: datetime) -> None:
    """A question after an answer wants the next one; a second question does not give more time."""
    first = clocks.get(Metric.FIRST_RESPONSE)
    following = clocks.get(Metric.NEXT_RESPONSE)
    answered = first is None or first.state == ClockState.MET
    if answered and (following is None or following.state != ClockState.RUNNING):
        broke = following.breached_at if following else None
        _run(clocks, Metric.NEXT_RESPONSE, promise, at)
        if broke:
            clocks[Metric.NEXT_RESPONSE].breached_at = broke
