"""The console's lists: what each holds, how it is sorted, and the numbers beside them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    DateTimeField,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    When,
)
from django.urls import reverse

from chatcore.models import User
from rooms.models import OPEN, RANK, ClockState, Escalation, SlaClock
from rooms.selectors import queue
from rooms.selectors.escalation_access import escalations_for, supervises
from rooms.selectors.escalations import loaded

Rows = QuerySet[Escalation]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of the console: `key` opens it after `g`."""

    name: str
    label: str
    empty: str
    key: str
    rows: Callable[[User], Rows]


@dataclass(frozen=True, slots=True)
class Entry:
    """A list as the navigation shows it; `count` None: it is not counted."""

    name: str
    label: str
    url: str
    key: str = ""
    count: int | None = None
    is_bad: bool = False


def _of_level(level: str) -> Callable[[User], Rows]:
    return lambda user: queue.of_level(user, level)


WORK = (
    Listing("mine", "My work", "Nothing on your desk. Take the next one.", "m", queue.my_work),
    Listing("unassigned", "Unassigned", "Nobody waits.", "u", queue.unassigned),
    Listing("breached", "Breached", "Every promise is kept.", "b", queue.breached_open),
    Listing("watched", "Watched", "You watch nothing.", "w", queue.watched),
    Listing("snoozed", "Snoozed", "Nothing sleeps.", "z", queue.snoozed),
    Listing("all", "All", "There is nothing yet.", "a", escalations_for),
)
LEVELS = tuple(
    Listing(level, f"Level {level}", "Nothing is open at this level.", key, _of_level(level))
    for level, key in zip(RANK, "1234", strict=True)
)
LISTINGS = {listing.name: listing for listing in (*WORK, *LEVELS)}
SORTS = {
    "urgency": "Priority, then due",
    "due": "Due first",
    "oldest": "Waiting longest first",
    "heard": "Last heard of first",
    "newest": "Newest first",
}


def navigation(user: User) -> dict[str, list[Entry]]:
    """The lists with their numbers; one query for all of these."""
    counts = queue.counts_for(user)
    seen = list(RANK) if supervises(user) else counts["my_levels"]
    levels = [_entry(each, counts["levels"][each.name]) for each in LEVELS if each.name in seen]
    return {
        "work": [_entry(each, counts.get(_COUNTED.get(each.name, each.name))) for each in WORK],
        "levels": levels,
    }


# What "All" counts is what is open; what is done is only listed.
_COUNTED = {"all": "open"}


def _entry(listing: Listing, count: int | None) -> Entry:
    return Entry(
        listing.name,
        listing.label,
        reverse("console_queue", args=[listing.name]),
        listing.key,
        count,
        is_bad=listing.name == "breached" and bool(count),
    )


def in_order(rows: Rows, sort: str) -> QuerySet[Escalation, UUID]:
    """The ids in this order, what has ended last: sorted narrow, since a page needs few of the rows."""
    running = SlaClock.objects.filter(escalation=OuterRef("pk"), state=ClockState.RUNNING)
    # By sla_clocks_metric, and for what is open alone: what has ended waits for no clock.
    due = When(status__in=OPEN, then=Subquery(running.order_by("due_at").values("due_at")[:1]))
    rows = rows.annotate(
        next_due=Case(due, output_field=DateTimeField()),
        ended=Case(When(status__in=OPEN, then=0), default=1, output_field=IntegerField()),
    )
    return rows.order_by(*_ORDERS.get(sort, _ORDERS["urgency"])).values_list("pk", flat=True)


def shown(keys: Iterable[UUID]) -> list[Escalation]:
    """With all that a line shows, in the order of the keys; three queries."""
    found = loaded(Escalation.objects.all()).in_bulk(keys := list(keys))
    return [found[key] for key in keys if key in found]


_DUE: Any = F("next_due").asc(nulls_last=True)
_ORDERS: dict[str, tuple[Any, ...]] = {
    "urgency": ("ended", "priority", _DUE, "created_at", "pk"),
    "due": ("ended", _DUE, "priority", "created_at", "pk"),
    "oldest": ("ended", "created_at", "pk"),
    "heard": (F("target_room__last_message_at").desc(nulls_last=True), "-pk"),
    "newest": ("-pk",),
}
