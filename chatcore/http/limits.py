"""Rate limits for HTTP and the socket: one table of rules, one way to count.

What an attacker could spread over processes is counted in Valkey (`shared`); what protects one
process from a flood is counted in that process and costs no round trip. While Valkey is away,
shared rules are counted in the process, too: weaker by the number of processes, never off.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from enum import Enum
from functools import cache
from math import ceil

import structlog
from django.conf import settings
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter, SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)

AWAY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so long, under a name of its own: an Enum makes equal values one member."""

    name: str
    text: str
    shared: bool = False


class Rule(Enum):
    """What is counted. `shared`: across processes."""

    # Guessing passwords: one account's from one address, one account's from many addresses
    # (generous, since it also shuts the owner out), many accounts' from one address.
    SIGN_IN = Rate("sign_in", "10/minute", shared=True)
    SIGN_IN_ACCOUNT = Rate("sign_in_account", "100/hour", shared=True)
    SIGN_IN_ADDRESS = Rate("sign_in_address", "60/minute", shared=True)
    # A person makes one account; a school behind one address makes a few.
    SIGN_UP = Rate("sign_up", "10/hour", shared=True)
    GUEST = Rate("guest", "20/hour", shared=True)
    REFRESH = Rate("refresh", "60/minute", shared=True)
    TICKET = Rate("ticket", "120/minute", shared=True)
    # Keys are made by hand.
    API_KEY = Rate("api_key", "30/hour", shared=True)
    # What a signed-in account does.
    SEND = Rate("send", "300/minute")
    WRITE = Rate("write", "300/minute")
    READ = Rate("read", "1200/minute")
    SEARCH = Rate("search", "120/minute")
    # Mail to an address that a guest names.
    TRANSCRIPT = Rate("transcript", "10/hour", shared=True)
    UPLOAD = Rate("upload", "60/hour", shared=True)
    ASK = Rate("ask", "60/minute")
    # Frames of one socket; past it the socket closes with 4008. Over ten seconds, since a client that
    # comes back subscribes to all its rooms in one go.
    FRAME = Rate("frame", "600/10 second")
    # Whoever has not signed in, by address.
    ANONYMOUS = Rate("anonymous", "300/minute")

    @property
    def item(self) -> RateLimitItem:
        return _item(self)

    @property
    def shared(self) -> bool:
        return self.value.shared


@cache
def _item(rule: Rule) -> RateLimitItem:
    item = parse(rule.value.text)
    item.namespace = f"chatcore:{rule.value.name}"
    return item


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether this one may pass; if not, in how many whole seconds to try again (at least 1)."""

    allowed: bool
    retry_after: int = 0


ALLOWED = Verdict(allowed=True)


class _Away:
    """A breaker: after a failure Valkey is left alone for a few seconds."""

    def __init__(self) -> None:
        self._until = 0.0

    def __bool__(self) -> bool:
        return time.monotonic() < self._until

    def trip(self, error: Exception) -> None:
        log.warning("rate_limits_count_locally", error=str(error))
        self._until = time.monotonic() + AWAY_SECONDS


_away = _Away()


def hit(rule: Rule, key: str) -> Verdict:
    """Count one and judge it."""
    if not settings.RATE_LIMITS:
        return ALLOWED
    if rule.shared and settings.RATE_LIMIT_URL and not _away:
        try:
            limiter = _shared()
            allowed = limiter.hit(rule.item, key)
            reset = 0.0 if allowed else limiter.get_window_stats(rule.item, key).reset_time
            return _verdict(allowed=allowed, reset=reset)
        except StorageError as error:
            _away.trip(error)
    return _hit_here(rule, key)


async def ahit(rule: Rule, key: str) -> Verdict:
    """The same from a coroutine, on the same counters; only a shared rule leaves the loop."""
    if rule.shared:
        return await asyncio.to_thread(hit, rule, key)
    return hit(rule, key)


def forget(rule: Rule, key: str) -> None:
    """Start `key` at zero, for example after a sign-in that succeeded."""
    _here().storage.clear(rule.item.key_for(key))
    if rule.shared and settings.RATE_LIMIT_URL and not _away:
        try:
            _shared().clear(rule.item, key)
        except StorageError as error:
            _away.trip(error)


def _hit_here(rule: Rule, key: str) -> Verdict:
    limiter = _here()
    if limiter.hit(rule.item, key):
        return ALLOWED
    return _verdict(allowed=False, reset=limiter.get_window_stats(rule.item, key).reset_time)


def _verdict(*, allowed: bool, reset: float) -> Verdict:
    return (
        ALLOWED
        if allowed
        else Verdict(allowed=False, retry_after=max(1, ceil(reset - time.time())))
    )


@cache
def _here() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(MemoryStorage())


@cache
def _shared() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(
        RedisStorage(
            settings.RATE_LIMIT_URL,
            wrap_exceptions=True,
            # No patience and no retries: the fall-back is at hand.
            socket_connect_timeout=0.3,
            socket_timeout=0.5,
            retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]
        )
    )


def start_over() -> None:
    """Forget every count of this process and of Valkey: for tests and for an operator's mercy."""
    _here().storage.reset()
    if settings.RATE_LIMIT_URL and not _away:
        try:
            _shared().storage.reset()
        except StorageError as error:
            _away.trip(error)
