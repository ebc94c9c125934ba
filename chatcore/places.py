"""The places that every page leads to: the bar at its top, and the sheet behind one's picture.

The kernel knows no books and no rooms; each app above registers its places when it starts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from chatcore.models import User

Where = Literal["bar", "sheet"]


@dataclass(frozen=True, slots=True)
class Place:
    """A page to go to; `url_name` takes no arguments, lower `order` comes first.

    `allowed` is asked for every page that is shown, so it must cost no query of its own beyond what
    `user.can` remembers.
    """

    url_name: str
    label: str
    order: int
    where: Where = "bar"
    allowed: Callable[[User], bool] = lambda _: True


_places: dict[str, Place] = {}


def register_place(place: Place) -> None:
    """Add a place, or replace the one of that address."""
    _places[place.url_name] = place


def places_for(user: User, where: Where) -> list[Place]:
    """Where this person may go from there."""
    found = sorted(_places.values(), key=lambda place: place.order)
    return [place for place in found if place.where == where and place.allowed(user)]
