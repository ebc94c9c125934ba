"""Webhooks and webhook robots: signed, bounded, repeated, logged, and never into our own network."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.errors import Invalid
from chatcore.models import User
from chatcore.outbound import checked_url, is_signed, may_call, secret_of
from rooms.models import (
    Escalation,
    RobotInteraction,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from rooms.services.deliveries import BACK_OFF, deliver_to, dispatch_webhooks
from rooms.services.messages import delete_message
from rooms.services.robot_answers import answer_room
from rooms.services.robots import change_robot, renew_robot_secret
from rooms.services.rooms import update_room
from tests.client import ContractClient
from tests.hook_server import Hooks, hook_server
from tests.live import ROOT
from tests.robots import answered, robot_of, room_with, turn_of
from tests.rooms import access_to, room_of, said
from tests.support import escalation_of, support_room_of
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ALL = ["message.created", "message.deleted", "room.updated", "escalation.changed"]


@pytest.fixture
def hooks(settings: Settings) -> Iterator[Hooks]:
    settings.WEBHOOK_ALLOW_PRIVATE = ["127.0.0.1"]
    with hook_server() as server:
        yield server


def webhook_of(client: ContractClient, hooks: Hooks, **more: Any) -> dict[str, Any]:
    body = {"name": "Ours", "url": hooks.url, "event_types": ALL, **more}
    made = client.post("/api/v1/webhooks/", body)
    assert made.status_code == 201, made.json()
    found: dict[str, Any] = made.json()
    return found


def sent(webhook: dict[str, Any]) -> int:
    return deliver_to(UUID(webhook["id"]))


def test_events_go_out_signed_in_order_as_the_socket_tells_them(
    world: Cast, client_of: ClientOf, hooks: Hooks
) -> None:
    webhook = webhook_of(client_of(world.ada), hooks)
    room = room_of(world.otto, world.mira)
    first = said(room, world.mira, "hello")
    update_room(access=access_to(room, world.otto), changes={"name": "Deck"})
    said(room, world.otto, "ahoy")
    assert sent(webhook) == 3
    assert [came["type"] for came in hooks.came] == [
        "message.created",
        "room.updated",
        "message.created",
    ]
    assert [came["version"] for came in hooks.came] == [1, 2, 3]
    assert all(hooks.is_signed(webhook["secret"], number) for number in range(3))
    assert not is_signed(webhook["secret"], "x", "1", "v1,x", b"")
    shown = client_of(world.mira).get(f"/api/v1/rooms/{room.pk}/messages/{first.id}/").json()
    assert hooks.came[0]["data"] == shown
    assert hooks.headers[0]["webhook-id"] == hooks.came[0]["id"]


def test_private_notes_never_leave_and_what_was_taken_back_is_empty(
    world: Cast, client_of: ClientOf, hooks: Hooks
) -> None:
    webhook = webhook_of(client_of(world.ada), hooks)
    room = room_of(world.ana, world.mira)
    client_of(world.ana).post(
        f"/api/v1/rooms/{room.pk}/messages/", {"content": "rude", "audience": "staff"}
    )
    gone = said(room, world.mira, "a secret")
    delete_message(user=world.mira, room=room.pk, message=gone.id)
    sent(webhook)
    assert [came["type"] for came in hooks.came] == ["message.created", "message.deleted"]
    assert {came["data"]["content"] for came in hooks.came} == {""}


def test_a_webhook_of_one_room_hears_of_that_room(
    world: Cast, client_of: ClientOf, hooks: Hooks
) -> None:
    mine, other = room_of(world.otto), room_of(world.otto)
    webhook = webhook_of(client_of(world.ada), hooks, room=str(mine.pk))
    said(other, world.otto)
    said(mine, world.otto)
    sent(webhook)
    assert [came["room"] for came in hooks.came] == [str(mine.pk)]


def test_escalations_are_told(world: Cast, client_of: ClientOf, hooks: Hooks) -> None:
    webhook = webhook_of(client_of(world.ada), hooks, event_types=["escalation.changed"])
    escalation = escalation_of(world.mira)
    sent(webhook)
    assert hooks.came[0]["data"]["id"] == str(escalation.pk)


def test_what_fails_is_tried_again_logged_and_replayed(
    world: Cast, client_of: ClientOf, hooks: Hooks
) -> None:
    admin = client_of(world.ada)
    webhook, path = webhook_of(admin, hooks), ""
    hooks.answers = [(500, {"sorry": True}), (200, {})]
    said(room_of(world.otto), world.otto)
    assert sent(webhook) == 1
    assert sent(webhook) == 0, "it waits"
    (delivery,) = admin.get(f"/api/v1/webhooks/{webhook['id']}/deliveries/").json()["results"]
    assert (delivery["state"], delivery["attempts"]) == ("pending", 1)
    WebhookDelivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert dispatch_webhooks() == 1
    assert sent(webhook) == 1
    path = f"/api/v1/webhooks/{webhook['id']}/deliveries/{delivery['id']}/"
    told = admin.get(path).json()
    assert told["state"] == "delivered"
    assert [line["response_status"] for line in told["log"]] == [500, 200]
    assert "sorry" in told["log"][0]["response_excerpt"]
    assert admin.post(f"{path}replay/").status_code == 200
    assert sent(webhook) == 1
    assert len({came["id"] for came in hooks.came}) == 1
    assert len(hooks.came) == 3


def test_after_a_day_it_gives_up_and_says_so(
    world: Cast,
    client_of: ClientOf,
    hooks: Hooks,
    django_capture_on_commit_callbacks: Any,
) -> None:
    webhook = webhook_of(client_of(world.ada), hooks)
    hooks.answers = [(503, {})]
    said(room_of(world.otto), world.otto)
    WebhookDelivery.objects.update(attempts=len(BACK_OFF))
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(hours=25))
    with django_capture_on_commit_callbacks(execute=True):
        sent(webhook)
    assert WebhookDelivery.objects.get().state == "failed"
    shown = client_of(world.ada).get(f"/api/v1/webhooks/{webhook['id']}/").json()
    assert not shown["is_enabled"]
    assert shown["disabled_because"]
    assert "was disabled" in mail.outbox[-1].subject


def test_a_sender_that_died_is_followed_by_another(
    world: Cast, client_of: ClientOf, hooks: Hooks
) -> None:
    webhook = webhook_of(client_of(world.ada), hooks)
    said(room_of(world.otto), world.otto)
    WebhookEndpoint.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert sent(webhook) == 0
    assert dispatch_webhooks() == 0
    WebhookEndpoint.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert dispatch_webhooks() == 1
    assert sent(webhook) == 1


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "2130706433"]
)
def test_private_addresses_are_not_called_whatever_they_are_named(
    world: Cast, client_of: ClientOf, hooks: Hooks, settings: Settings, host: str
) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = []
    webhook = webhook_of(client_of(world.ada), hooks, url=f"http://{host}:{hooks.port}/")
    said(room_of(world.otto), world.otto)
    sent(webhook)
    assert hooks.came == []
    assert WebhookDelivery.objects.get().state == "failed"
    assert "not a public address" in WebhookAttempt.objects.get().error


def test_redirects_are_not_followed(world: Cast, client_of: ClientOf, hooks: Hooks) -> None:
    webhook = webhook_of(client_of(world.ada), hooks)
    hooks.answers, hooks.location = [(307, {})], hooks.url
    said(room_of(world.otto), world.otto)
    sent(webhook)
    assert len(hooks.came) == 1
    assert WebhookDelivery.objects.get().state == "pending"


def test_addresses_that_lead_inside_are_known() -> None:
    for address in (
        "10.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "fe80::1%eth0",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
    ):
        assert not may_call(address)
    assert may_call("1.1.1.1")
    assert may_call("10.1.2.3", ["10.1.0.0/16"])
    for url in (
        "ftp://x.test/",
        "http://a:b@x.test/",
        "http://",
        "https://x.test:0/",
        "http://x\r\n.test/",
    ):
        with pytest.raises(Invalid):
            checked_url(url)


def test_only_who_may_has_webhooks(world: Cast, client_of: ClientOf, hooks: Hooks) -> None:
    for user in (world.mira, world.ana):
        assert client_of(user).get("/api/v1/webhooks/").status_code == 403
    body = {"name": "x", "url": "http://x.test/", "event_types": ["nonsense"]}
    assert client_of(world.ada).post("/api/v1/webhooks/", body).status_code == 400


def robot_at(hooks: Hooks, **columns: Any) -> Any:
    return robot_of("webhook", settings={"url": hooks.url, "timeout_seconds": 2}, **columns)


def test_a_robot_of_ones_own_answers_over_http(world: Cast, hooks: Hooks) -> None:
    robot = robot_at(hooks)
    room = room_with(robot, room_of(world.otto, world.gil))
    said(room, world.otto, "before")
    hooks.answers = [(200, {"text": "Aye!", "confidence": 0.9})]
    answer = answered(room, world.otto, "@robo ready?")
    assert answer.content == "Aye!"
    (asked,) = hooks.came
    assert asked["message"]["content"] == "@robo ready?"
    assert asked["history"] == [{"content": "before", "by_robot": False}]
    assert hooks.is_signed(secret_of(robot.secret_salt))


def test_a_robot_may_ask_for_a_person(world: Cast, hooks: Hooks) -> None:
    robot_at(hooks)
    hooks.answers = [(200, {"ask_for_person": True})]
    room = support_room_of(world.mira)
    answer = answered(room, world.mira, "It burns!")
    assert answer.content_metadata["asked_for_person"]
    assert Escalation.objects.get().customer == world.mira


@pytest.mark.parametrize(
    "answer", [(200, {"text": 5}), (200, {}), (200, b"<html>"), (404, {}), (200, b"x" * 70_000)]
)
def test_a_bad_answer_fails_and_is_asked_for_again_by_hand(
    world: Cast, client_of: ClientOf, hooks: Hooks, answer: tuple[int, Any]
) -> None:
    room = room_with(robot_at(hooks), room_of(world.otto))
    hooks.answers = [answer]
    turn = turn_of(room, world.otto, "@robo ready?")
    for _ in range(4):
        RobotInteraction.objects.update(due_at=None)
        answer_room(room.pk)
    turn.refresh_from_db()
    assert turn.status == "failed"
    assert turn.answer
    assert turn.answer.delivery_status == "failed"
    hooks.answers = [(200, {"text": "Now."})]
    path = f"/api/v1/robot-interactions/{turn.pk}/"
    assert client_of(world.otto).post(f"{path}replay/").status_code == 403
    assert client_of(world.ada).post(f"{path}replay/").status_code == 200
    answer_room(room.pk)
    told = client_of(world.ada).get(path).json()
    assert told["status"] == "completed"
    assert len(told["log"]) == len(hooks.came)
    assert client_of(world.otto).get(path).json()["log"] == []
    assert client_of(world.ada).post(f"{path}replay/").status_code == 409


def test_the_robot_of_the_documentation_answers(world: Cast, hooks: Hooks) -> None:
    robot = robot_at(hooks)
    room = room_with(robot, room_of(world.otto))
    program = BLOCK.findall((ROOT / "docs/robots.md").read_text())[0]
    known: dict[str, Any] = {}
    exec(program.replace("whsec_your-secret", secret_of(robot.secret_salt)), known)  # noqa: S102
    with ThreadingHTTPServer(("127.0.0.1", 0), known["Robot"]) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        change_robot(robot, by=world.ada, changes={"settings": {"url": url}})
        assert answered(room, world.otto, "@robo ready?").content == "You said: @robo ready?"
        renew_robot_secret(robot, by=world.ada)  # what the program does not know
        refused = turn_of(room, world.otto, "@robo still?")
        answer_room(room.pk)
        server.shutdown()
    refused.refresh_from_db()
    assert (refused.status, refused.response_data) == ("failed", {"code": "bad_status"})
    assert refused.log.get().response_status == 401


def test_the_secret_of_a_robot_is_shown_once(world: Cast, client_of: ClientOf) -> None:
    admin = client_of(world.ada)
    body = {
        "robot_id": "mine",
        "name": "Mine",
        "kind": "webhook",
        "settings": {"url": "https://robot.test/"},
    }
    made = admin.post("/api/v1/robots/", body).json()
    assert made["secret"].startswith("whsec_")
    assert "secret" not in admin.get("/api/v1/robots/mine/").json()
    renewed = admin.post("/api/v1/robots/mine/secret/").json()["secret"]
    assert renewed != made["secret"]
    body |= {"robot_id": "other", "settings": {"url": "file:///etc/passwd"}}
    assert admin.post("/api/v1/robots/", body).status_code == 400
