"""A cache that cannot be stale: what is kept carries the version it was read at.

Whoever reads knows the present version from the row that allows the reading, and takes what is kept only
when it is of that version. So nothing depends on a writer's telling the cache: a reader that fills it
late, after a writer, leaves something that nobody takes, and time clears it up.
"""

from typing import Any

import orjson
from django.core.cache import cache

from chatcore.metrics import CACHE_READS


class StampedCache:
    """JSON by key and version. While Valkey is away each process remembers for itself."""

    def __init__(self, name: str, seconds: int) -> None:
        self.name = name
        self._seconds = seconds

    def get(self, key: str, version: int) -> Any | None:
        """What was kept of this very version; None where there is none."""
        kept = cache.get(self._key(key))
        hit = kept is not None and kept[0] == version
        CACHE_READS.labels(self.name, "hit" if hit else "miss").inc()
        return orjson.loads(kept[1]) if hit else None

    def keep(self, key: str, version: int, value: Any) -> None:
        """Keep it for a while. `value`: JSON types only."""
        cache.set(self._key(key), (version, orjson.dumps(value)), self._seconds)

    def _key(self, key: str) -> str:
        return f"{self.name}:{key}"
