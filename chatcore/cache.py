"""The caches. While their server is away each process remembers for itself, or nobody does, and nobody
notices."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

import structlog
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.dummy import DummyCache
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

# By server: Django makes a cache anew for each request under ASGI, which would connect each time, and
# find out each time that the server is away.
_clients: dict[str, Any] = {}
_away_until: dict[str, float] = {}


class FallbackCache(RedisCache):
    """Redis or Valkey; while it is away, memory of the process.

    What relies on the cache is weaker by the number of processes in that time (a one-time code
    could be used once in each), which is better than nobody being able to sign in.
    """

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        # redis-py would try again with pauses that add up to seconds, within a request.
        options = {"retry": Retry(NoBackoff(), 1), **params.get("OPTIONS", {})}
        super().__init__(server, {**params, "OPTIONS": options})
        self._server = str(server)
        self._here = self._memory(params.get("KEY_PREFIX", ""))

    def _memory(self, prefix: str) -> BaseCache:
        return LocMemCache("fallback", {"KEY_PREFIX": prefix})

    @cached_property
    def _cache(self) -> Any:
        if self._server not in _clients:
            _clients[self._server] = super()._cache
        return _clients[self._server]


class ForgetfulCache(FallbackCache):
    """Redis or Valkey; while it is away nothing is kept: for what each process would keep differently,
    and for words that are to be forgotten everywhere at once."""

    def _memory(self, prefix: str) -> BaseCache:
        return DummyCache(prefix, {})


def _with_fallback(name: str) -> Callable[..., Any]:
    there = getattr(RedisCache, name)

    @wraps(there)
    def operation(self: FallbackCache, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= _away_until.get(self._server, 0):
            try:
                return there(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                log.warning("cache_away", error=str(error))
                _away_until[self._server] = time.monotonic() + AWAY_SECONDS
        return getattr(self._here, name)(*args, **kwargs)

    return operation


for _name in _OPERATIONS:
    setattr(FallbackCache, _name, _with_fallback(_name))
