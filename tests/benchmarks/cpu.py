"""What processes spend: the steadiest measure on a machine that others use, too."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds of CPU since the meter began, by the name of the process tree."""

    seconds: Mapping[str, float]

    def milliseconds_each(self, name: str, count: int) -> float:
        return self.seconds.get(name, 0.0) * 1000 / max(count, 1)


class Meter:
    """Reads the CPU times of process trees: the server's, the database's."""

    def __init__(self, roots: Mapping[str, int]) -> None:
        self._roots = roots
        self._begun = self._read()

    def begin(self) -> None:
        self._begun = self._read()

    def spent(self) -> Spent:
        now = self._read()
        return Spent({name: now[name] - self._begun[name] for name in self._roots})

    def _read(self) -> dict[str, float]:
        return {name: _tree_seconds(pid) for name, pid in self._roots.items()}


class Neighbours:
    """How many cores programs that are not ours keep busy: whoever reads a figure must know."""

    def __init__(self) -> None:
        self._begun = _now_busy_ours()

    def cores(self) -> float:
        """On the average since the beginning, the hypervisor's other guests included."""
        now, busy, ours = (b - a for a, b in zip(self._begun, _now_busy_ours(), strict=True))
        return max(0.0, (busy - ours) / now)


def _now_busy_ours() -> tuple[float, float, float]:
    all_of_it = psutil.cpu_times()
    busy = sum(all_of_it) - all_of_it.idle - getattr(all_of_it, "iowait", 0.0)
    return time.monotonic(), busy, _tree_seconds(os.getpid())


def _tree_seconds(pid: int) -> float:
    """Of a process and all below it, those included that ended and were waited for."""
    try:
        root = psutil.Process(pid)
        return sum(_seconds(process) for process in [root, *root.children(recursive=True)])
    except psutil.NoSuchProcess:
        return 0.0


def _seconds(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:4]))
    except psutil.NoSuchProcess:
        return 0.0


def memory_kib(pid: int) -> float:
    """Resident memory of one process."""
    return float(psutil.Process(pid).memory_info().rss) / 1024
