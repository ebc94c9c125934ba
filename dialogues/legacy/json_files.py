"""JSON by the piece: an array, or one object a line, of any size."""

import json
from collections.abc import Iterator
from typing import Any, TextIO

_CHUNK = 1 << 20
_BLANK = " \t\r\n"


class NotJson(ValueError):
    """What stands in the way, and at which character of the file."""


def array_items(file: TextIO) -> Iterator[Any]:
    """The items of a JSON array, without holding more than one. Raises NotJson."""
    stream = _Stream(file)
    if stream.next_mark() != "[":
        raise NotJson("It does not begin with a JSON array: [.")
    stream.skip(1)
    if stream.next_mark() == "]":
        return
    while True:
        yield stream.value()
        mark = stream.next_mark()
        stream.skip(1)
        if mark == "]":
            return
        if mark != ",":
            raise NotJson(f"The array breaks off at character {stream.position}.")


class _Stream:
    """A window on a file; it grows until the value at its beginning is whole."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._at = 0
        self._before = 0
        self._decoder = json.JSONDecoder(strict=False)

    @property
    def position(self) -> int:
        return self._before + self._at

    def next_mark(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more(_CHUNK):
                return ""

    def skip(self, count: int) -> None:
        self._at += count

    def value(self) -> Any:
        self.next_mark()
        wanted = _CHUNK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except RecursionError:
                raise NotJson(f"Nested too deeply at character {self.position}.") from None
            except json.JSONDecodeError as error:
                if not self._more(wanted):
                    raise NotJson(f"{error.msg} at character {self._before + error.pos}.") from None
                wanted *= 2  # so that a long value is not tried again for every little piece
            else:
                self._at = end
                return value

    def _more(self, wanted: int) -> bool:
        piece = self._file.read(wanted)
        self._before += self._at
        self._text, self._at = self._text[self._at :] + piece, 0
        return bool(piece)
