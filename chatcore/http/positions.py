"""`?before_seq=`, `?after_seq=`, `?around_seq=`, `?after_version=`, `?limit=`: where a
page of messages begins."""

from collections.abc import Mapping
from dataclasses import dataclass

from drf_spectacular.utils import OpenApiParameter

from chatcore.errors import Invalid

LIMIT = 50
LIMIT_MOST = 200
_NAMES = ("before_seq", "after_seq", "around_seq", "after_version")

POSITION_PARAMETERS = [
    OpenApiParameter("before_seq", int, description="The messages just before this position."),
    OpenApiParameter("after_seq", int, description="The messages just after this position."),
    OpenApiParameter(
        "around_seq", int, description="The messages about this position, it in their middle."
    ),
    OpenApiParameter("after_version", int, description="Everything changed since this version."),
    OpenApiParameter("limit", int, description=f"Up to {LIMIT_MOST}; {LIMIT} by default."),
]


@dataclass(frozen=True, slots=True)
class Position:
    """Exactly one of the three, or none: the newest page."""

    before_seq: int | None
    after_seq: int | None
    after_version: int | None
    limit: int


def position_from(query: Mapping[str, str]) -> Position:
    """The position of a query string. Raises Invalid by field."""
    numbers = {name: _number(query, name) for name in _NAMES}
    given = [name for name, value in numbers.items() if value is not None]
    if len(given) > 1:
        raise Invalid(errors={name: ["Give one position at most."] for name in given})
    limit = _number(query, "limit")
    if limit is not None and not 1 <= limit <= LIMIT_MOST:
        raise Invalid(errors={"limit": [f"Give a whole number from 1 to {LIMIT_MOST}."]})
    around = numbers.pop("around_seq")
    if around is not None:
        return position_around(around, limit or LIMIT)
    return Position(**numbers, limit=limit or LIMIT)


def position_around(seq: int, limit: int) -> Position:
    """The page with a position in its middle: places have no holes, so it begins half a page before."""
    return Position(None, max(seq - limit // 2 - 1, 0), None, limit)


def _number(query: Mapping[str, str], name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(errors={name: ["Give a whole number, 0 or more."]})
    return int(text)
