"""Supervision is on record: who looked in, came in or took a matter out of somebody's hands, and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chatcore.models import User
from chatcore.services.permissions import grant
from rooms.models import Escalation, RoomSupervision
from rooms.services.escalation_states import accept_escalation
from tests.client import ContractClient
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
