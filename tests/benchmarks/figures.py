"""What was measured, beside what was wanted, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

PEERS = ("naive", "ceiling")


@dataclass(frozen=True, slots=True)
class Goal:
    """At most, or at least, so much."""

    limit: float
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {number(self.limit)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what, in which unit, ours, the goal, and the same of the peers by name."""

    what: str
    unit: str
    value: float
    goal: Goal | None = None
    peers: Mapping[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "met" if self.goal.is_met(self.value) else "**not met**"


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of one module, and what must be said beside them."""

    title: str
    figures: Sequence[Figure]
    notes: Sequence[str] = ()
    # Plans and the like: (caption, verbatim text).
    evidence: Sequence[tuple[str, str]] = ()
    # Cores that other programs kept busy meanwhile.
    others: float | None = None


def number(value: float) -> str:
    """Three significant digits, no more than were measured."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(part: Part, peers: Sequence[str]) -> str:
    """The part as a Markdown table, padded so that it reads well in a terminal, too."""
    shown = [name for name in peers if any(name in figure.peers for figure in part.figures)]
    head = ["what", "unit", "ours", "goal", "", *shown]
    rows = [
        [
            figure.what,
            figure.unit,
            number(figure.value),
            str(figure.goal or ""),
            figure.verdict,
            *(number(figure.peers[name]) if name in figure.peers else "" for name in shown),
        ]
        for figure in part.figures
    ]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    lines = [
        "| " + " | ".join(_padded(cell, widths[i], i) for i, cell in enumerate(row)) + " |"
        for row in [head, *rows]
    ]
    rule = (
        "|"
        + "|".join("-" * (w + 1) + (":" if _is_number(i) else "-") for i, w in enumerate(widths))
        + "|"
    )
    return "\n".join([lines[0], rule, *lines[1:]])


def _is_number(column: int) -> bool:
    return column == 2 or column > 4


def _padded(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if _is_number(column) else cell.ljust(width)


def milliseconds(seconds: Sequence[float], share: float) -> float:
    """A percentile of times, in ms."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
