"""How fast old conversations come along, and how much memory that takes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from tests.benchmarks.figures import Figure, Goal, Part
from tests.benchmarks.machine import ROOT
from tests.benchmarks.stand import Stand

MONTHS, EACH, PEOPLE = 24, 20, 100
_BEGIN = datetime(2021, 1, 1, tzinfo=UTC)
_WORDS = "The lamp was lit at dusk and the keeper counted every step that he climbed aloud. " * 3


@dataclass(frozen=True, slots=True)
class Run:
    """Messages, seconds from command to exit, and MiB at the most."""

    messages: int
    seconds: float
    memory: float


def importing(stand: Stand, many: int) -> Part:
    """`many` messages of 002's form, twice: the second run finds all of them there."""
    with tempfile.TemporaryDirectory(prefix="chatcore-bench-") as folder:
        source = Path(folder) / "messages.jsonl"
        source.write_text("".join(_lines(many)))
        first = _run(stand, source)
        second = _run(stand, source)
    assert (first.messages, second.messages) == (many, 0)
    return Part(
        "Bringing old conversations along",
        [
            Figure("messages per second", "1/s", many / first.seconds, Goal(5_000, at_least=True)),
            Figure("memory of the command at the most", "MiB", first.memory),
            Figure("a second run, which imports nothing", "s", second.seconds),
        ],
        [
            (
                f"`manage.py import_legacy` with {many:,} messages of 250 characters in {many // EACH:,} "
                f"dialogues of {PEOPLE} people over {MONTHS} months, as JSON lines; the command's start is "
                "in the time, and the worker indexes the words meanwhile."
            )
        ],
    )


def _lines(many: int) -> Iterator[str]:
    step = timedelta(days=365.25 * MONTHS / 12) / many
    for n in range(many):
        row = {
            "id": n,
            "conversation_id": n // EACH,
            "user_id": f"person-{n // EACH % PEOPLE}",
            "role": "assistant" if n % 2 else "user",
            "content": f"{n}: {_WORDS}",
            "created_at": (_BEGIN + n * step).isoformat(),
        }
        yield json.dumps(row) + "\n"


def _run(stand: Stand, source: Path) -> Run:
    began, most = time.monotonic(), 0
    words = [sys.executable, "manage.py", "import_legacy", str(source), "--create-users", "--json"]
    with subprocess.Popen(words, cwd=ROOT, env=stand.env, stdout=subprocess.PIPE) as command:
        watched = psutil.Process(command.pid)
        while command.poll() is None:
            most = max(most, watched.memory_info().rss)
            time.sleep(0.05)
        seconds = time.monotonic() - began
        assert command.stdout
        told = json.loads(command.stdout.read())
    return Run(told["messages"], seconds, most / 1024 / 1024)
