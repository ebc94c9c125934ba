"""Ids: UUIDv7 everywhere, and the public codes `dlg_…` / `msg_…` that are the same id in another spelling.

A UUIDv7 begins with 48 bits of Unix milliseconds, so ids sort by time and a month of messages is a
range of ids. Nothing here reads the database.
"""

import os
import threading
from datetime import UTC, datetime
from uuid import UUID

from django.utils import timezone

_VERSION = 0x7 << 76
_VARIANT = 0b10 << 62
_RANDOM_BITS = 74
_RANDOM_MAX = (1 << _RANDOM_BITS) - 1

# Two ids made in one millisecond by one process still sort in the order they were made.
_lock = threading.Lock()
_last: tuple[int, int] = (0, 0)


def uuid7(at: datetime | None = None) -> UUID:
    """A new id. With `at`, an id of that instant (random within its millisecond)."""
    if at is not None:
        return _assemble(_milliseconds(at), int.from_bytes(os.urandom(10)) & _RANDOM_MAX)
    global _last
    with _lock:
        ms = _milliseconds(timezone.now())
        rand = int.from_bytes(os.urandom(10)) & (_RANDOM_MAX >> 1)
        last_ms, last_rand = _last
        if ms == last_ms and rand <= last_rand:
            rand = min(last_rand + 1 + (rand & 0xFFFFFFFF), _RANDOM_MAX)
        _last = (ms, rand)
        return _assemble(ms, rand)


def uuid7_after(last: UUID | None, at: datetime) -> UUID:
    """An id of `at`, or of the instant of `last` where that is later: never below `last`.

    A conversation's ids must rise with its `seq` even when the clock of a process steps back.
    """
    ms = _milliseconds(at)
    if last is None or ms > uuid_milliseconds(last):
        return uuid7(at)
    return _assemble(uuid_milliseconds(last), _next_random(last))


def uuid7_floor(at: datetime) -> UUID:
    """The smallest UUIDv7 of the millisecond of `at`: a partition bound, a date filter's edge."""
    return _assemble(_milliseconds(at), 0)


def uuid_time(value: UUID) -> datetime:
    """The instant that a UUIDv7 carries, UTC, to the millisecond."""
    ms = uuid_milliseconds(value)
    return datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)


def uuid_milliseconds(value: UUID) -> int:
    return value.int >> 80


def public_code(prefix: str, value: UUID) -> str:
    """`dlg_06a1…`: the id in a spelling that says what it is and survives a double-click."""
    return f"{prefix}_{value.hex}"


def uuid_from_code(code: str, prefix: str) -> UUID | None:
    """The id behind a public code, or None when it is not one of that prefix."""
    head, _, body = code.partition("_")
    if head != prefix or len(body) != 32 or not body.isascii():
        return None
    try:
        return UUID(hex=body)
    except ValueError:
        return None


def _milliseconds(at: datetime) -> int:
    # Whole arithmetic: a float of seconds loses the millisecond at a month's edge.
    delta = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def _next_random(last: UUID) -> int:
    rand = (last.int >> 64 & 0xFFF) << 62 | last.int & ((1 << 62) - 1)
    step = 1 + int.from_bytes(os.urandom(4))
    if rand + step > _RANDOM_MAX:  # the millisecond is used up after some 10^12 ids
        raise OverflowError("no id left in this millisecond")
    return rand + step


def _assemble(ms: int, rand: int) -> UUID:
    high, low = rand >> 62, rand & ((1 << 62) - 1)
    return UUID(int=ms << 80 | _VERSION | high << 64 | _VARIANT | low)
