"""Which process is it: a pid alone may have been given to somebody else since."""

import os
import signal
import subprocess
import time
from pathlib import Path

from chatcore.embedded.files import read_json, write_json


def birth(pid: int) -> str | None:
    """When the process began, as no later process with this pid can have; None if gone."""
    try:
        # After the name in brackets, which may hold anything; field 22 is the start in ticks.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None if Path("/proc/self").exists() else _birth_from_ps(pid)
    return None if fields[0] == "Z" else f"{boot}:{fields[19]}"


def _birth_from_ps(pid: int) -> str | None:
    found = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None


def command_line(pid: int) -> str:
    """The program and its arguments; empty if gone."""
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except OSError:
        found = subprocess.run(
            ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return found.stdout.strip()


def remember(path: Path, pid: int) -> None:
    """Note a process that we started, so that a later run can find it."""
    write_json(path, {"pid": pid, "birth": birth(pid)})


def remembered(path: Path) -> int | None:
    """The pid in `path` if that very process still lives."""
    found = read_json(path)
    pid = found.get("pid")
    if isinstance(pid, int) and found.get("birth") and birth(pid) == found["birth"]:
        return pid
    return None


def end(pid: int, how: signal.Signals, seconds: float) -> None:
    """Stop a process that is not our child: ask with `how`, wait, then kill it."""
    end_all({pid: how}, seconds)


def end_all(pids: dict[int, signal.Signals], seconds: float) -> None:
    """Stop several at the same time."""
    born = {pid: birth(pid) for pid in pids}
    for pid, how in pids.items():
        _signal(pid, how)
    until = time.monotonic() + seconds
    for pid in pids:
        if not _gone(pid, born[pid], until - time.monotonic()):
            _signal(pid, signal.SIGKILL)
            _gone(pid, born[pid], 10)


def _signal(pid: int, how: signal.Signals) -> None:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return


def _gone(pid: int, born: str | None, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while birth(pid) == born and born is not None:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True
