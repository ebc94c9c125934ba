"""The scan hook: a command of the operator's reads a file and says whether it is clean."""

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings

MOST_SECONDS = 120


class ScannerFailed(Exception):
    """It said neither yes nor no: the file stays hidden and is looked at again."""


@dataclass(frozen=True, slots=True)
class Scanned:
    clean: bool
    note: str = ""


def scan(file: IO[Any] | Any) -> Scanned:
    """Hand the bytes to ATTACHMENT_SCAN_COMMAND on its standard input, as `clamdscan --no-summary -`
    wants them: it ends with 0 for clean, 1 for not. Without a command everything is clean. Raises
    ScannerFailed.
    """
    command = shlex.split(settings.ATTACHMENT_SCAN_COMMAND)
    if not command:
        return Scanned(clean=True)
    with tempfile.TemporaryFile() as bytes_:  # what comes from S3 is no file of the system's
        shutil.copyfileobj(file, bytes_)
        bytes_.seek(0)
        return _asked(command, bytes_)


def _asked(command: list[str], bytes_: IO[bytes]) -> Scanned:
    # A session of its own, and a file for what it says: nothing that it started can hold us.
    with tempfile.TemporaryFile() as told:
        try:
            running = subprocess.Popen(
                command,
                stdin=bytes_,
                stdout=told,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise ScannerFailed(str(error)) from None
        ended = _ended(running)
        told.seek(0)
        note = told.read(2_000).decode(errors="replace").replace("\0", "").strip()[:500]
    if ended not in (0, 1):
        raise ScannerFailed(f"exit {ended}: {note}")
    return Scanned(clean=ended == 0, note=note if ended else "")


def _ended(running: subprocess.Popen[bytes]) -> int:
    """How it ended. Raises ScannerFailed where it does not."""
    try:
        return running.wait(MOST_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(running.pid, signal.SIGKILL)  # with what it started
        running.wait()
        raise ScannerFailed(f"It has not ended after {MOST_SECONDS} s.") from None
