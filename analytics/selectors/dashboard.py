"""What the dashboard adds up from the views' rows, by day, week, month or year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import DateField, F, QuerySet, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, Trunc

from analytics.models import DialogueAnalytics, MessageVolume, SupportAnalytics
from analytics.selectors.rows import dialogue_rows, support_rows, volume_rows
from dialogues.models import Book
from rooms.models import RobotSpending

DAYS, WEEKS, MONTHS = 31, 26 * 7, 3 * 366
MOST_BOOKS = 10
MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Scope:
    """What was chosen; both days are included."""

    first: date
    last: date
    book: UUID | None = None
    type: str = ""

    @property
    def is_of_dialogues(self) -> bool:
        """Narrowed to what only dialogues have: then nothing of support is meant."""
        return bool(self.book or self.type)

    @property
    def step(self) -> str:
        """As fine as still can be seen in a chart."""
        days = (self.last - self.first).days + 1
        if days <= DAYS:
            return "day"
        return "week" if days <= WEEKS else "month" if days <= MONTHS else "year"

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if rows.model is SupportAnalytics:
            rows = rows.none() if self.is_of_dialogues else rows
            return rows.filter(date__range=(self.first, self.last))
        chosen: dict[str, Any] = {"book_id": self.book, "type": self.type}
        given = {name: value for name, value in chosen.items() if value}
        return rows.filter(date__range=(self.first, self.last), **given)


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers by time (rows) and name (columns)."""

    times: list[date]
    names: list[str]
    cells: dict[tuple[date, str], float]

    def column(self, name: str) -> list[float]:
        return [self.cells.get((time, name), 0) for time in self.times]

    def row(self, time: date) -> list[float]:
        return [self.cells.get((time, name), 0) for name in self.names]


def sessions_by_type(scope: Scope) -> Grid:
    return _grid(scope, dialogue_rows(), F("type"), "session_count")


def messages_by_kind(scope: Scope) -> Grid:
    kind = Concat("conversation", Value(": "), "kind")
    return _grid(scope, volume_rows(), kind, "message_count")


def escalations_by_level(scope: Scope) -> Grid:
    return _grid(scope, support_rows(), F("level"), "created_count")


def support_by_level(scope: Scope) -> list[dict[str, Any]]:
    """What support did, level by level. Averages of days are weighed by what they are made of."""
    found = scope.narrowed(support_rows()).values("level")
    answered = F("avg_resolution_seconds") * F("resolved_count")
    return list(
        found.annotate(
            created=Sum("created_count"),
            resolved=Sum("resolved_count"),
            escalated=Sum("escalated_count"),
            breached=Sum("breached_count"),
            declined=Sum("declined_count"),
            reopened=Sum("reopened_count"),
            resolution_seconds=Sum(answered),
            rated=Sum("csat_count"),
            ratings=Sum(F("csat_avg") * F("csat_count")),
        ).order_by("level")
    )


def cost_by_type(scope: Scope) -> Grid:
    """US dollars."""
    return _grid(scope, dialogue_rows(), F("type"), "total_cost")


def cost_by_robot(scope: Scope) -> list[dict[str, Any]]:
    """What each robot took, the dearest first; cost in US dollars."""
    if scope.is_of_dialogues:
        return []
    days = RobotSpending.objects.filter(day__range=(scope.first, scope.last))
    found = days.values(name=F("robot__name")).annotate(
        answers=Sum("answers"), tokens=Sum("tokens"), cost=Sum("cost")
    )
    return [{**row, "cost": float(row["cost"])} for row in found.order_by("-cost", "name")]


def sessions_by_book(scope: Scope) -> list[tuple[str, int]]:
    """The books that most dialogues were begun about."""
    found = (
        scope.narrowed(dialogue_rows())
        .filter(book__isnull=False)
        .values("book__title")
        .annotate(sessions=Sum("session_count"))
        .order_by("-sessions", "book__title")
    )
    # A book that was deleted since has no title any more.
    return [(row["book__title"] or "A deleted book", row["sessions"]) for row in found[:MOST_BOOKS]]


def totals(scope: Scope) -> dict[str, Any]:
    """Sums over the scope. Averages and distinct users of several rows cannot be added up;
    messages per dialogue can, because every dialogue has a count.
    """
    sums = scope.narrowed(dialogue_rows()).aggregate(
        sessions=Sum("session_count"),
        completed=Sum("completed_sessions"),
        cost=Sum("total_cost"),
        messages_in_sessions=Sum(F("avg_messages_per_session") * F("session_count")),
    )
    messages = scope.narrowed(volume_rows()).aggregate(messages=Sum("message_count"))
    sessions = sums["sessions"] or 0
    return {
        "sessions": sessions,
        "completed": sums["completed"] or 0,
        "cost": float(sums["cost"] or 0),
        "messages": messages["messages"] or 0,
        "messages_per_session": float(sums["messages_in_sessions"] / sessions) if sessions else 0,
    }


def newest_rows(scope: Scope) -> list[DialogueAnalytics]:
    rows = scope.narrowed(dialogue_rows()).select_related("book", "character")
    return list(rows.order_by("-pk")[:MOST_ROWS])


def book_choices() -> list[tuple[str, str]]:
    """The books that have figures."""
    known = dialogue_rows().filter(book__isnull=False).values("book_id")
    found = (
        Book.objects.using(known.db)
        .filter(pk__in=known)
        .order_by("title", "pk")
        .values_list("pk", "title")
    )
    return [(str(key), title) for key, title in found]


def _grid(
    scope: Scope,
    rows: QuerySet[DialogueAnalytics] | QuerySet[MessageVolume] | QuerySet[SupportAnalytics],
    name: Combinable,
    number: str,
) -> Grid:
    step = Trunc("date", scope.step, output_field=DateField())
    found = (
        scope.narrowed(rows)
        .annotate(time=step, name=name)
        .values("time", "name")
        .annotate(number=Sum(number))
    )
    cells = {(row["time"], row["name"]): _number(row["number"]) for row in found}
    names = sorted({name for _time, name in cells})
    return Grid(list(_times(scope, {time for time, _name in cells})), names, cells)


def _number(value: Any) -> float:
    return value if isinstance(value, int) else float(value)


def _times(scope: Scope, known: set[date]) -> Iterator[date]:
    """Every step of the scope, also those without a row; in a long scope, from the first row on."""
    first, last = scope.first, scope.last
    if scope.step in ("month", "year"):
        first, last = (min(known), max(known)) if known else (last, last)
    time = _begin(first, scope.step)
    while time <= last:
        yield time
        time = _next(time, scope.step)


def _begin(day: date, step: str) -> date:
    if step == "week":
        return day - timedelta(days=day.weekday())
    return day if step == "day" else day.replace(day=1, month=1 if step == "year" else day.month)


def _next(time: date, step: str) -> date:
    if step in ("day", "week"):
        return time + timedelta(days=1 if step == "day" else 7)
    return _begin(time + timedelta(days=31 if step == "month" else 366), step)
