"""Rows that keep the times they carry: `auto_now_add` would make all of them of today."""

from collections.abc import Sequence

import orjson
from django.db import connection
from django.db.models import Model


def insert_as_they_are(rows: Sequence[Model]) -> None:
    """Insert rows of one model, in one statement, every column as it stands on the instance."""
    if not rows:
        return
    meta = rows[0]._meta
    records = [
        {field.column: field.value_from_object(row) for field in meta.concrete_fields}
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {meta.db_table} SELECT * FROM"  # noqa: S608
            f" jsonb_populate_recordset(NULL::{meta.db_table}, %s::jsonb)",
            [orjson.dumps(records, default=str).decode()],
        )
