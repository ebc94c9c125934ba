"""The support of a day, compressed into minutes, given out by the product's own worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from tests.benchmarks.days import MAX_LOAD, Plan
from tests.benchmarks.figures import Figure, Goal, milliseconds
from tests.support_day import Day, Recount, recount

_NOTE = (
    "{escalations} escalations, half of them within a fifth of the day, of three levels, five priorities "
    "and two skills, to {agents} agents who hold up to {load}, decline one in twenty-five and go away for "
    "a tenth of the day; {seconds:.0f} seconds stand for it. Each step is a service in one of {threads} "
    "threads with a connection of its own; the product’s worker drains. Recounted from the stories: from "
    "the line that frees an agent, or before they said that they are back, to the line “assigned”; the "
    "commit after it is not in it."
)


def measure(plan: Plan) -> tuple[list[Figure], str]:
    """The figures and the note of a day."""
    day = Day(plan, drains=False)
    day.run()
    found = recount(day)
    note = _NOTE.format(
        escalations=plan.escalations, agents=plan.agents, load=MAX_LOAD,
        seconds=plan.seconds, threads=plan.threads,
    )  # fmt: skip
    return [*_true(found), *_quick(found.delays), *_fair(found)], note


def _true(found: Recount) -> list[Figure]:
    return [
        Figure("given", "", found.given),
        Figure("given while somebody had it", "", found.twice, Goal(0)),
        Figure("given to a full agent", "", found.over_load, Goal(0)),
        Figure("given to one who is away", "", found.while_away, Goal(0)),
    ]


def _quick(delays: Sequence[timedelta]) -> list[Figure]:
    seconds = [each.total_seconds() for each in delays]
    return [
        Figure(
            f"free agent and waiting escalation to assigned, {name}",
            "ms",
            milliseconds(seconds, share),
            Goal(1_000),
        )
        for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
    ]


def _fair(found: Recount) -> list[Figure]:
    shares = [(group, of) for group, of in sorted(found.shares.items()) if len(of) > 1]
    figures = []
    for group, of in shares:
        who = f"{len(of)} agents of {' with '.join(group)}"
        figures.append(Figure(f"{who}: the least given", "", min(of)))
        figures.append(Figure(f"{who}: the most given", "", max(of)))
    longest = {priority: max(waits) for priority, waits in sorted(found.waits.items())}
    figures += [
        Figure(f"longest wait, priority {priority}", "s", wait.total_seconds())
        for priority, wait in longest.items()
    ]
    return figures
