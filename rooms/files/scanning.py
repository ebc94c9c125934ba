"""The scan hook: a command of the operator's reads a file and says whether it is clean."""

import shlex
import shutil
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
    try:
        said = subprocess.run(
            command, stdin=bytes_, capture_output=True, timeout=MOST_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScannerFailed(str(error)) from None
    note = said.stdout.decode(errors="replace").replace("\0", "").strip()[:500]
    if said.returncode not in (0, 1):
        raise ScannerFailed(f"exit {said.returncode}: {note}")
    return Scanned(clean=said.returncode == 0, note=note if said.returncode else "")
