"""How long one waits: for the first start, for every later one, and for the web process alone."""

from __future__ import annotations

import time
from dataclasses import dataclass

from chatcore.embedded.ports import kept_or_free
from chatcore.embedded.programs import command
from tests.benchmarks.figures import Figure, Goal, Part
from tests.benchmarks.machine import ROOT
from tests.benchmarks.stand import Stand, process


@dataclass(frozen=True, slots=True)
class Starts:
    """Seconds until the first page."""

    first: float
    second: float
    web: float


def starting(stand: Stand) -> Part:
    """Leaves the stand running."""
    found = measure_starts(stand)
    return Part(
        "Start",
        [
            Figure(
                "`manage.py up` in an empty folder, to the first page", "s", found.first, Goal(60)
            ),
            Figure("`manage.py up` again", "s", found.second, Goal(5)),
            Figure("the web process alone", "s", found.web),
        ],
        [
            "The first start makes the database, migrates and loads the demo; installing is not in it."
        ],
    )


def measure_starts(stand: Stand) -> Starts:
    """Leaves the stand running. The first start makes the database, migrates and loads the demo."""
    first = stand.start()
    stand.stop()
    second = stand.start()
    return Starts(first, second, _web_alone(stand))


def _web_alone(stand: Stand) -> float:
    port = kept_or_free(None)
    began = time.monotonic()
    with process(command("web", "127.0.0.1", port), cwd=ROOT, env=stand.env, port=port):
        return time.monotonic() - began
