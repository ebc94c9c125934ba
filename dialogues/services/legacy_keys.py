"""The memory of imports: which records of a source came before, and what they were."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from dialogues.models import LegacyImport, LegacyKind

_INSERT = """
INSERT INTO legacy_imports (source, kind, legacy_key, fingerprint, object_id, user_id, imported_at)
SELECT %s, %s, u.*, now() FROM unnest(%s::text[], %s::uuid[], %s::uuid[], %s::uuid[]) u"""


@dataclass(frozen=True, slots=True)
class Key:
    """A record of the source, and what it became."""

    legacy_key: str
    fingerprint: UUID
    object_id: UUID
    user: UUID


def fingerprint(*words: str) -> UUID:
    """Of a record as it came."""
    digest = hashlib.blake2b(digest_size=16)
    for word in words:
        data = word.encode("utf-8", "replace")
        digest.update(len(data).to_bytes(8, "big") + data)
    return UUID(bytes=digest.digest())


def known_keys(source: str, kind: LegacyKind, keys: Iterable[str]) -> dict[str, tuple[UUID, UUID]]:
    """{legacy key: (fingerprint, our id)} of those that came before."""
    rows = LegacyImport.objects.filter(source=source, kind=kind, legacy_key__in=list(keys))
    listed = rows.values_list("legacy_key", "fingerprint", "object_id")
    return {key: (print_, ours) for key, print_, ours in listed}


def remember_keys(source: str, kind: LegacyKind, keys: Sequence[Key]) -> None:
    """In the transaction that stores the records."""
    if not keys:
        return
    columns: list[list[Any]] = [
        [key.legacy_key for key in keys],
        [key.fingerprint for key in keys],
        [key.object_id for key in keys],
        [key.user for key in keys],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [source, kind, *columns])
