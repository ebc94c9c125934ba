"""What the dashboard shows: a chart and its table for each question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from analytics.forms import DashboardForm
from analytics.selectors import dashboard as figures
from analytics.selectors.rows import refreshed_at
from chatcore import charts
from dialogues.models import DialogueType
from rooms.models import Level, MessageType

Write = Callable[[float], str]
STEPS = {"day": "Day", "week": "Week of", "month": "Month", "year": "Year"}
COLOURED = [
    *DialogueType.values,
    *(f"dialogue: {role}" for role in ("assistant", "user", "tool", "system")),
    *(f"room: {kind}" for kind in MessageType.values),
    *Level.values,
]
PERIOD = ("date_from", "date_to")
FORMATS = {"day": "j M", "week": "j M", "month": "M Y", "year": "Y"}


def whole(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:,.1f}"


def dollars(number: float) -> str:
    """Under a heading that says so; an answer costs tenths of cents."""
    return f"{number:,.4f}" if abs(number) < 10 else f"{number:,.2f}"


def money(number: float) -> str:
    """Dollars; of small sums, their tenths of cents too."""
    return f"${number:,.2f}" if number >= 1 or number == 0 else f"${number:.4f}"


@dataclass(frozen=True, slots=True)
class Panel:
    """One question, its chart, and the same numbers as a table."""

    name: str
    title: str
    refreshed_at: datetime | None
    chart: SafeString
    headings: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]
    sums: Sequence[str] = ()
    key: Sequence[tuple[int, str]] = field(default=())


def dashboard_page(query: Any) -> dict[str, Any]:
    """The page's context; a choice that is not valid leaves only the form with what is wrong."""
    form = DashboardForm(query, books=figures.book_choices())
    context: dict[str, Any] = {"form": form, "now": timezone.now()}
    if not form.is_valid():
        return context
    chosen = form.cleaned_data
    book = UUID(chosen["book"]) if chosen["book"] else None
    scope = figures.Scope(chosen["date_from"], chosen["date_to"], book, chosen["type"])
    dialogues, messages = refreshed_at("dialogue_analytics"), refreshed_at("message_volume")
    return {
        **context,
        "refreshed_at": min(dialogues, messages) if dialogues and messages else None,
        "totals": _totals(scope),
        "panels": [*_panels(scope, dialogues, messages), *_support(scope), *_robots(scope)],
        "dialogues_refreshed_at": dialogues,
        "rows": figures.newest_rows(scope),
        "most_rows": figures.MOST_ROWS,
        "support_csv": urlencode({"format": "csv", **{k: chosen[k] for k in PERIOD}}),
        "csv": urlencode({"format": "csv", **{k: v for k, v in chosen.items() if v}}),
    }


def _totals(scope: figures.Scope) -> list[tuple[str, str]]:
    sums = figures.totals(scope)
    return [
        ("Dialogues begun", whole(sums["sessions"])),
        ("Of them ended", whole(sums["completed"])),
        ("Messages written", whole(sums["messages"])),
        ("Messages per dialogue", f"{sums['messages_per_session']:.1f}"),
        ("Cost", money(sums["cost"])),
    ]


def _panels(
    scope: figures.Scope, dialogues: datetime | None, messages: datetime | None
) -> list[Panel]:
    grids = [
        ("sessions", "Dialogues begun", figures.sessions_by_type(scope), dialogues, whole),
        ("messages", "Messages written", figures.messages_by_kind(scope), messages, whole),
        ("cost", "Cost in US dollars", figures.cost_by_type(scope), dialogues, dollars),
    ]
    over_time = [
        _over_time(name, title, scope=scope, grid=grid, as_of=as_of, write=write)
        for name, title, grid, as_of, write in grids
        if grid.names
    ]
    books = figures.sessions_by_book(scope)
    return [*over_time, *([_by_book(books, dialogues)] if books else [])]


def _support(scope: figures.Scope) -> list[Panel]:
    """Escalations over time, and level by level how they went; nothing where there were none."""
    as_of, grid = refreshed_at("support_analytics"), figures.escalations_by_level(scope)
    if not grid.names:
        return []
    title = "Escalations"
    over_time = _over_time("escalations", title, scope=scope, grid=grid, as_of=as_of, write=whole)
    return [over_time, _by_level(figures.support_by_level(scope), as_of)]


def _robots(scope: figures.Scope) -> list[Panel]:
    """What models took for robots in rooms: counted with each answer, so as of now."""
    robots = figures.cost_by_robot(scope)
    if not robots:
        return []
    title = "Models asked by robots"
    return [
        Panel(
            name="robots",
            title=title,
            refreshed_at=timezone.now(),
            chart=charts.bars("robots", title, [(r["name"], r["tokens"]) for r in robots], whole),
            headings=["Robot", "Answers", "Tokens", "Cost in US dollars"],
            rows=[
                (r["name"], [whole(r["answers"]), whole(r["tokens"]), dollars(r["cost"])])
                for r in robots
            ],
        )
    ]


def _by_level(levels: Sequence[dict[str, Any]], as_of: datetime | None) -> Panel:
    title = "Escalations by level"
    bars = [(row["level"], row["created"]) for row in levels]
    return Panel(
        name="levels",
        title=title,
        refreshed_at=as_of,
        chart=charts.bars("levels", title, bars, whole),
        headings=[
            *("Level", "Made", "Solved", "Handed up", "Promises broken", "Declined", "Reopened"),
            *("Hours to solve, mean", "Rating, mean"),
        ],
        rows=[(row["level"], _level_cells(row)) for row in levels],
    )


def _level_cells(row: dict[str, Any]) -> list[str]:
    counted = ("created", "resolved", "escalated", "breached", "declined", "reopened")
    hours = row["resolution_seconds"] and row["resolution_seconds"] / row["resolved"] / 3600
    rating = row["ratings"] and row["ratings"] / row["rated"]
    return [
        *(whole(row[name]) for name in counted),
        *(f"{mean:.1f}" if mean is not None else "–" for mean in (hours, rating)),
    ]


def _over_time(
    name: str,
    title: str,
    *,
    scope: figures.Scope,
    grid: figures.Grid,
    as_of: datetime | None,
    write: Write,
) -> Panel:
    labels = [_label(time, scope.step) for time in grid.times]
    series = {one: grid.column(one) for one in grid.names}
    colours = [_colour(one) for one in grid.names]
    rows = [
        (label, _cells(grid.row(time), write))
        for label, time in zip(labels, grid.times, strict=True)
    ]
    return Panel(
        name=name,
        title=title,
        refreshed_at=as_of,
        chart=charts.columns(name, title, labels, series, colours=colours, written=write),
        headings=[
            STEPS[scope.step],
            *(n.capitalize() for n in grid.names),
            *(["All"] if len(series) > 1 else []),
        ],
        rows=list(reversed(rows)),
        sums=_cells([sum(grid.column(one)) for one in grid.names], write),
        key=[(colour, one.capitalize()) for colour, one in zip(colours, series, strict=True)],
    )


def _colour(name: str) -> int:
    """A name keeps its colour, whatever else is shown beside it."""
    return COLOURED.index(name) % charts.COLOURS if name in COLOURED else charts.COLOURS - 1


def _cells(numbers: Sequence[float], write: Write) -> list[str]:
    """The numbers and, where they are several, their sum."""
    shown = [write(number) for number in numbers]
    return [*shown, write(sum(numbers))] if len(numbers) > 1 else shown


def _by_book(books: Sequence[tuple[str, int]], as_of: datetime | None) -> Panel:
    title = "Books most talked about"
    return Panel(
        name="books",
        title=title,
        refreshed_at=as_of,
        chart=charts.bars("books", title, books, whole),
        headings=["Book", "Dialogues"],
        rows=[(book, [whole(sessions)]) for book, sessions in books],
    )


def _label(time: date, step: str) -> str:
    return date_format(time, FORMATS[step])
