"""Cursor paging by a number or a time, greatest first, and by id among equals."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from typing_extensions import override

from chatcore.errors import Invalid
from chatcore.http.paging import IdPagination, limit_from

if TYPE_CHECKING:
    # rest_framework.views itself imports what the settings name, this among it.
    from rest_framework.views import APIView

Edge = tuple[int, UUID]


class RankedPagination(IdPagination):
    """The cursor names the number and the id at the edge: each page is one index range scan.

    The number may change between two pages; such a row may then come twice or not at all.
    """

    rank: ClassVar[str]

    @override
    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.request = request
        limit = limit_from(request)
        side, edge = _read(request.query_params.get("cursor"))
        rows = self._ranked(queryset, side, edge, limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        if side == "before":
            rows.reverse()
        self.has_next = more if side == "after" else True
        self.has_previous = more if side == "before" else edge is not None
        self.rows = rows
        return rows

    def _ranked(
        self, queryset: QuerySet[Any], side: str, edge: Edge | None, count: int
    ) -> list[Any]:
        than, sign = ("lt", "-") if side == "after" else ("gt", "")
        if edge is not None:
            value = self.value_of(edge[0])
            beyond = Q(**{f"{self.rank}__{than}": value})
            equal = Q(**{self.rank: value, f"pk__{than}": edge[1]})
            queryset = queryset.filter(beyond | equal)
        return list(queryset.order_by(f"{sign}{self.rank}", f"{sign}pk")[:count])

    def number_of(self, row: Any) -> int:
        """The row's rank as the cursor holds it, 0 or more."""
        return int(getattr(row, self.rank))

    def value_of(self, number: int) -> Any:
        """What the column is compared with; a number beyond it finds nothing rather than an error."""
        return min(number, 2**31 - 1)

    @override
    def _link(self, side: str, position: int) -> str:
        row = self.rows[position]
        raw = side[:1].encode() + self.number_of(row).to_bytes(8) + row.pk.bytes
        cursor = urlsafe_b64encode(raw).decode().rstrip("=")
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    @override
    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        limit, cursor = super().get_schema_operation_parameters(view)
        return [limit, {**cursor, "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{34}$"}}]


class TimePagination(RankedPagination):
    """The same by a time, the latest first; the number is microseconds since `_BEGINNING`."""

    @override
    def number_of(self, row: Any) -> int:
        at: datetime = getattr(row, self.rank)
        return (at - _BEGINNING) // timedelta(microseconds=1)

    @override
    def value_of(self, number: int) -> datetime:
        return _BEGINNING + timedelta(microseconds=min(number, _MICROSECONDS_MOST))


_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_MICROSECONDS_MOST = (datetime(9999, 12, 31, tzinfo=UTC) - _BEGINNING) // timedelta(microseconds=1)


def _read(cursor: str | None) -> tuple[str, Edge | None]:
    if not cursor:
        return "after", None
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        side = {b"a": "after", b"b": "before"}[raw[:1]]
        return side, (int.from_bytes(raw[1:9]), UUID(bytes=raw[9:]))
    except (ValueError, KeyError):
        raise Invalid(
            "A query parameter is not valid.",
            errors={"cursor": ["Take it from `next` or `previous` of a page."]},
        ) from None
