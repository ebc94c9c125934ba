"""Labelled lines on the terminal, one writer at a time."""

import os
import sys
import threading
from typing import IO

_COLOURS = {
    "web": 36,
    "worker": 32,
    "beat": 33,
    "postgres": 34,
    "valkey": 35,
    "prepare": 90,
    "up": 1,
}
_WIDTH = max(len(label) for label in _COLOURS)


class Screen:
    """Writes to `stream`; a stream whose reader went away is not an error."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()
        self._coloured = self._stream.isatty() and not os.environ.get("NO_COLOR")

    def line(self, label: str, text: str) -> None:
        """One line of `label`."""
        head = f"{label:<{_WIDTH}} |"
        if self._coloured:
            head = f"\x1b[{_COLOURS.get(label, 0)}m{head}\x1b[0m"
        self.plain(f"{head} {text}")

    def plain(self, text: str) -> None:
        """Text as it is."""
        with self._lock:
            try:
                self._stream.write(f"{text}\n")
                self._stream.flush()
            except (OSError, ValueError):
                return
