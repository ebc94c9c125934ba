"""Rows of raw SQL as dictionaries, alike on Django's connection and on the event loop's."""

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection

Row = dict[str, Any]

_JSON_OIDS = frozenset({114, 3802})


def fetch_rows(sql: str, parameters: Sequence[Any] | dict[str, Any]) -> list[Row]:
    """All rows of one query on Django's connection."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return dict_rows(cursor)


def dict_rows(cursor: Any) -> list[Row]:
    """What the cursor holds. Django's connection hands JSON over as text; here it is parsed."""
    names = [column.name for column in cursor.description]
    json_at = [i for i, column in enumerate(cursor.description) if column.type_code in _JSON_OIDS]
    return [dict(zip(names, _parsed(values, json_at), strict=True)) for values in cursor.fetchall()]


def _parsed(values: Sequence[Any], json_at: list[int]) -> Sequence[Any]:
    if not json_at:
        return values
    found = list(values)
    for i in json_at:
        if isinstance(found[i], str):
            found[i] = orjson.loads(found[i])
    return found
