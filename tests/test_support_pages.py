"""The customer's side of support: pages that work by plain forms, and the API below them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from chatcore.models import User
from rooms.models import ChatRoom, Escalation, RoomConclusion
from rooms.services.escalation_states import accept_escalation, resolve_escalation
from rooms.services.escalations import escalate
from tests.client import ContractClient
from tests.rooms import access_to, said
from tests.support import support_room_of
from tests.world import Cast

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], ContractClient]
SUPPORT = "/support/"
API = "/api/v1/"


def begun(client: Client, **fields: str) -> ChatRoom:
    """A conversation begun by the form of the page."""
    answer = client.post(SUPPORT, {"content": "My lamp is dark", **fields})
    assert answer.status_code == 302, answer.content
    return ChatRoom.objects.latest("pk")


def page(client: Client, room: ChatRoom) -> str:
    answer = client.get(f"{SUPPORT}{room.pk}/", follow=True)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_stranger_becomes_a_guest_with_the_first_words_and_comes_back(world: Cast) -> None:
    client = Client()
    assert "How can we help?" in client.get(SUPPORT).content.decode()
    assert not User.objects.filter(display_name="Lena").exists(), "looking makes no account"
    room = begun(client, name="Lena", subject="Lamp")
    assert (room.name, room.room_type, room.creator.account_type) == ("Lamp", "support", "guest")
    assert client.get(SUPPORT).headers["Location"] == f"{SUPPORT}{room.pk}/"
    assert "My lamp is dark" in page(client, room)
    assert Client().get(f"{SUPPORT}{room.pk}/").status_code == 302, "a stranger signs in"


def test_where_guests_are_not_allowed_one_signs_in(world: Cast, settings: Settings) -> None:
    settings.GUESTS_ALLOWED = False
    assert Client().post(SUPPORT, {"content": "Hello"}).status_code == 403


def test_without_script_one_asks_for_a_person_is_helped_and_rates(world: Cast) -> None:
    client = Client()
    room = begun(client)
    client.post(f"{SUPPORT}{room.pk}/say/", {"content": "Are you there?"})
    assert "Talk to a person" in page(client, room)
    client.post(f"{SUPPORT}{room.pk}/person/")
    assert "You are number 1 in the queue" in page(client, room)
    escalation = Escalation.objects.get(source_room=room)
    accept_escalation(escalation.pk, by=world.ana)
    assert "ana is here to help you" in page(client, room)
    resolve_escalation(escalation.pk, by=world.ana, notes="a new bulb")
    assert "marked as solved" in page(client, room)
    client.post(f"{SUPPORT}{room.pk}/rate/", {"rating": "9"})
    assert not RoomConclusion.objects.exists()
    client.post(f"{SUPPORT}{room.pk}/rate/", {"rating": "4", "comment": "Quick"})
    found = RoomConclusion.objects.get(room=room)
    assert (found.rating, found.comment, found.outcome) == (4, "Quick", "resolved")
    assert "You gave 4 of 5" in page(client, room)
    client.post(f"{SUPPORT}{room.pk}/reopen/")
    room.refresh_from_db()
    assert room.status == "active"


def test_after_a_handover_the_customer_follows_to_the_next_room(
    world: Cast, client_of: ClientOf
) -> None:
    gil = client_of(world.gil)
    opened = gil.post(f"{API}support/room/", {"content": "Help", "subject": "Lamp"})
    assert opened.status_code == 201, opened.content
    room = opened.json()["room"]
    asked = gil.post(f"{API}rooms/{room}/escalate/", {"to_level": "T1", "reason": "x"}).json()
    accept_escalation(asked["id"], by=world.ana)
    escalate(asked["id"], by=world.ana, to_level="T2", handover_note="SECRET: check the fuse")
    state = gil.get(f"{API}rooms/{room}/support/").json()
    assert state["room"] != room
    assert state["stage"] == "waiting"
    assert gil.get(f"{API}support/room/").json()["room"] == state["room"]
    client = Client()
    client.force_login(world.gil)
    assert client.get(f"{SUPPORT}{room}/").headers["Location"] == f"{SUPPORT}{state['room']}/"
    there = client.get(f"{SUPPORT}{state['room']}/").content.decode()
    assert "The earlier part of this conversation" in there
    assert "SECRET" not in there


def test_one_conversation_runs_at_a_time_and_nothing_runs_for_who_asked_nothing(
    world: Cast, client_of: ClientOf
) -> None:
    mira = client_of(world.mira)
    assert mira.get(f"{API}support/room/").status_code == 204
    first = mira.post(f"{API}support/room/", {"content": "one"}).json()
    second = mira.post(f"{API}support/room/", {"content": "two"}).json()
    assert first["room"] == second["room"]
    mira.post(f"{API}rooms/{first['room']}/rating/", {"rating": 5})
    third = mira.post(f"{API}support/room/", {"content": "three"}).json()
    assert third["room"] != first["room"], "what was rated has ended"
    outsider = client_of(world.otto)
    assert outsider.get(f"{API}rooms/{third['room']}/support/").status_code == 404
    assert outsider.post(f"{API}rooms/{third['room']}/rating/", {"rating": 1}).status_code == 404


def test_files_are_sent_by_the_form_and_shown_with_their_state(world: Cast) -> None:
    client = Client()
    client.force_login(world.mira)
    room = support_room_of(world.mira)
    file: Any = SimpleUploadedFile("lamp.txt", b"<b>the bulb</b>")
    client.post(f"{SUPPORT}{room.pk}/say/", {"content": "", "file": file})
    said(room, world.mira, "see above")
    for address in (f"{SUPPORT}{room.pk}/", f"/rooms/{room.pk}/"):
        shown = client.get(address).content.decode()
        assert "lamp.txt" in shown
        assert "being checked" in shown
        assert "<b>the bulb" not in shown
    assert access_to(room, world.mira).room.last_seq == 2
