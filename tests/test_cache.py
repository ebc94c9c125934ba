"""The cache may be away without anybody noticing."""

import time

from django.conf import settings

from chatcore.cache import FallbackCache, ForgetfulCache


def test_it_remembers_in_the_process_while_the_server_is_away() -> None:
    cache = FallbackCache("redis://127.0.0.1:1/0", {"KEY_PREFIX": "test"})
    began = time.monotonic()
    assert cache.get("word") is None
    cache.set("word", "here", 30)
    assert cache.get("word") == "here"
    assert cache.add("once", 1, 30)
    assert not cache.add("once", 1, 30)
    assert cache.get_many(["word", "nothing"]) == {"word": "here"}
    cache.clear()
    assert not cache.has_key("word")
    assert time.monotonic() - began < 1


def test_a_forgetful_one_keeps_nothing_while_the_server_is_away() -> None:
    cache = ForgetfulCache("redis://127.0.0.1:1/0", {})
    cache.set("word", "here", 30)
    assert cache.get("word") is None
    assert cache.get_many(["word"]) == {}
    cache.delete_many(["word"])


def test_caches_made_anew_share_their_connections() -> None:
    """As Django makes them for each request under ASGI."""
    first, second = (FallbackCache(settings.CACHES["default"]["LOCATION"], {}) for _ in "ab")
    assert first._cache is second._cache
