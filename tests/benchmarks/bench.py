"""What every part is given: the stand, the sizes, and who is measured."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import cached_property
from typing import TypeVar

import psutil
import psycopg
import uvloop

from tests.benchmarks.cpu import Meter
from tests.benchmarks.drivers import Chatcore, Driver
from tests.benchmarks.figures import PEERS
from tests.benchmarks.peers import peers_folder, running
from tests.benchmarks.sizes import Size
from tests.benchmarks.stand import Stand

T = TypeVar("T")
Work = Callable[[Driver, Meter], Coroutine[object, object, T]]


class Bench:
    """One run."""

    def __init__(self, stand: Stand, size: Size) -> None:
        self.stand = stand
        self.size = size
        self.ours = Chatcore(stand.url)

    @cached_property
    def _database(self) -> tuple[int, str]:
        """The pid of the database server and its version, from itself."""
        with psycopg.connect(self.stand.services["DATABASE_URL"]) as connection:
            backend = psutil.Process(connection.info.backend_pid)
            return backend.ppid(), str(connection.info.parameter_status("server_version"))

    @property
    def postgres_version(self) -> str:
        return self._database[1]

    def meter(self, server: int | None = None) -> Meter:
        """For a peer's process, or for our web process."""
        return Meter({"server": server or self.stand.pid("web"), "database": self._database[0]})

    def measure(self, work: Work[T]) -> T:
        return uvloop.run(work(self.ours, self.meter()))

    def measure_peers(self, work: Work[T]) -> dict[str, T]:
        """The same work on each peer, one after the other; empty where there are none."""
        folder = peers_folder()
        found: dict[str, T] = {}
        for name in PEERS if folder else ():
            assert folder
            with running(name, folder, self.stand) as peer:
                found[name] = uvloop.run(work(peer.driver, self.meter(peer.pid)))
        return found
