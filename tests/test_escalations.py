"""An escalation from the first call to the conclusion, at the doors where people ask for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chatcore.models import User
from chatcore.services.permissions import grant
from rooms.models import Escalation, RoomMessage, RoomParticipant, SupportProfile
from rooms.services.assignment import drain_queue
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.rooms import room_of, said
from tests.support import again, agent_of, escalation_of, on_duty, support_room_of
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
ROOMS, ESCALATIONS = "/api/v1/rooms/", "/api/v1/escalations/"


def path(escalation: Escalation | dict[str, Any], step: str = "") -> str:
    key = escalation.pk if isinstance(escalation, Escalation) else escalation["id"]
    return f"{ESCALATIONS}{key}/{step}"


def system_messages(room: Any) -> list[str]:
    found = RoomMessage.objects.filter(room_id=room, message_type="system").order_by("seq")
    return list(found.values_list("content", flat=True))


def role_in(room: Any, user: User) -> str | None:
    places = RoomParticipant.objects.filter(room_id=room, user=user, status="active")
    return places.values_list("role", flat=True).first()


def test_a_customer_asks_and_waits_with_a_place_in_the_queue(
    world: Cast, client_of: ClientOf
) -> None:
    first = escalation_of(world.otto)
    room = support_room_of(world.mira)
    mira = client_of(world.mira)

    made = mira.post(f"{ROOMS}{room.pk}/escalate/", {"to_level": "T1", "reason": "I am stuck"})

    assert made.status_code == 201
    body = made.json()
    assert (body["status"], body["position"]) == ("created", 2)
    assert "handover_note" not in body, "a customer sees the reduced object"
    assert body["target_room"] == str(room.pk), "the level stays, and so does the room"
    assert system_messages(room.pk) == ["Mira has asked for a person (T1)."]
    listed = mira.get(ESCALATIONS).json()["results"]
    assert [each["id"] for each in listed] == [body["id"]], "not Otto's"
    assert mira.get(path(first)).status_code == 404


def test_a_customer_does_not_jump_the_queue(world: Cast, client_of: ClientOf) -> None:
    wish = {"to_level": "T3", "reason": "At once!", "priority": 1}
    first = client_of(world.mira).post(f"{ROOMS}{support_room_of(world.mira).pk}/escalate/", wish)
    assert (first.status_code, first.json()["to_level"]) == (201, "T1")
    assert Escalation.objects.get().priority == 3
    grant("chat:escalation:escalate", world.otto)
    second = client_of(world.otto).post(f"{ROOMS}{support_room_of(world.otto).pk}/escalate/", wish)
    assert second.json()["to_level"] == "T3"
    assert Escalation.objects.get(customer=world.otto).priority == 1


def test_it_goes_up_through_the_levels_and_keeps_the_chain(
    world: Cast, client_of: ClientOf
) -> None:
    on_duty(world.ana)
    on_duty(world.bela)
    escalation = escalation_of(world.mira)
    ana, bela, sven = client_of(world.ana), client_of(world.bela), client_of(world.sven)

    assert drain_queue() == 1
    assert again(escalation).assigned_to_user == world.ana
    assert role_in(escalation.target_room_id, world.ana) == "moderator"
    assert ana.post(path(escalation, "accept/")).json()["accepted_at"]
    assert ana.post(path(escalation, "start/")).json()["status"] == "in_progress"
    refused = ana.post(path(escalation, "escalate/"), {"handover_note": " "})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["handover_note"])

    note = {"handover_note": "Tried the usual.", "to_level": "T2"}
    second = ana.post(path(escalation, "escalate/"), note).json()
    assert (second["from_level"], second["to_level"], second["status"]) == ("T1", "T2", "created")
    assert second["previous"] == str(escalation.pk)
    assert second["target_room"] != second["source_room"], "the next level gets a room of its own"
    assert again(escalation).resolution == "escalated"
    assert SupportProfile.objects.get(pk=world.ana).load == 0

    assert drain_queue() == 1
    detail = bela.get(path(second)).json()
    assert [link["to_level"] for link in detail["chain"]] == ["T1", "T2"]
    assert role_in(second["source_room"], world.bela) == "observer", "the history is theirs, too"
    assert bela.get(f"{ROOMS}{second['source_room']}/messages/").json()["results"]

    solved = bela.post(path(second, "resolve/"), {"resolution_notes": "Cleared the cache."})
    assert solved.status_code == 200, "whoever has it may solve it"
    assert (solved.json()["status"], solved.json()["resolution"]) == ("resolved", "solved")
    story = [line["kind"] for line in sven.get(path(second)).json()["story"]]
    assert story == ["created", "assigned", "resolved"]


def test_it_is_never_handed_down(world: Cast, client_of: ClientOf) -> None:
    escalation = escalation_of(world.mira, "T2")
    bela = client_of(world.bela)
    assert bela.post(path(escalation, "accept/")).status_code == 200

    for level in ("T1", "T2"):
        body = {"to_level": level, "handover_note": "Not mine."}
        refused = bela.post(path(escalation, "escalate/"), body)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["to_level"])


def test_who_declines_is_not_offered_it_again_at_once(world: Cast, client_of: ClientOf) -> None:
    on_duty(world.ana)
    escalation = escalation_of(world.mira)
    drain_queue()
    ana = client_of(world.ana)

    declined = ana.post(path(escalation, "decline/"), {"reason": "I know her."}).json()

    assert (declined["status"], declined["assigned_to_user"]) == ("created", None)
    assert role_in(escalation.target_room_id, world.ana) is None
    assert drain_queue() == 0
    other = agent_of("T1", "aron")
    on_duty(other)
    assert drain_queue() == 1
    assert again(escalation).assigned_to_user == other


def test_only_legal_steps(world: Cast, client_of: ClientOf) -> None:
    escalation = escalation_of(world.mira)
    ana, mira = client_of(world.ana), client_of(world.mira)

    for step in ("decline", "start", "resolve", "reopen", "transfer"):
        refused = ana.post(path(escalation, f"{step}/"))
        assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state"), step
    assert mira.post(path(escalation, "accept/")).status_code == 403
    assert mira.post(path(escalation, "cancel/")).json()["status"] == "cancelled"
    assert ana.post(path(escalation, "accept/")).status_code == 409


def test_a_room_has_one_open_escalation(world: Cast, client_of: ClientOf) -> None:
    escalation = escalation_of(world.mira)
    body = {"to_level": "T1", "reason": "Still stuck"}
    mira = client_of(world.mira)

    again_ = mira.post(f"{ROOMS}{escalation.source_room_id}/escalate/", body)

    assert (again_.status_code, again_.json()["code"]) == (409, "already_escalated")


def test_a_group_asks_and_the_help_gets_a_room_of_its_own(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira, world.otto, name="Kitchen")
    said(room, world.otto, "the oven is cold")

    body = {"to_level": "T1", "reason": "The oven", "priority": 2}
    made = client_of(world.mira).post(f"{ROOMS}{room.pk}/escalate/", body).json()

    assert made["target_room"] not in (None, str(room.pk))
    target = client_of(world.mira).get(f"{ROOMS}{made['target_room']}/").json()
    assert (target["room_type"], target["parent_room"]) == ("escalated", str(room.pk))
    assert role_in(made["target_room"], world.otto) is None


def test_an_agent_pulls_the_most_urgent_then_the_oldest(world: Cast, client_of: ClientOf) -> None:
    old, new = escalation_of(world.mira), escalation_of(world.otto)
    urgent = escalation_of(world.otto, priority=1)
    ana = client_of(world.ana)

    pulled = [ana.post(f"{ESCALATIONS}next/") for _ in range(4)]

    assert [each.status_code for each in pulled] == [200, 200, 200, 204]
    assert [each.json()["id"] for each in pulled[:3]] == [str(e.pk) for e in (urgent, old, new)]


def test_transfer_goes_to_a_colleague_or_back_into_the_queue(
    world: Cast, client_of: ClientOf
) -> None:
    escalation = escalation_of(world.mira)
    other = agent_of("T1", "aron")
    ana, aron = client_of(world.ana), client_of(other)
    ana.post(path(escalation, "accept/"))

    moved = ana.post(path(escalation, "transfer/"), {"user": str(other.pk), "note": "Yours."})
    assert moved.json()["assigned_to_user"]["username"] == "aron"
    assert ana.post(path(escalation, "transfer/")).json()["code"] == "not_yours"
    assert role_in(escalation.target_room_id, world.ana) is None
    back = aron.post(path(escalation, "transfer/")).json()
    assert (back["status"], back["assigned_to_user"]) == ("created", None)
    loads = SupportProfile.objects.values_list("user__username", "load")
    assert dict(loads) == {"ana": 0, "aron": 0}


def test_a_conversation_is_concluded_and_its_customer_rates_it(
    world: Cast, client_of: ClientOf
) -> None:
    escalation = escalation_of(world.mira)
    ana, mira = client_of(world.ana), client_of(world.mira)
    ana.post(path(escalation, "accept/"))
    conclude = f"{ROOMS}{escalation.target_room_id}/conclude/"

    assert mira.post(conclude, {"rating": 5}).status_code == 400, "it has not ended"
    ended = ana.post(conclude, {"outcome": "resolved", "summary": "Cache."}).json()
    assert (ended["outcome"], ended["rating"]) == ("resolved", None)
    assert ana.post(conclude, {"rating": 5}).json()["code"] == "own_work"
    rated = mira.post(conclude, {"rating": 4, "comment": "Quick!"}).json()

    assert (rated["rating"], rated["comment"], rated["summary"]) == (4, "Quick!", "Cache.")
    assert again(escalation).status == "resolved"
    said_now = mira.post(f"{ROOMS}{escalation.target_room_id}/messages/", {"content": "thanks"})
    assert said_now.json()["code"] == "room_closed"
    opened = mira.post(path(escalation, "reopen/")).json()
    assert opened["status"] in {"created", "assigned"}
    assert (
        mira.post(
            f"{ROOMS}{escalation.target_room_id}/messages/", {"content": "not quite"}
        ).status_code
        == 201
    )


def test_levels_see_their_own_and_those_below(world: Cast, client_of: ClientOf) -> None:
    low, high = escalation_of(world.mira), escalation_of(world.otto, "T2")

    seen = {
        name: {each["id"] for each in client_of(user).get(ESCALATIONS).json()["results"]}
        for name, user in {"ana": world.ana, "bela": world.bela, "sven": world.sven}.items()
    }

    assert seen["ana"] == {str(low.pk)}
    assert seen["bela"] == seen["sven"] == {str(low.pk), str(high.pk)}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=open", 2),
        ("state=created", 1),
        ("mine=true", 1),
        ("unassigned=true", 1),
        ("level=T2", 0),
        ("priority=1", 1),
        ("tag=billing", 1),
        ("breached=true", 0),
        ("watched=true", 1),
        ("snoozed=true", 0),
    ],
)
def test_the_list_is_narrowed(world: Cast, client_of: ClientOf, query: str, found: int) -> None:
    mine = escalation_of(world.mira, priority=1, tags=["Billing"])
    escalation_of(world.otto)
    ana = client_of(world.ana)
    ana.post(path(mine, "accept/"))
    ana.post(path(mine, "watch/"))

    assert len(ana.get(f"{ESCALATIONS}?{query}").json()["results"]) == found
    counts = ana.get(f"{ESCALATIONS}counts/").json()
    assert (counts["mine"], counts["unassigned"], counts["watched"]) == (1, 1, 1)
    assert counts["levels"] == {"T1": 2, "T2": 0, "T3": 0, "manager": 0}


@pytest.mark.parametrize("rows", [2, 20])
def test_a_list_costs_the_same_however_long(rows: int, world: Cast, client_of: ClientOf) -> None:
    for _ in range(rows):
        escalation_of(world.mira)
    ana, mira = client_of(world.ana), client_of(world.mira)
    # who it is, what they may; the page, its clocks, its watchers
    with assert_queries(5):
        assert len(ana.get(ESCALATIONS).json()["results"]) == rows
    # the same; their places in the queue, the pace of its levels
    with assert_queries(7):
        assert len(mira.get(ESCALATIONS).json()["results"]) == rows
