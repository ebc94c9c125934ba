"""Saved filters: a list narrowed in a way that an agent wants again, kept among their preferences."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from django.db.models import Count
from django.urls import reverse

from chatcore.errors import Invalid
from chatcore.models import User
from chatcore.services.users import update_profile
from rooms.console.lists import Entry
from rooms.console.narrow import Narrow
from rooms.models import OPEN
from rooms.selectors.escalation_access import escalations_for

KEPT_IN = "console_filters"
MOST = 20
NAME_MAX = 60


def saved_filters(user: User) -> list[dict[str, str]]:
    """`[{"name", "query"}]`. What a client of the API wrote there and is none is passed over."""
    kept = user.chat_preferences.get(KEPT_IN)
    return [each for each in kept if _is_filter(each)][:MOST] if isinstance(kept, list) else []


def filter_entries(user: User) -> Sequence[Entry]:
    """As the navigation shows them, with how much of each is open; one query where there are any."""
    address = reverse("console_queue", args=["all"])
    kept = [(each, Narrow(dict(parse_qsl(each["query"])))) for each in saved_filters(user)]
    counts = _open_of([narrow for _, narrow in kept], user)
    return [
        Entry(entry_of(each["name"]), each["name"], f"{address}?{each['query']}", count=count)
        for (each, _), count in zip(kept, counts, strict=True)
    ]


def entry_of(name: str) -> str:
    """How the navigation calls a filter, apart from the lists."""
    return f"saved {name}"


def _open_of(filters: Sequence[Narrow], user: User) -> list[int | None]:
    """None for one that asks for what has ended."""
    wanted = {
        f"f{n}": Count("pk", filter=narrow.condition(user))
        for n, narrow in enumerate(filters)
        if narrow.state in ("", "open", *OPEN)
    }
    if not wanted:
        return [None] * len(filters)
    numbers = escalations_for(user).filter(status__in=OPEN).aggregate(**wanted)
    return [numbers.get(f"f{n}") for n in range(len(filters))]


def save_filter(user: User, name: str, query: str) -> None:
    """Keep it under a name; the same name takes the place of the earlier one. Raises Invalid."""
    name = " ".join(name.split())[:NAME_MAX]
    narrow = Narrow(dict(parse_qsl(query)))
    if not name or not narrow.is_narrow:
        raise Invalid("Narrow the list, and give it a name.")
    others = [each for each in saved_filters(user) if each["name"] != name]
    if len(others) >= MOST:
        raise Invalid(f"At most {MOST} saved filters; delete one first.")
    _store(user, [*others, {"name": name, "query": narrow.query}])


def delete_filter(user: User, name: str) -> None:
    _store(user, [each for each in saved_filters(user) if each["name"] != name])


def _store(user: User, filters: list[dict[str, str]]) -> None:
    update_profile(user, chat_preferences={**user.chat_preferences, KEPT_IN: filters})


def _is_filter(each: Any) -> bool:
    return (
        isinstance(each, dict)
        and isinstance(each.get("name"), str)
        and isinstance(each.get("query"), str)
    )
