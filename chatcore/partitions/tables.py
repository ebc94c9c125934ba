"""What the database says of the partitioned tables, and the statements that change them."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import pgtrigger
from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from psqlextra.models import PostgresPartitionedModel

from chatcore.partitions.months import Month, Partition

_BOUND = re.compile(r"FROM \('([0-9a-f-]{36})'\) TO \('([0-9a-f-]{36})'\)")

_PARTITIONS = """
SELECT c.relname, pg_get_expr(c.relpartbound, c.oid), pg_total_relation_size(c.oid),
       greatest(c.reltuples, 0)::bigint
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 WHERE i.inhparent = %s::regclass ORDER BY c.relname
"""

# Creating a partition locks its parent for a moment; rather give up than queue all senders behind us.
_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'"


def partitioned_models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models()
        if issubclass(model, PostgresPartitionedModel) and not model._meta.proxy
    ]


def partitions_of(model: type[Model]) -> list[Partition]:
    """The partitions of a model by name, DEFAULT included."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS, [model._meta.db_table])
        return [_partition(*row) for row in cursor.fetchall()]


def default_holds_rows(model: type[Model]) -> bool:
    """Whether a row lies in DEFAULT: it then blocks the month it belongs to."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{model._meta.db_table}_default")')  # noqa: S608
        return bool(cursor.fetchone()[0])


def missing_months(model: type[Model], first: Month, last: Month) -> list[Month]:
    there = {partition.month for partition in partitions_of(model)}
    return [month for month in first.until(last) if month not in there]


def create_months(model: type[Model], months: Iterable[Month]) -> list[str]:
    """Create the partitions of these months; the names made. Each in a transaction of its own."""
    names = []
    for month in months:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LOCK_TIMEOUT)
            _add_partition(model, month)
        names.append(f"{model._meta.db_table}_{month.label}")
    return names


def ensure_months(model: type[Model], first: Month, last: Month) -> list[str]:
    """Create what is missing from `first` to `last`; importing old messages calls this first."""
    return create_months(model, missing_months(model, first, last))


def stray_months(model: type[Model]) -> dict[Month, int]:
    """The months of the rows that lie in DEFAULT, and how many rows each."""
    table = f"{model._meta.db_table}_default"
    sql = (
        "SELECT extract(year FROM t)::int, extract(month FROM t)::int, count(*) FROM ("  # noqa: S608
        "  SELECT to_timestamp(('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint"
        f"    / 1000.0) AT TIME ZONE 'UTC' AS t FROM \"{table}\") strays GROUP BY 1, 2 ORDER BY 1, 2"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {Month(year, month): count for year, month, count in cursor.fetchall()}


@transaction.atomic
def move_strays(model: type[Model]) -> dict[Month, int]:
    """Take the rows out of DEFAULT, create their months and put them there. Returns what moved.

    The foreign keys that point at the table are taken off and put back (and so checked) around the
    move: PostgreSQL refuses a new partition while their checks of the deleted rows are pending.
    """
    strays = stray_months(model)
    if not strays:
        return {}
    table = model._meta.db_table
    with connection.cursor() as cursor, pgtrigger.ignore():
        keys = _foreign_keys_to(cursor, table)
        for owner, name, _ in keys:
            cursor.execute(f'ALTER TABLE {owner} DROP CONSTRAINT "{name}"')
        cursor.execute(
            f'CREATE TEMP TABLE strays ON COMMIT DROP AS SELECT * FROM "{table}_default"'  # noqa: S608
        )
        cursor.execute(f'TRUNCATE "{table}_default"')
        there = {partition.month for partition in partitions_of(model)}
        for month in strays:
            if month not in there:
                _add_partition(model, month)
        cursor.execute(f'INSERT INTO "{table}" SELECT * FROM strays')  # noqa: S608
        cursor.execute("DROP TABLE strays")  # the next table may follow in the same transaction
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for owner, name, definition in keys:
            cursor.execute(f'ALTER TABLE {owner} ADD CONSTRAINT "{name}" {definition}')
    return strays


def _add_partition(model: type[Model], month: Month) -> None:
    lower, upper = month.bounds
    with connection.schema_editor(atomic=False) as editor:
        editor.add_range_partition(  # type: ignore[attr-defined]
            model=model,
            name=month.label,
            from_values=str(lower),
            to_values=str(upper),
            comment=f"chatcore: messages of {month.label}",
        )


def _foreign_keys_to(cursor: Any, table: str) -> list[tuple[str, str, str]]:
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE confrelid = %s::regclass AND contype = 'f' AND conparentid = 0",
        [table],
    )
    return [(owner, name, definition) for owner, name, definition in cursor.fetchall()]


def _partition(name: str, bound: str, size: int, rows: int) -> Partition:
    found = _BOUND.search(bound or "")
    lower, upper = (UUID(found[1]), UUID(found[2])) if found else (None, None)
    return Partition(name, lower, upper, size, rows)
