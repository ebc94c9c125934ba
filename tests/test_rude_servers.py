"""Servers of other people's that hang, drip, lie, flood or lead inside: none holds us, none is believed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.models import User
from rooms.models import (
    RobotInteraction,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from rooms.selectors.webhooks import HOLDS_UP
from rooms.services import deliveries
from rooms.services.deliveries import BACK_OFF, deliver_to
from rooms.services.robot_answers import answer_room
from rooms.services.webhooks import create_webhook
from tests.client import ContractClient
from tests.hook_server import Hooks, hook_server, rude_server
from tests.robots import robot_of, room_with, turn_of
from tests.rooms import room_of, said
from tests.test_web_pages import browser_of
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
OK = b"HTTP/1.1 200 OK\r\n"
LONG = OK + b"Content-Length: 100\r\n\r\n"
# What it says at once, and again and again; whether it closes; what our log says of it.
RUDE = {
    "silent": (b"", b"", False, "No answer in"),
    "drips its head": (b"HTTP/1.1 200", b"O", False, "No answer in"),
    "drips its body": (LONG, b"x", False, "No answer in"),
    "drips an endless body": (OK + b"\r\n", b"x", False, "No answer in"),
    "promises for ever": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", False, "No answer in"),
    "breaks off": (LONG + b"{", b"", True, "broke off"),
    "breaks off a chunk": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{",
        b"",
        True,
        "IncompleteRead",
    ),
    "closes at once": (b"", b"", True, "RemoteDisconnected"),
    "speaks another tongue": (b"SSH-2.0-OpenSSH_9.9\r\n", b"", True, "BadStatusLine"),
    "has endless headers": (OK + b"X: y\r\n" * 200, b"", True, "more than 100 headers"),
    "floods": (
        OK + b"Content-Length: 10000000\r\n\r\n" + b" " * 10_000_000,
        b"",
        True,
        "larger than",
    ),
}


@pytest.fixture(autouse=True)
def _quick(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = ["127.0.0.1"]
    monkeypatch.setattr(deliveries, "SECONDS", 0.5)


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    with hook_server() as server:
        yield server


def webhook_at(world: Cast, url: str) -> WebhookEndpoint:
    made = create_webhook(by=world.ada, name="x", url=url, event_types=["message.created"])
    return made.webhook


def asked_robot_at(world: Cast, url: str) -> RobotInteraction:
    robot = robot_of("webhook", settings={"url": url, "timeout_seconds": 1})
    room = room_with(robot, room_of(world.otto))
    turn = turn_of(room, world.otto, "@robo well?")
    answer_room(room.pk)
    turn.refresh_from_db()
    return turn


@pytest.mark.parametrize("name", RUDE)
def test_a_webhook_waits_for_another_attempt(world: Cast, name: str) -> None:
    at_once, again, closes, logged = RUDE[name]
    with rude_server(at_once, again, closes=closes) as port:
        webhook = webhook_at(world, f"http://127.0.0.1:{port}/")
        said(room_of(world.otto), world.otto)
        assert deliver_to(webhook.pk) == 1
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("pending", 1)
    assert delivery.due_at
    assert logged in WebhookAttempt.objects.get().error


def test_a_handshake_that_never_ends_is_broken_off(world: Cast) -> None:
    with rude_server(b"\x16\x03\x03\x40\x00", b"\x02") as port:
        webhook = webhook_at(world, f"https://127.0.0.1:{port}/")
        said(room_of(world.otto), world.otto)
        deliver_to(webhook.pk)
    assert "No answer in" in WebhookAttempt.objects.get().error


@pytest.mark.parametrize("name", ["silent", "drips its body", "breaks off", "floods"])
def test_a_robot_is_asked_again(world: Cast, name: str) -> None:
    at_once, again, closes, logged = RUDE[name]
    with rude_server(at_once, again, closes=closes) as port:
        turn = asked_robot_at(world, f"http://127.0.0.1:{port}/")
    assert (turn.status, turn.attempts) == ("pending", 1)
    assert logged in (turn.error_message or "")
    assert turn.answer
    assert turn.answer.delivery_status == "batch-delay"


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe",
        b'{"text": "\xe9"}',
        b'{"text": "a\\u0000b"}',
        b'{"text": "\\ud800"}',
        b"[" * 50_000,
        b'{"text": "x", "confidence": NaN}',
        b'{"text": "x", "confidence": 1e999}',
        b'["text"]',
        b'{"text": "x", "extra": 1}',
        b"",
    ],
)
def test_an_answer_that_is_none_fails_at_once(world: Cast, hooks: Hooks, body: bytes) -> None:
    hooks.answers = [(200, body)]
    turn = asked_robot_at(world, hooks.url)
    assert turn.status == "failed"
    assert turn.response_data == {"code": "bad_answer"}


def test_a_redirect_is_not_followed_wherever_it_leads(world: Cast, hooks: Hooks) -> None:
    with hook_server() as inside:
        hooks.answers, hooks.location = [(302, {})], inside.url
        webhook = webhook_at(world, hooks.url)
        said(room_of(world.otto), world.otto)
        deliver_to(webhook.pk)
        turn = asked_robot_at(world, hooks.url)
        assert inside.came == []
    assert turn.response_data == {"code": "bad_status"}
    assert {attempt.response_status for attempt in WebhookAttempt.objects.all()} == {302}


def test_a_name_that_changes_its_mind_is_asked_once(
    world: Cast, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: allowed when it is looked at, inside when it is called."""
    real, asked = socket.getaddrinfo, []

    def name_server(host: str, *rest: Any, **more: Any) -> Any:
        if host != "rebind.test":
            return real(host, *rest, **more)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "10.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", name_server)
    webhook = webhook_at(world, f"http://rebind.test:{hooks.port}/")
    room = room_of(world.otto)
    said(room, world.otto)
    deliver_to(webhook.pk)
    assert len(hooks.came) == 1
    assert asked == ["rebind.test"]
    said(room, world.otto)
    deliver_to(webhook.pk)
    assert len(hooks.came) == 1, "the next request looks again, and is refused"
    assert "10.0.0.1" in WebhookAttempt.objects.latest("id").error


def test_a_name_with_one_address_inside_is_not_called(
    world: Cast, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def name_server(host: str, *rest: Any, **more: Any) -> Any:
        if host != "both.test":
            return real(host, *rest, **more)
        return [*real("127.0.0.1", *rest, **more), *real("10.0.0.1", *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", name_server)
    webhook = webhook_at(world, f"http://both.test:{hooks.port}/")
    said(room_of(world.otto), world.otto)
    deliver_to(webhook.pk)
    assert hooks.came == []
    assert WebhookDelivery.objects.get().state == "failed"


def test_a_name_server_that_hangs_is_not_waited_for(
    world: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    over, real = threading.Event(), socket.getaddrinfo

    def name_server(host: str, *rest: Any, **more: Any) -> Any:
        if host != "slow.test":
            return real(host, *rest, **more)
        over.wait(20)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", name_server)
    webhook = webhook_at(world, "http://slow.test/")
    said(room_of(world.otto), world.otto)
    assert deliver_to(webhook.pk) == 1
    over.set()
    assert WebhookDelivery.objects.get().state == "pending"


# Order, and the end.


def contents(hooks: Hooks) -> list[str]:
    return [came["data"]["content"] for came in hooks.came]


def due_again() -> None:
    past = timezone.now() - timedelta(seconds=1)
    WebhookDelivery.objects.filter(due_at__isnull=False).update(due_at=past)


def test_what_fails_holds_up_its_room_and_no_other(world: Cast, hooks: Hooks) -> None:
    webhook = webhook_at(world, hooks.url)
    kitchen, deck = room_of(world.otto), room_of(world.otto)
    hooks.answers = [(500, {}), (200, {})]
    for room, words in ((kitchen, "1"), (kitchen, "2"), (deck, "a"), (kitchen, "3")):
        said(room, world.otto, words)
    assert deliver_to(webhook.pk) == 2
    assert contents(hooks) == ["1", "a"]
    due_again()
    assert deliver_to(webhook.pk) == 3
    assert contents(hooks) == ["1", "a", "1", "2", "3"]


def test_what_goes_on_failing_is_overtaken(world: Cast, hooks: Hooks) -> None:
    webhook = webhook_at(world, hooks.url)
    room = room_of(world.otto)
    said(room, world.otto, "poison")
    said(room, world.otto, "fine")
    hooks.answers = [(500, {})]
    for _ in range(HOLDS_UP):
        due_again()
        assert deliver_to(webhook.pk) == 1
    hooks.answers = [(500, {}), (200, {})]
    due_again()
    assert deliver_to(webhook.pk) == 2
    assert contents(hooks)[-2:] == ["poison", "fine"]


def test_what_is_given_up_lies_with_the_dead_letters_and_is_sent_again_by_hand(
    world: Cast, client_of: ClientOf, hooks: Hooks
) -> None:
    admin = client_of(world.ada)
    webhook = webhook_at(world, hooks.url)
    said(room_of(world.otto), world.otto)
    hooks.answers = [(503, {})]
    for attempt in range(len(BACK_OFF) + 1):
        assert deliver_to(webhook.pk) == 1, attempt
        due_again()
    assert deliver_to(webhook.pk) == 0
    path = f"/api/v1/webhooks/{webhook.pk}/deliveries/"
    (dead,) = admin.get(f"{path}?state=failed").json()["results"]
    assert admin.get(f"{path}?state=pending").json()["results"] == []
    assert admin.get(f"{path}?state=lost").status_code == 400
    assert dead["attempts"] == len(BACK_OFF) + 1
    hooks.answers = [(200, {})]
    assert admin.post(f"{path}{dead['id']}/replay/").status_code == 200
    assert deliver_to(webhook.pk) == 1
    assert WebhookDelivery.objects.get(pk=UUID(dead["id"])).state == "delivered"


def test_the_admin_sends_what_failed_again(world: Cast, hooks: Hooks) -> None:
    webhook = webhook_at(world, hooks.url)
    said(room_of(world.otto), world.otto)
    WebhookDelivery.objects.update(state="failed")
    root = User.objects.create_superuser("root", "root@example.test", "x")
    delivery = WebhookDelivery.objects.get()
    body = {"action": "replay", "_selected_action": [str(delivery.pk)]}
    answer = browser_of(root).post("/admin/rooms/webhookdelivery/", body, follow=True)
    assert "Sent once more" in answer.content.decode()
    assert deliver_to(webhook.pk) == 1
    assert len(hooks.came) == 1
