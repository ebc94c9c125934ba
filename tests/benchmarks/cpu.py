"""What processes spend: the steadiest measure on a machine that others use, too."""

from __future__ import annotations

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


def _tree_seconds(pid: int) -> float:
    total = 0.0
    try:
        root = psutil.Process(pid)
        times = root.cpu_times()
        total += times.user + times.system + times.children_user + times.children_system
        for child in root.children(recursive=True):
            total += _own_seconds(child)
    except psutil.NoSuchProcess:
        pass
    return total


def _own_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def memory_kib(pid: int) -> float:
    """Resident memory of one process."""
    return float(psutil.Process(pid).memory_info().rss) / 1024
