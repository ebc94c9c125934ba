"""`?without=context_snapshot`: history without what was known at each message, for a light page."""

from collections.abc import Mapping

from drf_spectacular.utils import OpenApiParameter

from chatcore.errors import Invalid

NAME = "context_snapshot"
WITHOUT = OpenApiParameter(
    "without",
    str,
    enum=[NAME],
    description="Leaves the snapshots unread: the key stays, its value is null.",
)


def snapshots_wanted(query: Mapping[str, str]) -> bool:
    """Whether a page is to carry context snapshots. Raises Invalid."""
    left_out = query.get("without")
    if left_out not in (None, NAME):
        raise Invalid(errors={"without": [f"Give {NAME}, or leave it out."]})
    return left_out is None
