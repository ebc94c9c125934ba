"""Limits are on by default, say when to come back, and cannot be walked around."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.test import Client

from chatcore.http import limits
from chatcore.http.client_ip import UNKNOWN, behind_proxies, rate_key
from chatcore.http.limits import Rule, ahit, hit
from tests.client import ContractClient
from tests.world import PASSWORD, Cast

pytestmark = pytest.mark.django_db
TOKEN = "/api/v1/auth/token/"
WRONG = {"username": "mira", "password": "wrong"}


@pytest.fixture(autouse=True)
def _limited(_quick_and_unlimited: None, settings: Any) -> None:
    settings.RATE_LIMITS = True
    limits.start_over()


def test_guessing_a_password_is_stopped_for_a_while(world: Cast, anonymous: ContractClient) -> None:
    answers = [anonymous.post(TOKEN, WRONG).status_code for _ in range(11)]
    assert answers == [401] * 10 + [429]
    stopped = anonymous.post(TOKEN, {**WRONG, "password": PASSWORD})
    assert (stopped.status_code, stopped.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(stopped.headers["Retry-After"]) <= 60


def test_another_name_for_the_client_does_not_help(world: Cast, anonymous: ContractClient) -> None:
    answers = [
        anonymous.post(TOKEN, WRONG, headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code
        for n in range(11)
    ]
    assert answers[-1] == 429


def test_one_account_does_not_stop_the_others(world: Cast, anonymous: ContractClient) -> None:
    for _ in range(11):
        anonymous.post(TOKEN, WRONG)
    right = anonymous.post(TOKEN, {"username": "otto", "password": PASSWORD})
    assert right.status_code == 200


def test_signing_in_well_is_not_counted_as_guessing(world: Cast, anonymous: ContractClient) -> None:
    right = {"username": "mira", "password": PASSWORD}
    assert [anonymous.post(TOKEN, right).status_code for _ in range(15)] == [200] * 15


def test_limits_can_be_switched_off(world: Cast, anonymous: ContractClient, settings: Any) -> None:
    settings.RATE_LIMITS = False
    assert {anonymous.post(TOKEN, WRONG).status_code for _ in range(15)} == {401}


def test_limits_hold_while_valkey_is_away(settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "_shared", _unreachable)
    answers = [hit(Rule.GUEST, "somebody").allowed for _ in range(21)]
    assert answers == [True] * 20 + [False]
    limits._away._until = 0.0


def _unreachable() -> Any:
    from limits.storage import RedisStorage
    from limits.strategies import SlidingWindowCounterRateLimiter

    return SlidingWindowCounterRateLimiter(
        RedisStorage("redis://127.0.0.1:1/0", wrap_exceptions=True)
    )


def test_pages_are_counted_with_the_api(world: Cast) -> None:
    browser = Client()
    browser.force_login(world.mira)
    assert browser.post("/rooms/new/", {"name": "Kitchen"}).status_code == 302
    while hit(Rule.WRITE, str(world.mira.pk)).allowed:
        pass
    stopped = browser.post("/rooms/new/", {"name": "Bath"})
    assert stopped.status_code == 429
    assert 1 <= int(stopped.headers["Retry-After"]) <= 60
    assert browser.get("/rooms/new/").status_code == 200


def test_coroutines_count_on_the_same_counters() -> None:
    for _ in range(10):
        assert hit(Rule.GUEST, "somebody").allowed
        assert asyncio.run(ahit(Rule.GUEST, "somebody")).allowed
    assert not asyncio.run(ahit(Rule.GUEST, "somebody")).allowed
    assert not hit(Rule.GUEST, "somebody").allowed


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "seen"),
    [
        ("203.0.113.9", "1.2.3.4", [], "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.7", ["10.0.0.0/8"], "198.51.100.7"),
        ("10.0.0.1", "1.2.3.4, 10.0.0.2", ["10.0.0.0/8"], "1.2.3.4"),
        ("10.0.0.1", "nonsense", ["10.0.0.0/8"], "10.0.0.1"),
        ("", "1.2.3.4", ["10.0.0.0/8"], UNKNOWN),
        ("::ffff:203.0.113.9", "", [], "203.0.113.9"),
    ],
)
def test_the_client_is_who_our_own_proxies_saw(
    settings: Any, peer: str, forwarded: str, trusted: list[str], seen: str
) -> None:
    settings.TRUSTED_PROXIES = trusted
    assert behind_proxies(peer, forwarded) == seen


def test_an_ipv6_subscriber_counts_as_one() -> None:
    assert rate_key("2001:db8::1") == rate_key("2001:db8::2") != rate_key("2001:db8:0:1::1")
