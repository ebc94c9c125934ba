"""A cache in Valkey that is never stale and forgets at once, whoever reads and writes meanwhile.

What is kept carries a *stamp*, the version of what was read, where the reader knows the present one from
the row that allows the reading; and a *token* of its key. Forgetting changes the token and deletes. A
reader that took the token before a writer committed, and fills the cache after it, finds another token
when it looks again and takes back what it kept: no erased word outlives its row.

While Valkey is away nothing is kept, and what was kept there before goes by its time.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import orjson
from django.core.cache import caches
from django.db import transaction

from chatcore.metrics import CACHE_READS


@dataclass(frozen=True, slots=True)
class Looked:
    """`value` None: it is to be read where it is true, and kept with this."""

    value: Any
    key: str
    stamp: Hashable
    token: str | None


class StampedCache:
    """JSON by key."""

    def __init__(self, name: str, seconds: int) -> None:
        self.name = name
        self._seconds = seconds

    def look(self, key: str, stamp: Hashable = None) -> Looked:
        """What was kept with this very stamp and not forgotten since: one round trip."""
        found = _shared().get_many([self._body(key), self._token(key)])
        token = found.get(self._token(key))
        *kept, body = found.get(self._body(key), (None,))
        hit = body is not None and kept == [stamp, token]
        CACHE_READS.labels(self.name, "hit" if hit else "miss").inc()
        return Looked(orjson.loads(body) if hit else None, key, stamp, token)

    def keep(self, looked: Looked, value: Any) -> None:
        """Keep for a while what was read after looking; on commit, since others may not see it before.
        `value`: JSON types only."""
        body = (looked.stamp, looked.token, orjson.dumps(value))
        transaction.on_commit(lambda: self._keep(looked, body))

    def _keep(self, looked: Looked, body: Any) -> None:
        _shared().set(self._body(looked.key), body, self._seconds)
        if _shared().get(self._token(looked.key)) != looked.token:
            _shared().delete(self._body(looked.key))

    def forget_on_commit(self, keys: Iterable[str]) -> None:
        """What was kept is wrong or must not be kept any more, as soon as this is committed."""
        named = list(keys)
        transaction.on_commit(lambda: self._forget(named))

    def _forget(self, keys: list[str]) -> None:
        """The token first: whoever fills from now on either is deleted or finds out."""
        tokens = {self._token(key): uuid4().hex for key in keys}
        _shared().set_many(tokens, self._seconds)
        _shared().delete_many([self._body(key) for key in keys])

    def _body(self, key: str) -> str:
        return f"{self.name}:{key}"

    def _token(self, key: str) -> str:
        return f"{self.name}:{key}:token"


def _shared() -> Any:
    return caches["shared"]
