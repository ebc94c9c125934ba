"""One program that we started: its lines are labelled, its end is told to whoever asked."""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from chatcore.embedded import processes
from chatcore.embedded.owner import Owner
from chatcore.embedded.screen import Screen


@dataclass(frozen=True)
class Program:
    """What to start and how to stop it. `owner` None: as ourselves; `once`: not started again."""

    label: str
    command: list[str]
    cwd: Path
    env: Mapping[str, str]
    owner: Owner | None = None
    stop_with: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10
    once: bool = False


@dataclass
class Child:
    """A running program in a session of its own, so that Ctrl-C reaches only the supervisor."""

    program: Program
    screen: Screen
    run_folder: Path
    on_end: Callable[["Child"], None]
    tail: deque[str] = field(default_factory=lambda: deque(maxlen=40))
    started: float = 0.0

    def start(self) -> None:
        """Start it, note its pid in the data folder, and watch it."""
        self._process = subprocess.Popen(
            self.program.command,
            cwd=self.program.cwd,
            env=dict(self.program.env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            **(self.program.owner.spawn_options if self.program.owner else {}),
        )
        self.started = time.monotonic()
        processes.remember(self._pid_file, self._process.pid)
        assert self._process.stdout is not None  # noqa: S101 - we asked for a pipe above
        self._reader = threading.Thread(target=self._copy, args=[self._process.stdout], daemon=True)
        self._reader.start()
        threading.Thread(target=self._watch, daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number if one ended it."""
        return self._process.returncode

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the program's own stop signal."""
        if self.alive:
            self._process.send_signal(self.program.stop_with)

    def wait_stopped(self) -> None:
        """Wait until it is gone; kill it and what it started when its time is over."""
        try:
            self._process.wait(self.program.stop_seconds)
        except subprocess.TimeoutExpired:
            self.screen.line(self.program.label, "does not stop in time, killed")
            self.kill()
            self._process.wait(10)

    def kill(self) -> None:
        """Kill it and what it started, now."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    @property
    def _pid_file(self) -> Path:
        return self.run_folder / f"{self.program.label}.json"

    def _copy(self, stream: IO[str]) -> None:
        for line in stream:
            self.tail.append(line.rstrip())
            self.screen.line(self.program.label, line.rstrip())

    def _watch(self) -> None:
        # Not by the end of its output: what it started may hold the pipe open for longer.
        self._process.wait()
        self._reader.join(0.2)
        self.on_end(self)
