"""Figures as CSV: all rows, read and sent a stretch at a time."""

from __future__ import annotations

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from io import StringIO
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import connections
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from chatcore.errors import Invalid
from chatcore.http.rendering import JsonRenderer

STRETCH = 2_000


class CsvRenderer(JsonRenderer):
    """Lets a client ask for CSV; what is none (an error) is rendered as JSON."""

    media_type = "text/csv"
    format = "csv"


FORMAT = OpenApiParameter(
    "format", enum=["json", "csv"], description="Instead of `Accept`; `csv` gives every row."
)


def wants_csv(request: Request) -> bool:
    """By `?format=`, which a link can say, or by `Accept`. Raises Invalid for another format."""
    asked = request.query_params.get("format")
    if asked not in (None, "json", "csv"):
        problem = {"format": ["Give json or csv."]}
        raise Invalid("A query parameter is not valid.", errors=problem)
    if asked == "json":
        # Else JSON would come under the name of CSV to whoever accepts only that.
        request.accepted_renderer, request.accepted_media_type = JsonRenderer(), "application/json"
    return asked == "csv" or isinstance(request.accepted_renderer, CsvRenderer)


def csv_response(rows: QuerySet[Any], columns: Sequence[str], name: str) -> StreamingHttpResponse:
    """`columns` and the age of the figures, in the order of the list."""
    return StreamingHttpResponse(
        _lines(rows, [*columns, "refreshed_at"]),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "no-store",
        },
    )


async def _lines(rows: QuerySet[Any], columns: Sequence[str]) -> AsyncIterator[bytes]:
    """Each stretch is a query of its own: no connection and no cursor is held while a reader is slow."""
    yield _written([columns])
    edge: UUID | None = None
    while stretch := await sync_to_async(_stretch)(rows, columns, edge):
        yield _written(values for _key, values in stretch)
        edge = stretch[-1][0]


def _stretch(
    rows: QuerySet[Any], columns: Sequence[str], edge: UUID | None
) -> list[tuple[UUID, Sequence[Any]]]:
    if edge is not None:
        rows = rows.filter(pk__lt=edge)
    found = rows.order_by("-pk").values_list("pk", *columns)[:STRETCH]
    lines: list[tuple[UUID, Sequence[Any]]] = [
        (key, [_text(value) for value in values]) for key, *values in found
    ]
    if not connections[rows.db].in_atomic_block:
        connections[rows.db].close()  # back to the pool
    return lines


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)


def _written(lines: Iterable[Sequence[str]]) -> bytes:
    buffer = StringIO()
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue().encode()
