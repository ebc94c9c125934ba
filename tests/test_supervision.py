"""Supervision is on record: who looked in, came in or took a matter out of somebody's hands, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

import rooms.urls
from chatcore.models import User
from chatcore.services.permissions import grant
from chatcore.services.search_feed import read_recent
from rooms.models import ChatRoom, Escalation, RoomSupervision
from rooms.services.escalation_states import accept_escalation
from rooms.services.messages import draft_of, edit_message, say
from rooms.services.supervision import end_observation, observe
from tests.client import ContractClient
from tests.rooms import said
from tests.support import again, agent_of, escalation_of
from tests.world import Cast

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], ContractClient]


def in_hand(world: Cast) -> Escalation:
    """Mira's, which Ana has."""
    return accept_escalation(escalation_of(world.mira).pk, by=world.ana)


def step(client: ContractClient, row: Escalation, name: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/escalations/{row.pk}/{name}/", body)


def reasons() -> list[tuple[str, str, str]]:
    acts = RoomSupervision.objects.order_by("pk")
    return list(acts.values_list("supervisor__username", "action", "reason"))


@pytest.mark.parametrize("name", ["assign", "transfer"])
def test_to_take_a_matter_from_somebody_is_on_record_with_its_reason(
    world: Cast, client_of: ClientOf, name: str
) -> None:
    row, other = in_hand(world), agent_of("T1", "aron")
    sven, body = client_of(world.sven), {"user": str(other.pk), "note": "Ana is ill."}

    moved = step(sven, row, name, body).json()

    assert moved["assigned_to_user"]["username"] == "aron"
    assert reasons() == [("sven", "reassign", "Ana is ill.")]
    assert RoomSupervision.objects.get().room_id == row.target_room_id
    assert step(sven, row, "transfer", {}).json()["status"] == "created"
    assert reasons()[1:] == [("sven", "reassign", "No reason given.")]


@pytest.mark.parametrize("body", [{"user": "aron"}, {}])
def test_whoever_gives_out_work_takes_it_from_nobody_without_the_right(
    world: Cast, client_of: ClientOf, body: dict[str, str]
) -> None:
    """A dispatcher may assign what waits; what somebody has in hand asks `supervisor:chat:reassign`."""
    row, other = in_hand(world), agent_of("T1", "aron")
    dispatcher = agent_of("T1", "disa")
    body = {"user": str(other.pk)} if body else {}
    plain = step(client_of(dispatcher), row, "transfer", body)
    assert (plain.status_code, plain.json()["code"]) == (403, "not_yours")
    grant("chat:escalation:assign", dispatcher)
    disa = client_of(dispatcher)
    waiting = escalation_of(world.otto)
    assert step(disa, waiting, "assign", {"user": str(other.pk)}).status_code == 200

    for name in ("transfer", "assign") if body else ("transfer",):
        refused = step(disa, row, name, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")

    assert again(row).assigned_to_user == world.ana
    assert reasons() == []


def test_to_pass_on_what_one_has_is_no_supervision(world: Cast, client_of: ClientOf) -> None:
    row, other = in_hand(world), agent_of("T1", "aron")
    moved = step(client_of(world.ana), row, "transfer", {"user": str(other.pk)})
    assert moved.json()["assigned_to_user"]["username"] == "aron"
    assert reasons() == []


# -- every door through which a room is read --

WORDS = "the parrot is in the pantry"


@dataclass(frozen=True)
class Read:
    """A support room of Mira's with an edited message, an answer in its thread and a file; nobody in it
    is Sven."""

    room: ChatRoom
    message: UUID
    escalation: UUID

    def pages(self) -> dict[str, str]:
        """By name, each page whose address names a room, and the console's of the room's escalation."""
        ids = {"room_id": self.room.pk, "message_id": self.message}
        found = {
            str(each.name): reverse(each.name, kwargs={k: v for k, v in ids.items() if k in route})
            for each in rooms.urls.urlpatterns
            if "room_id" in (route := str(each.pattern)) and isinstance(each, URLPattern)
        }
        return found | {"console_escalation": reverse("console_escalation", args=[self.escalation])}


@pytest.fixture
def read(world: Cast) -> Read:
    row = escalation_of(world.mira)
    room = row.source_room
    first = said(room, world.mira, WORDS).id
    edit_message(user=world.mira, room=room.pk, message=first, content=f"{WORDS}!")
    say(draft_of(room=room.pk, sender=world.mira.pk, content=f"{WORDS}?", thread=first))
    return Read(room, first, row.pk)


def showing(read: Read, user: User) -> set[str]:
    """The pages on which somebody reads what was said."""
    browser = Client()
    browser.force_login(user)
    answers = {name: browser.get(address) for name, address in read.pages().items()}
    return {name for name, answer in answers.items() if WORDS in answer.content.decode()}


def test_no_page_shows_a_room_to_a_supervisor_who_has_not_said_why(world: Cast, read: Read) -> None:
    hers = showing(read, world.mira)
    assert hers == {
        *("room", "room_thread", "room_message", "room_message_versions"),
        *("support_room", "support_message"),
    }
    assert showing(read, world.sven) == set()

    observe(room=read.room, by=world.sven, reason="a complaint")
    assert showing(read, world.sven) == hers | {"console_escalation"}

    end_observation(room=read.room, by=world.sven)
    assert showing(read, world.sven) == set()
    assert showing(read, world.ada) == set(), "nor to the admin"


def test_who_looks_on_reads_and_finds_it_nowhere_among_their_own(
    world: Cast, client_of: ClientOf, read: Read
) -> None:
    observe(room=read.room, by=world.sven, reason="a complaint")
    sven = client_of(world.sven)
    assert sven.get("/api/v1/observations/").json()["results"][0]["room"] == str(read.room.pk)
    assert sven.get("/api/v1/rooms/").json()["results"] == []
    read_recent()
    for user, hits in ((world.mira, 2), (world.sven, 0)):
        found = client_of(user).get("/api/v1/search/?q=parrot&in=rooms").json()["results"]
        assert len(found) == hits, user.username
