"""Cursor paging: `{"results", "next", "previous"}`, by the UUIDv7 id, which is by time."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from typing_extensions import override

from chatcore.errors import Invalid

if TYPE_CHECKING:
    # rest_framework.views itself imports what the settings name, this among it.
    from rest_framework.views import APIView

DEFAULT_LIMIT = 50
MOST = 100


def limit_from(request: Request, *, default: int = DEFAULT_LIMIT, most: int = MOST) -> int:
    """`?limit=`, between 1 and `most`; anything else is an error that says so."""
    return whole_number(request, "limit", least=1, most=most) or default


def whole_number(
    request: Request, name: str, *, least: int = 0, most: int = 2**63 - 1
) -> int | None:
    """The query parameter as a whole number within bounds, None where it is not given."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise Invalid(
            "A query parameter is not valid.",
            errors={name: [f"Give a whole number from {least} to {most}."]},
        )
    return int(text)


class IdPagination(BasePagination):
    """Newest first. A page is one index range scan, however far back.

    The cursor names the row at the edge and the side to read on, so that rows added meanwhile
    neither shift a page nor come twice.
    """

    newest_first = True
    # Another UUIDv7 of each row may give the order.
    key = "pk"
    display_page_controls = False

    @override
    def paginate_queryset(
        self,
        queryset: QuerySet[Any] | Sequence[Any],
        request: Request,
        view: APIView | None = None,
    ) -> list[Any]:
        if not isinstance(queryset, QuerySet):
            raise TypeError("paging by id needs a query set")
        self.request = request
        limit = limit_from(request)
        side, edge = _read_cursor(request.query_params.get("cursor"))
        rows = self._rows(queryset, side, edge, limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        if side == "before":
            rows.reverse()
        self.has_next = more if side == "after" else True
        self.has_previous = more if side == "before" else edge is not None
        self.rows = rows
        return rows

    def _rows(self, queryset: QuerySet[Any], side: str, edge: UUID | None, count: int) -> list[Any]:
        downwards = self.newest_first == (side == "after")
        if edge is not None:
            queryset = queryset.filter(**{f"{self.key}__{'lt' if downwards else 'gt'}": edge})
        return list(queryset.order_by(f"{'-' if downwards else ''}{self.key}")[:count])

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "results": data,
                "next": self._link("after", -1) if self.rows and self.has_next else None,
                "previous": self._link("before", 0) if self.rows and self.has_previous else None,
            }
        )

    def _link(self, side: str, position: int) -> str:
        row = self.rows[position]
        cursor = _write_cursor(
            side, getattr(row, self.key) if isinstance(row, Model) else row["id"]
        )
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": link,
                "previous": link,
            },
        }

    @override
    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        return [
            {
                "name": "limit",
                "in": "query",
                "required": False,
                "description": f"Rows per page; {DEFAULT_LIMIT} by default.",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST},
            },
            {
                "name": "cursor",
                "in": "query",
                "required": False,
                "description": "From `next` or `previous` of another page.",
                "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{23}$"},
            },
        ]


class OldestFirst(IdPagination):
    newest_first = False


def _write_cursor(side: str, edge: UUID) -> str:
    return urlsafe_b64encode(side[:1].encode() + edge.bytes).decode().rstrip("=")


def _read_cursor(cursor: str | None) -> tuple[str, UUID | None]:
    if not cursor:
        return "after", None
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return {b"a": "after", b"b": "before"}[raw[:1]], UUID(bytes=raw[1:])
    except (ValueError, KeyError):
        raise Invalid(
            "A query parameter is not valid.",
            errors={"cursor": ["Take it from `next` or `previous` of a page."]},
        ) from None
