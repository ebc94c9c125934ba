"""Ids that sort by time, and their public spelling."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from time_machine import travel

from chatcore.ids import (
    public_code,
    uuid7,
    uuid7_after,
    uuid7_floor,
    uuid_from_code,
    uuid_milliseconds,
    uuid_time,
)

instants = some.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=some.just(UTC))


@given(instants)
def test_an_id_carries_its_instant_to_the_millisecond(at: datetime) -> None:
    made = uuid7(at)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert uuid_time(made) == at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert uuid7_floor(at) <= made < uuid7_floor(at + timedelta(milliseconds=1))


def test_ids_of_one_process_rise_even_within_a_millisecond() -> None:
    with travel("2026-12-31 23:59:59.999Z", tick=False):
        made = [uuid7() for _ in range(5_000)]
    assert made == sorted(set(made))


def test_threads_never_make_the_same_id() -> None:
    made: list[UUID] = []
    threads = [
        threading.Thread(target=lambda: made.extend([uuid7() for _ in range(2_000)]))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000


@given(instants, some.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_the_next_id_is_never_below_the_last(at: datetime, drift: timedelta) -> None:
    try:
        then = at + drift
    except OverflowError:
        return
    if then.year < 1970:
        return
    last = uuid7(at)
    for _ in range(3):
        following = uuid7_after(last, then)
        assert following > last
        assert uuid_milliseconds(following) >= uuid_milliseconds(last)
        last = following
    if drift > timedelta(milliseconds=1):
        assert uuid_milliseconds(last) == uuid_milliseconds(uuid7_floor(then))


@given(some.uuids())
def test_a_code_is_the_id_in_another_spelling(value: UUID) -> None:
    code = public_code("dlg", value)
    assert code.removeprefix("dlg_").isalnum()
    assert code == code.lower()
    assert uuid_from_code(code, "dlg") == value
    assert uuid_from_code(code, "msg") is None


@pytest.mark.parametrize(
    "code",
    ["", "dlg_", "dlg", "dlg_x", "dlg_" + "1" * 26, "dlg_" + "é" * 26, "dlg_" + "a" * 27, "_" * 30],
)
def test_what_is_no_code_is_none(code: str) -> None:
    assert uuid_from_code(code, "dlg") is None
