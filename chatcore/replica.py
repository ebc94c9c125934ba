"""Which database answers a read that may be a moment old: the replica where there is one.

Only for what does not change under its reader, such as the passages of a book, or is stamped with its
age, such as figures. Conversations are always read where they are written: a person must see what they
have just said.
"""

from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def reading_alias() -> str:
    return "replica" if "replica" in settings.DATABASES else "default"


def reading_connection() -> BaseDatabaseWrapper:
    """The replica's connection; inside a transaction the transaction's own."""
    if connection.in_atomic_block:
        return connections["default"]
    return connections[reading_alias()]
