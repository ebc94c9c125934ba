"""Months as values: their names, bounds, and which of them are missing. No database here."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from chatcore.ids import uuid7_floor, uuid_time


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month, UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, at: datetime) -> "Month":
        at = at.astimezone(UTC)
        return cls(at.year, at.month)

    @property
    def start(self) -> datetime:
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def bounds(self) -> tuple[UUID, UUID]:
        """The smallest id of the month, and of the next: from (included), to (excluded)."""
        return uuid7_floor(self.start), uuid7_floor(self.plus(1).start)

    @property
    def label(self) -> str:
        return f"{self.year:04d}_{self.month:02d}"

    def plus(self, months: int) -> "Month":
        years, zero_based = divmod(self.month - 1 + months, 12)
        return Month(self.year + years, zero_based + 1)

    def until(self, last: "Month") -> Iterator["Month"]:
        """This month and the following ones up to `last`, which is included."""
        step = self
        while step <= last:
            yield step
            step = step.plus(1)


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition as the database knows it; without bounds it is the DEFAULT one."""

    name: str
    lower: UUID | None
    upper: UUID | None
    bytes: int
    rows_estimate: int

    @property
    def is_default(self) -> bool:
        return self.lower is None

    @property
    def month(self) -> Month | None:
        return Month.of(uuid_time(self.lower)) if self.lower else None


def months_ahead(partitions: list[Partition], now: datetime) -> int:
    """How many months after the present one are there without a gap; -1 when even this one is missing."""
    there = {partition.month for partition in partitions}
    month, ahead = Month.of(now), -1
    while month in there:
        month, ahead = month.plus(1), ahead + 1
    return ahead
