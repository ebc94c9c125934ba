"""The cache. While its server is away each process remembers for itself, and nobody notices."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = structlog.get_logger(__name__)

AWAY_SECONDS = 3.0
_OPERATIONS = (
    "add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many",
    "delete_many", "clear",
)  # fmt: skip


class FallbackCache(RedisCache):
    """Redis or Valkey; while it is away, memory of the process.

    What relies on the cache is weaker by the number of processes in that time (a one-time code
    could be used once in each), which is better than nobody being able to sign in.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        # redis-py would try again with pauses that add up to seconds, within a request.
        options = {"retry": Retry(NoBackoff(), 1), **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._here = LocMemCache("fallback", {"KEY_PREFIX": params.get("KEY_PREFIX", "")})
        self._away_until = 0.0


def _with_fallback(name: str) -> Callable[..., Any]:
    there, here = getattr(RedisCache, name), getattr(LocMemCache, name)

    @wraps(there)
    def operation(self: FallbackCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= self._away_until:
            try:
                return there(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                log.warning("cache_away", error=str(error))
                self._away_until = time.monotonic() + AWAY_SECONDS
        return here(self._here, *args, **kwargs)

    return operation


for _name in _OPERATIONS:
    setattr(FallbackCache, _name, _with_fallback(_name))
