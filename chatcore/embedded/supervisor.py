"""Keeps programs running: one that dies is started again, at once, then with more patience."""

import queue
import signal
import time
from pathlib import Path
from types import FrameType

from chatcore.embedded import processes
from chatcore.embedded.child import Child, Program
from chatcore.embedded.screen import Screen

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 4.0
_HEALTHY_AFTER = 20.0

_SERVICES = ("postgres", "valkey")
# In the order of stopping: those that use the services first; each with its own way to be asked.
_ORPHANS: list[dict[str, signal.Signals]] = [
    dict.fromkeys(("prepare", "web", "worker", "beat"), signal.SIGTERM),
    {"valkey": signal.SIGTERM, "postgres": signal.SIGINT},
]
_ORPHAN_SECONDS = (10.0, 60.0)


class StopAsked(Exception):
    """Somebody asked us to end: Ctrl-C, SIGTERM, a closed terminal or a closed input."""


class Supervisor:
    """Starts, watches, restarts and stops children; decides in the calling thread only."""

    def __init__(self, screen: Screen, data_dir: Path) -> None:
        self.screen = screen
        self._run_folder = data_dir / "run"
        self._children: dict[str, Child] = {}
        self._deaths: dict[str, int] = {}
        self._due: dict[str, float] = {}
        self._ended: queue.SimpleQueue[Child | None] = queue.SimpleQueue()
        self._asked = False

    def catch_signals(self) -> None:
        """From now on Ctrl-C, SIGTERM and SIGHUP end the next `watch`; a second hastens it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def stop_soon(self) -> None:
        """Ask for the end from another thread."""
        self._ended.put(None)

    def start(self, program: Program) -> Child:
        """Start a program and keep it running."""
        child = Child(program, self.screen, self._run_folder, self._ended.put)
        child.start()
        self._children[program.label] = child
        return child

    def watch(self, seconds: float | None = None) -> None:
        """Restart what dies; return after `seconds` (None: never). Raises StopAsked."""
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            self._restart_due()
            wait = self._patience(until)
            try:
                ended = self._ended.get(timeout=wait)
            except queue.Empty:
                if until is not None and time.monotonic() >= until:
                    return
                continue
            if ended is None:
                raise StopAsked
            self._plan_restart(ended)

    def run(self, program: Program) -> int:
        """Run a program to its end, restarting the others meanwhile; its exit code."""
        child = self.start(program)
        while child.alive:
            self.watch(0.05)
        del self._children[program.label]
        return child.exit_code or 0

    def young_deaths(self, label: str) -> int:
        """How often in a row this program died soon after its start."""
        return self._deaths.get(label, 0)

    def tail(self, label: str) -> list[str]:
        """The last lines that a program wrote."""
        return list(self._children[label].tail)

    def stop_all(self) -> None:
        """Stop in order: first those that use the services, together; then the services."""
        users = [c for label, c in self._children.items() if label not in _SERVICES]
        services = [c for label, c in self._children.items() if label in _SERVICES]
        for group in (users, services):
            for child in group:
                child.ask_to_stop()
            for child in group:
                child.wait_stopped()
                self._pid_file(child.program.label).unlink(missing_ok=True)

    def stop_orphans(self) -> None:
        """Stop what an earlier run of this data folder left behind when it was killed."""
        for group, seconds in zip(_ORPHANS, _ORPHAN_SECONDS, strict=True):
            found: dict[int, signal.Signals] = {}
            for label, how in group.items():
                if pid := processes.remembered(self._pid_file(label)):
                    self.screen.line("up", f"stopping {label} of an earlier run (process {pid})")
                    found[pid] = how
            processes.end_all(found, seconds)
            for label in group:
                self._pid_file(label).unlink(missing_ok=True)

    def _pid_file(self, label: str) -> Path:
        return self._run_folder / f"{label}.json"

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            for child in self._children.values():
                if child.program.label != "postgres":
                    child.kill()
        self._asked = True
        self._ended.put(None)

    def _plan_restart(self, child: Child) -> None:
        label = child.program.label
        if self._children.get(label) is not child or child.program.once:
            return
        young = time.monotonic() - child.started < _HEALTHY_AFTER
        self._deaths[label] = self.young_deaths(label) + 1 if young else 1
        pause = min(_FIRST_PAUSE * 2 ** (self._deaths[label] - 1), _LONGEST_PAUSE)
        self._due[label] = time.monotonic() + pause
        self.screen.line("up", f"{label} ended ({_how(child.exit_code)}), starting it again")

    def _restart_due(self) -> None:
        now = time.monotonic()
        for label in [label for label, due in self._due.items() if due <= now]:
            del self._due[label]
            self.start(self._children[label].program)

    def _patience(self, until: float | None) -> float | None:
        moments = [*self._due.values(), *([] if until is None else [until])]
        return max(0.0, min(moments) - time.monotonic()) if moments else None


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"
