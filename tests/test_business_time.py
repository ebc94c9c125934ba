"""Working time over nights, weekends, holidays and both changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.business_time import (
    Schedule,
    add_working,
    is_open,
    problems_with,
    schedule_from,
    working_between,
)

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
HOUR = timedelta(hours=1)
WEEKDAYS = {str(day): [["09:00", "17:00"]] for day in range(5)}
BERLIN = schedule_from(
    {"time_zone": "Europe/Berlin", "hours": WEEKDAYS, "holidays": ["2026-05-01"]}
)
instants = st.datetimes(
    datetime(2026, 1, 1),
    datetime(2026, 12, 31),
    timezones=st.just(UTC),
)
# As much as the sparsest calendar, a quarter of an hour a week, has in its three years.
amounts = st.timedeltas(timedelta(seconds=1), timedelta(hours=8))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Any hours in quarters, split or not, over midnight's edge or not, and some holidays."""
    hours = {}
    for day in draw(st.sets(st.integers(0, 6), min_size=1)):
        marks = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=4)))
        spans = zip(marks[::2], marks[1::2], strict=False)
        hours[day] = tuple((begin * 15, end * 15) for begin, end in spans)
    days = draw(st.sets(st.dates(datetime(2026, 1, 1).date(), datetime(2026, 12, 31).date())))
    return Schedule(ZoneInfo(draw(st.sampled_from(ZONES))), hours, frozenset(days))


def berlin(*when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)  # type: ignore[misc,arg-type]


@given(schedules(), instants, amounts)
def test_what_is_added_lies_between(schedule: Schedule, start: datetime, amount: timedelta) -> None:
    end = add_working(schedule, start, amount)
    assert end is not None
    assert working_between(schedule, start, end) == amount


@given(schedules(), instants, amounts, amounts)
def test_adding_twice_is_adding_once(
    schedule: Schedule, start: datetime, one: timedelta, other: timedelta
) -> None:
    first = add_working(schedule, start, one)
    assert first is not None
    assert add_working(schedule, first, other) == add_working(schedule, start, one + other)


@given(schedules(), instants, amounts, amounts)
def test_later_is_never_earlier(
    schedule: Schedule, start: datetime, one: timedelta, other: timedelta
) -> None:
    ends = [add_working(schedule, start, amount) for amount in sorted((one, other))]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0] <= ends[1]


@given(schedules(), instants, instants, instants)
def test_time_is_the_sum_of_its_parts(
    schedule: Schedule, a: datetime, b: datetime, c: datetime
) -> None:
    a, b, c = sorted((a, b, c))
    parts = working_between(schedule, a, b) + working_between(schedule, b, c)
    assert working_between(schedule, a, c) == parts <= c - a


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        (berlin(2026, 3, 6, 16), 2, berlin(2026, 3, 9, 10)),  # over a weekend
        (berlin(2026, 4, 30, 16), 2, berlin(2026, 5, 4, 10)),  # a holiday, then a weekend
        (berlin(2026, 3, 27, 16), 2, berlin(2026, 3, 30, 10)),  # clocks go forward on Sunday
        (berlin(2026, 10, 23, 16), 2, berlin(2026, 10, 26, 10)),  # and back
        (berlin(2026, 3, 7, 12), 1, berlin(2026, 3, 9, 10)),  # begun on a Saturday
    ],
)
def test_two_hours_from_friday_afternoon(start: datetime, hours: int, end: datetime) -> None:
    assert add_working(BERLIN, start, hours * HOUR) == end


def test_a_day_has_as_many_hours_as_it_has() -> None:
    """Open all Sunday: 23 hours in March, 25 in October."""
    always_sunday = schedule_from(
        {"time_zone": "Europe/Berlin", "hours": {"6": [["00:00", "24:00"]]}}
    )
    for day, hours in (((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 6, 7), 24)):
        start = berlin(*day)
        assert working_between(always_sunday, start, start + 3 * 24 * HOUR) == hours * HOUR


def test_an_hour_that_comes_twice_is_open_twice_and_one_that_never_comes_never() -> None:
    nights = schedule_from({"time_zone": "Europe/Berlin", "hours": {"6": [["02:00", "03:00"]]}})
    october, march = berlin(2026, 10, 25), berlin(2026, 3, 29)
    assert working_between(nights, october, october + 24 * HOUR) == 2 * HOUR
    assert working_between(nights, march, march + 24 * HOUR) == timedelta(0)
    assert is_open(nights, berlin(2026, 10, 25, 2, 30))
    assert is_open(nights, berlin(2026, 10, 25, 2, 30, fold=1))


def test_no_hours_are_all_hours_and_only_holidays_are_never() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert add_working(schedule_from({}), now, HOUR) == now + HOUR
    assert problems_with({"0": [["09:00", "17:00"]]}, "Europe/Berlin") == []
    for hours, zone in (
        ({"0": [["17:00", "09:00"]]}, "UTC"),
        ({"7": [["09:00", "17:00"]]}, "UTC"),
        ({"0": [["9", "17:00"]]}, "UTC"),
        ({"0": "all"}, "UTC"),
        ([], "Mars/Olympus"),
    ):
        assert problems_with(hours, zone)
