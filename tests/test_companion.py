"""The companion: one conversation per person that nothing ends, and a snapshot on every message."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from chatcore.models import User
from dialogues.models import DialogueMessage, DialogueSession
from dialogues.services.answering import answer_next
from dialogues.services.companion import companion_of
from dialogues.services.memory import change_context
from dialogues.services.sanitising import clean_json, fitting
from dialogues.services.turns import ask
from tests.client import API, ContractClient
from tests.conftest import assert_queries
from tests.dialogues import asked_and_answered, dialogue_of
from tests.test_life_events import happened
from tests.world import Cast, cast

ClientOf = Callable[[User], ContractClient]
COMPANION = f"{API}/companion/"


def snapshots(session: DialogueSession) -> list[dict[str, Any] | None]:
    found = DialogueMessage.objects.filter(session=session).exclude(role="tool").order_by("seq")
    return list(found.values_list("context_snapshot", flat=True))


def test_it_is_made_on_first_use_and_stays_the_same(world: Cast, client_of: ClientOf) -> None:
    mira = client_of(world.mira)
    first = mira.get(COMPANION).json()
    assert (first["type"], first["title"], first["status"]) == ("companion", "Companion", "active")
    assert mira.get(COMPANION).json()["id"] == first["id"]
    assert client_of(world.otto).get(COMPANION).json()["id"] != first["id"]
    assert mira.get(f"{API}/dialogues/{first['id']}/").json() == first


def test_two_first_uses_at_once_make_one(committed: None) -> None:
    mira, found = cast().mira, []
    start = threading.Barrier(4)

    def meet() -> None:
        start.wait()
        found.append(companion_of(mira).pk)
        connection.close()

    threads = [threading.Thread(target=meet) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_it_is_neither_ended_nor_archived_nor_deleted(world: Cast, client_of: ClientOf) -> None:
    mira = client_of(world.mira)
    path = f"{API}/dialogues/{mira.get(COMPANION).json()['id']}/"
    refused = [
        mira.delete(path),
        mira.post(f"{path}end/"),
        mira.patch(path, {"status": "archived"}),
    ]
    assert [(r.status_code, r.json()["code"]) for r in refused] == [(409, "companion_stays")] * 3
    with pytest.raises(IntegrityError), transaction.atomic():
        DialogueSession.objects.filter(type="companion").update(status="ended")


def test_its_personality_is_set_in_parts_and_taken_back(world: Cast, client_of: ClientOf) -> None:
    mira = client_of(world.mira)

    def put(**settings: Any) -> Any:
        answer = mira.patch(COMPANION, {"personality_settings": settings})
        assert answer.status_code == 200, answer.json()
        return answer.json()["personality_settings"]

    assert put(name="  Juno ", tone="direct") == {"name": "Juno", "tone": "direct"}
    assert put(language="pt-BR", tone=None) == {"name": "Juno", "language": "pt-BR"}
    assert mira.get(COMPANION).json()["personality_settings"] == put()


@pytest.mark.parametrize(
    "wrong",
    [
        {"tone": "rude"},
        {"name": ""},
        {"name": "x" * 51},
        {"language": "English, please"},
        {"style": 3},
        {"mood": "good"},
    ],
)
def test_a_personality_that_is_none_is_refused(
    world: Cast, client_of: ClientOf, wrong: dict[str, Any]
) -> None:
    answer = client_of(world.mira).patch(COMPANION, {"personality_settings": wrong})
    assert answer.status_code == 400


def test_every_message_carries_a_snapshot_whichever_door_is_used(world: Cast) -> None:
    session = companion_of(world.mira)
    happened(world.mira, description="A long run", event_type="exercise", energy_level=90)
    change_context(session, facts={"likes": "tea"}, communication_style={"tone": "short"})
    asked_and_answered(session, "Hello.")
    human, ai = snapshots(session)
    assert human is not None
    assert ai is not None
    assert human["recent_events"][0]["description"] == "A long run"
    assert (human["current_energy"], human["mental_state_source"]) == (82, "events_impact")
    assert human["conversation_memory"]["facts"] == {"personal_info": {"likes": "tea"}}
    assert human["conversation_memory"]["context_available"]["communication_style"] is True
    assert set(human) == set(ai)


def test_other_dialogues_carry_none(world: Cast) -> None:
    session = dialogue_of(world.mira)
    asked_and_answered(session, "Hello.")
    assert set(map(type, snapshots(session))) == {type(None)}


def test_a_repeat_is_the_same_message_though_the_state_has_changed(world: Cast) -> None:
    session, ref = companion_of(world.mira), uuid4()
    first = ask(world.mira, session.pk, "Hello.", ref)
    happened(world.mira)
    again = ask(world.mira, session.pk, "Hello.", ref)
    assert again.appended.duplicate
    assert again.message == first.message


def test_history_may_leave_the_snapshots_unread(world: Cast, client_of: ClientOf) -> None:
    session = companion_of(world.mira)
    asked_and_answered(session, "Hello.")
    mira = client_of(world.mira)
    for path in (f"{COMPANION}messages/", f"{API}/dialogues/{session.pk}/messages/"):
        full = mira.get(path).json()["results"]
        light = mira.get(f"{path}?without=context_snapshot").json()["results"]
        assert all(message["context_snapshot"] for message in full)
        assert [{**message, "context_snapshot": None} for message in full] == light
        assert mira.get(f"{path}?without=content").status_code == 400


def test_a_snapshot_is_cleaned_and_small(world: Cast) -> None:
    session = companion_of(world.mira)
    long = {f"fact {number}": "x" * 1_000 for number in range(50)}
    change_context(session, facts=long)
    for _ in range(30):
        happened(world.mira, description="y" * 500)
    asked_and_answered(session, "Hello.")
    human, _ = snapshots(session)
    assert human is not None
    assert human["recent_events_count"] == len(human["recent_events"]) == 10
    assert 0 < len(human["conversation_memory"]["facts"]["personal_info"]) < 20


def test_what_is_no_context_is_left_out() -> None:
    assert clean_json(
        {"a\0": "b\x07\ud800c", "n": float("nan"), "big": 2**70, "ok": [1, None]}
    ) == {
        "a": "bc",
        "n": None,
        "big": None,
        "ok": [1, None],
    }
    deep: Any = "end"
    for _ in range(50):
        deep = {"in": deep}
    assert "end" not in str(clean_json(deep))
    assert fitting({"a": "x" * 10, "b": "y" * 100}, 50) == {"a": "x" * 10}


def test_statistics_cost_the_same_at_any_length(world: Cast, client_of: ClientOf) -> None:
    mira, session = client_of(world.mira), companion_of(world.mira)
    for said in ("One.", "Two."):
        asked_and_answered(session, said)
        # 1. the sign-in and its person  2. the companion: its counters are all that is asked for
        with assert_queries(2):
            found = mira.get(f"{COMPANION}statistics/").json()
    assert (found["human_messages"], found["ai_messages"]) == (2, 2)
    assert found["total_messages"] == DialogueMessage.objects.filter(session=session).count()
    assert found["last_activity"] > found["created_at"]


def test_search_is_by_rank_then_the_newest_and_highlights(world: Cast, client_of: ClientOf) -> None:
    session = companion_of(world.mira)
    for said in (
        "The garden.",
        "A garden is a garden & a <b>garden</b>.",
        "Nothing of it.",
        "The garden.",
    ):
        ask(world.mira, session.pk, said)
    mira = client_of(world.mira)
    found = mira.get(f"{COMPANION}messages/search/?q=gardens").json()["results"]
    ranks = [row["rank"] for row in found]
    assert ranks == sorted(ranks, reverse=True)
    assert [row["content"][:8] for row in found] == ["A garden", "The gard", "The gard"]
    assert found[1]["seq"] > found[2]["seq"]
    assert "<mark>garden</mark> &amp; a" in found[0]["highlighted"]
    assert "<b>" not in found[0]["highlighted"]
    assert len(mira.get(f"{COMPANION}messages/search/?q=garden&limit=1").json()["results"]) == 1
    assert mira.get(f"{COMPANION}messages/search/?q=the").json()["results"] == []
    assert mira.get(f"{COMPANION}messages/search/").status_code == 400
    otto = client_of(world.otto)
    assert otto.get(f"{COMPANION}messages/search/?q=garden").json()["results"] == []


def test_a_deleted_message_is_not_found(world: Cast, client_of: ClientOf) -> None:
    session = companion_of(world.mira)
    asked = ask(world.mira, session.pk, "My secret garden")
    mira = client_of(world.mira)
    path = f"{COMPANION}messages/search/?q=garden"
    assert len(mira.get(path).json()["results"]) == 1
    DialogueMessage.objects.filter(pk=asked.appended.id).update(deleted_at="2026-01-01T00:00Z")
    assert mira.get(path).json()["results"] == []


def test_what_it_has_learnt_is_seen_and_corrected(world: Cast, client_of: ClientOf) -> None:
    mira = client_of(world.mira)
    before = mira.get(f"{COMPANION}context/").json()
    assert before["facts"] == {}
    happened(world.mira, description="A long run", event_type="exercise")
    after = mira.patch(f"{COMPANION}context/", {"facts": {"job": "keeper"}}).json()
    assert after["facts"] == {"personal_info": {"job": "keeper"}}
    assert "A long run" in after["recent_events_summary"]
    assert after["mental_state_summary"].startswith("Energy 50 of 100")
    assert mira.patch(f"{COMPANION}context/", {"facts": [1]}).status_code == 400
    assert client_of(world.otto).get(f"{COMPANION}context/").json()["facts"] == {}


def test_the_state_over_days_is_even_steps_up_to_now(world: Cast, client_of: ClientOf) -> None:
    happened(world.mira, hours=30, energy_level=10, stress_level=90)
    happened(world.mira, hours=1, energy_level=90, stress_level=10)
    mira = client_of(world.mira)
    found = mira.get(f"{COMPANION}mental-state/?days=2").json()
    assert found["current"] == found["results"][-1]
    assert len(found["results"]) == 49
    assert found["results"][-26]["energy"] < 40
    assert found["current"]["energy"] > 60
    assert found["results"][0]["source"] == "baseline"
    assert len(mira.get(f"{COMPANION}mental-state/?days=90").json()["results"]) <= 90
    assert mira.get(f"{COMPANION}mental-state/?days=0").status_code == 400


def test_starting_over_erases_words_memory_or_events_for_good(
    world: Cast, client_of: ClientOf
) -> None:
    mira, session = client_of(world.mira), companion_of(world.mira)
    happened(world.mira, description="A secret walk")
    change_context(session, facts={"job": "keeper"})
    asked_and_answered(session, "My secret.")
    over = f"{COMPANION}start-over/"
    assert mira.post(over, {}).status_code == 400

    same = mira.post(over, {"messages": True})
    assert (same.status_code, same.json()["id"]) == (200, str(session.pk))
    page = mira.get(f"{COMPANION}messages/").json()["results"]
    assert page
    assert all(message["deleted_at"] and not message["content"] for message in page)
    assert not DialogueMessage.objects.exclude(content="").exists()
    assert not DialogueMessage.objects.filter(context_snapshot__isnull=False).exists()
    assert mira.get(f"{COMPANION}context/").json()["facts"] == {"personal_info": {"job": "keeper"}}

    mira.post(over, {"memory": True, "life_events": True})
    context = mira.get(f"{COMPANION}context/").json()
    assert (context["facts"], context["recent_events_summary"]) == ({}, "")
    assert mira.get(f"{API}/life-events/").json()["results"] == []
    asked_and_answered(DialogueSession.objects.get(pk=session.pk), "Again.")
    assert mira.get(f"{COMPANION}messages/").json()["results"][-1]["content"]


def test_a_guest_has_none(world: Cast, client_of: ClientOf) -> None:
    assert client_of(world.mira).get(COMPANION).status_code == 200
    assert client_of(world.gil).get(COMPANION).status_code == 403


def test_an_answer_goes_on_while_a_question_waits(world: Cast) -> None:
    session = companion_of(world.mira)
    ask(world.mira, session.pk, "One.")
    ask(world.mira, session.pk, "Two.")
    assert answer_next(session.pk) == 2
