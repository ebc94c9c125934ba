"""An escalation as a line of a list, and its promise as a badge."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from rooms.models import OPEN, ClockState, Escalation, SlaClock

WORDS = {
    "first_response": "First answer",
    "next_response": "Next answer",
    "resolution": "Solution",
}
# Of what is left, when a promise is shown as urgent.
SOON = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Badge:
    """What runs out next. `tone`: good, soon, late or idle; `due` where a clock runs."""

    words: str
    tone: str
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line: the escalation, its badge, and whether a promise of it broke already."""

    escalation: Escalation
    badge: Badge | None
    breached: bool
    # What the one who looks has not read in the room; 0 for who is not in it.
    unread: int = 0

    @property
    def title(self) -> str:
        return title_of(self.escalation)

    @property
    def reason(self) -> str:
        """What was asked for, where the title does not say it."""
        reason = self.escalation.escalation_reason
        return "" if reason == self.title else reason


def title_of(escalation: Escalation) -> str:
    """Needs `source_room` loaded."""
    return escalation.source_room.name or escalation.escalation_reason[:80]


def row_of(escalation: Escalation, now: datetime | None = None, unread: int = 0) -> Row:
    """Needs `clocks` and `source_room` loaded."""
    clocks = list(escalation.clocks.all())
    return Row(
        escalation,
        badge_of(escalation, clocks, now or timezone.now()),
        breached=any(clock.breached_at for clock in clocks),
        unread=unread,
    )


def badge_of(escalation: Escalation, clocks: list[SlaClock], now: datetime) -> Badge | None:
    if escalation.status not in OPEN:
        return None
    running = [clock for clock in clocks if clock.state == ClockState.RUNNING and clock.due_at]
    if not running:
        return (
            Badge("Paused", "idle") if any(c.state == ClockState.PAUSED for c in clocks) else None
        )
    clock = min(running, key=lambda each: each.due_at or now)
    due = clock.due_at or now
    left = due - now
    if left <= timedelta(0):
        return Badge(f"{WORDS[clock.metric]} late by {_span(-left)}", "late", due)
    tone = "soon" if left <= SOON or clock.warned_at else "good"
    return Badge(f"{WORDS[clock.metric]} in {_span(left)}", tone, due)


def _span(left: timedelta) -> str:
    """As console.js says it, too."""
    minutes = int(left.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 24 else f"{hours // 24} d {hours % 24} h"
