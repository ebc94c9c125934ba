"""Several at once, for real: code that claims to hold against others who do the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections


def in_threads(work: Sequence[Callable[[], object]]) -> list[Any]:
    """All at once, each on a connection of its own."""

    def run(each: Callable[[], object]) -> object:
        try:
            return each()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))
