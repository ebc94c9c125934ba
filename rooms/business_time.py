"""Working time: how a promise of two hours runs over nights, weekends, holidays and changes of clocks.

Pure functions over aware instants. A day's hours are walls of the clock on the wall: each day is laid
out in its own time zone and then measured in UTC, so that a day of 23 or 25 hours has what it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
# Nobody closes for longer; a calendar that never opens must not be searched for ever.
MOST_DAYS = 3 * 366
MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Schedule:
    """Open hours by weekday (Monday is 0) as minutes of the local day; none at all: always open."""

    zone: ZoneInfo
    hours: Mapping[int, tuple[tuple[int, int], ...]]
    holidays: frozenset[date] = frozenset()

    @property
    def always(self) -> bool:
        return not any(self.hours.values())


def schedule_from(stored: Mapping[str, Any]) -> Schedule:
    """From `{"time_zone", "hours", "holidays"}` as a policy's version holds it; {} is always open."""
    hours = {
        int(day): tuple((_minutes(begin), _minutes(end)) for begin, end in spans)
        for day, spans in stored.get("hours", {}).items()
    }
    holidays = frozenset(date.fromisoformat(day) for day in stored.get("holidays", ()))
    return Schedule(ZoneInfo(stored.get("time_zone", "UTC")), hours, holidays)


def open_spans(schedule: Schedule, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The open spans from an instant on, in UTC, the first one cut to begin there; at most 3 years."""
    # A day earlier: a span of yesterday may still be open where the clocks were set back.
    day = since.astimezone(schedule.zone).date() - DAY
    reached = since
    for _ in range(MOST_DAYS):
        if day not in schedule.holidays:
            for begin, end in sorted(schedule.hours.get(day.weekday(), ())):
                opens, closes = _instant(schedule, day, begin), _instant(schedule, day, end, fold=1)
                opens = max(opens, reached)
                if opens < closes:
                    reached = closes
                    yield opens, closes
        day += DAY


def add_working(schedule: Schedule, start: datetime, amount: timedelta) -> datetime | None:
    """The instant at which `amount` of working time after `start` is used up; None: never."""
    start = start.astimezone(UTC)
    if schedule.always:
        return start + amount
    left = amount
    for opens, closes in open_spans(schedule, start):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    return None


def working_between(schedule: Schedule, start: datetime, end: datetime) -> timedelta:
    """How much working time lies between two instants; nothing where `end` is not after `start`."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end <= start:
        return timedelta()
    if schedule.always:
        return end - start
    total = timedelta()
    for opens, closes in open_spans(schedule, start):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def is_open(schedule: Schedule, at: datetime) -> bool:
    """Whether support works at this instant."""
    if schedule.always:
        return True
    opens, _closes = next(open_spans(schedule, at.astimezone(UTC)), (None, None))
    return opens == at.astimezone(UTC)


def _instant(schedule: Schedule, day: date, minute: int, *, fold: int = 0) -> datetime:
    """A wall-clock minute of a day as an instant. Of an hour that comes twice, a span opens with the
    first and closes with the second, and so is open throughout."""
    if minute == MINUTES:
        day, minute = day + DAY, 0
    wall = datetime.combine(day, time(*divmod(minute, 60)), schedule.zone)
    return wall.replace(fold=fold).astimezone(UTC)


def _minutes(wall: str) -> int:
    """ "09:30" as 570. Raises ValueError."""
    hour, _, minute = wall.partition(":")
    found = int(hour) * 60 + int(minute)
    if not (len(wall) == 5 and 0 <= int(minute) < 60 and 0 <= found <= MINUTES):
        raise ValueError(f"{wall} is not a time of day from 00:00 to 24:00.")
    return found


def problems_with(hours: object, time_zone: str) -> list[str]:
    """What is wrong with hours that somebody typed; nothing where they are good."""
    try:
        ZoneInfo(time_zone)
        found = schedule_from({"hours": hours, "time_zone": time_zone})
    except (ValueError, TypeError, AttributeError, OSError, KeyError) as wrong:
        return [f'Write {{"0": [["09:00", "17:00"]]}} and a time zone of the IANA list: {wrong}']
    if any(day not in range(7) for day in found.hours):
        return ["Days are 0 (Monday) to 6."]
    if any(begin >= end for spans in found.hours.values() for begin, end in spans):
        return ["A span ends after it begins; split one that goes over midnight."]
    return []
