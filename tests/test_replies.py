"""Canned responses and macros: kept, shared, filled in, run all or none."""

from __future__ import annotations

from collections.abc import Callable

from chatcore.models import User
from rooms.models import Audience, RoomMessage
from tests.client import ContractClient
from tests.support import again, escalation_of
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
CANNED, MACROS = "/api/v1/canned-responses/", "/api/v1/macros/"


def test_a_text_is_kept_and_filled_in(world: Cast, client_of: ClientOf) -> None:
    ana, bela, sven = client_of(world.ana), client_of(world.bela), client_of(world.sven)
    mine = {"short_code": "/Hello", "text": "Hello {{customer_name}}, {{agent_name}} here."}

    made = ana.post(CANNED, mine).json()

    assert (made["short_code"], made["is_personal"]) == ("hello", True)
    assert ana.post(CANNED, mine).json()["code"] == "name_taken"
    assert bela.get(CANNED).json()["results"] == [], "it is Ana's own"
    assert ana.post(CANNED, {**mine, "is_personal": False}).status_code == 403
    shared = {**mine, "is_personal": False, "level": "T2"}
    assert sven.post(CANNED, shared).status_code == 201
    assert len(bela.get(f"{CANNED}?q=/hel").json()["results"]) == 1
    assert len(ana.get(CANNED).json()["results"]) == 1, "that one is for T2"
    wrong = ana.post(CANNED, {"short_code": "x", "text": "{{nonsense}}"})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["text"])
    escalation = escalation_of(world.mira)
    filled = ana.post(f"{CANNED}{made['id']}/fill/", {"escalation": str(escalation.pk)})
    assert filled.json() == {"text": "Hello Mira, ana here."}
    assert client_of(world.mira).get(CANNED).status_code == 403


def test_a_macro_does_all_or_nothing(world: Cast, client_of: ClientOf) -> None:
    ana = client_of(world.ana)
    actions = [
        {"action": "accept"},
        {"action": "note", "text": "{{customer_name}} writes for the second time"},
        {"action": "reply", "text": "Dear {{customer_name}}"},
        {"action": "add_tags", "tags": ["Billing"]},
        {"action": "resolve", "resolution_notes": "As always."},
    ]
    macro = ana.post(MACROS, {"name": "The usual", "actions": actions}).json()
    first, second = escalation_of(world.mira), escalation_of(world.otto)

    done = ana.post(f"/api/v1/escalations/{first.pk}/macros/{macro['id']}/").json()

    assert (done["status"], done["tags"]) == ("resolved", ["billing"])
    assert RoomMessage.objects.get(content="Dear Mira").audience == Audience.EVERYONE
    note = RoomMessage.objects.get(content="Mira writes for the second time")
    assert note.audience == Audience.STAFF
    ana.patch(f"{MACROS}{macro['id']}/", {"actions": [actions[0], {"action": "start"}] * 2})
    refused = ana.post(f"/api/v1/escalations/{first.pk}/macros/{macro['id']}/")
    assert refused.json()["code"] == "wrong_state"
    bad = [
        {"action": "accept"},
        {"action": "release"},
        {"action": "resolve", "resolution_notes": "x"},
    ]
    ana.patch(f"{MACROS}{macro['id']}/", {"actions": bad})
    assert ana.post(f"/api/v1/escalations/{second.pk}/macros/{macro['id']}/").status_code == 409
    assert again(second).status == "created", "nothing of it was done"
    for wrong in ([], [{"action": "explode"}], [{"action": "accept", "x": 1}]):
        assert ana.post(MACROS, {"name": "No", "actions": wrong}).status_code == 400
