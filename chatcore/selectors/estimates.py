"""How big a table is, asked of PostgreSQL's own statistics instead of the table."""

from django.db import connection
from django.db.models import Model

# The parent of partitions is left out: a manual ANALYZE gives it the sum of its children once more.
_ROWS = """
SELECT coalesce(sum(greatest(reltuples, 0)), 0)::bigint FROM pg_class
 WHERE relkind = 'r' AND (oid = %(table)s::regclass OR oid IN (
       SELECT inhrelid FROM pg_inherits WHERE inhparent = %(table)s::regclass))
"""


def about(model: type[Model], things: str) -> str:
    """The estimate in words; PostgreSQL knows nothing of a table it has not looked at yet."""
    rows = rows_estimate(model)
    return f"about {rows:,} {things}" if rows else f"few {things} yet"


def rows_estimate(model: type[Model]) -> int:
    """About how many rows, partitions together; 0 until the table has been analysed."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, {"table": f'"{model._meta.db_table}"'})
        return int(cursor.fetchone()[0])
