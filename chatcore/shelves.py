"""The sections of the home page, and of the list beside a conversation.

The kernel knows no books and no rooms; each app above registers one shelf when it starts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from chatcore.models import User


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """One conversation. `topic` is its name on the live socket, `kind` a hint for its picture."""

    topic: str
    title: str
    url: str
    note: str = ""
    at: datetime | None = None
    unread: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    name: str
    title: str
    items: Sequence[ShelfItem]
    empty: str
    new_url: str = ""
    new_label: str = ""
    # What is kept elsewhere.
    more_url: str = ""
    more_label: str = ""


ShelfProvider = Callable[[User], Shelf]

_providers: dict[str, tuple[int, ShelfProvider]] = {}


def register_shelf(name: str, provider: ShelfProvider, *, order: int) -> None:
    """Add a shelf, or replace the one of that name; lower `order` comes first."""
    _providers[name] = (order, provider)


def shelves_of(user: User) -> list[Shelf]:
    """All shelves of a person, in order."""
    return [provider(user) for _, provider in sorted(_providers.values(), key=lambda row: row[0])]
