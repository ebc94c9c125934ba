"""Seed 001, operation by operation, rule by rule, through the public doors. `docs/seeds.md` names the test
of each of its lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from chatcore.models import User
from chatcore.selectors.rows import fetch_rows
from dialogues.models import (
    DialogueContext,
    DialogueMessage,
    DialogueSession,
    DialogueTurn,
    LifeEvent,
)
from dialogues.services.answering import answer_next
from dialogues.services.companion import companion_of
from dialogues.services.turns import ask
from tests.client import API, ContractClient
from tests.dialogues import Api, asked_and_answered
from tests.live import Stage
from tests.test_life_events import happened
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
COMPANION = f"{API}/companion/"

# The seed's context snapshot, key by key, with the JSON type of each.
SNAPSHOT: dict[str, type | tuple[type, ...]] = {
    "username": str,
    "display_name": str,
    "timestamp": str,
    "mental_state_available": bool,
    "current_energy": (int, float),
    "current_stress": (int, float),
    "mental_state_confidence": (int, float),
    "mental_state_source": str,
    "recent_events_available": bool,
    "recent_events_count": int,
    "recent_events": list,
    "conversation_memory": dict,
}
EVENT = {
    "event_type": str,
    "description": str,
    "energy_level": int,
    "stress_level": int,
    "timestamp": str,
}


def assert_snapshot(found: dict[str, Any]) -> None:
    """Exactly the seed's form: every key, its type, its scale."""
    assert set(found) == set(SNAPSHOT)
    for name, kind in SNAPSHOT.items():
        assert isinstance(found[name], kind), name
    at = found["timestamp"]
    assert at.endswith("+00:00")
    assert datetime.fromisoformat(at).tzinfo is not None
    assert 0 <= found["current_energy"] <= 100
    assert 0 <= found["current_stress"] <= 100
    assert 0 <= found["mental_state_confidence"] <= 1
    assert found["recent_events_count"] == len(found["recent_events"])
    for event in found["recent_events"]:
        assert set(event) == set(EVENT)
        assert all(isinstance(event[name], kind) for name, kind in EVENT.items())
        assert event["timestamp"].endswith("+00:00")
    memory = found["conversation_memory"]
    assert set(memory) == {"facts", "personality_insights", "context_available"}
    assert all(isinstance(part, dict) for part in memory.values())


# -- through a running server: a message's way --


def test_the_message_storage_flow_and_the_snapshot_by_http_and_socket(
    stage: Stage, worker: None
) -> None:
    mira = stage.world.mira
    happened(mira, description="Planning meeting", energy_level=40, stress_level=70)
    api = Api(stage, mira)
    before = api.get("companion/statistics/").json()
    said = api.post("companion/messages/", {"content": "Hello."}).json()
    session = UUID(api.get("companion/").json()["id"])
    with stage.client(mira) as socket:
        socket.subscribe(f"dialogue:{session}")
        socket.send(
            op="send", topic=f"dialogue:{session}", content="By socket.", ref=str(UUID(int=7))
        )
        live = [socket.expect(type="message.created")["data"] for _ in range(2)]
    for message in (said["message"], said["reply"], *live):
        assert_snapshot(message["context_snapshot"])
    assert said["message"]["context_snapshot"]["mental_state_source"] == "events_impact"
    assert isinstance(said["reply"]["response_time_ms"], int)
    after = api.get("companion/statistics/").json()
    assert after["total_messages"] == before["total_messages"] + 4
    assert after["last_activity"] > (before["last_activity"] or "")
    with api.stream(session, "As a stream.") as events:
        names = [(name, data) for name, data in events]
    assert names[-1][0] == "reply"
    assert_snapshot(names[-1][1]["context_snapshot"])


def test_answers_stream_at_the_companions_own_address(stage: Stage, worker: None) -> None:
    api = Api(stage, stage.world.otto)
    answer = api.request(
        "POST",
        "companion/messages/",
        json={"content": "Hello."},
        headers={"Accept": "text/event-stream"},
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [line for line in answer.text.splitlines() if line == "event: reply"]


# -- tables --


def test_user_conversations(world: Cast, client_of: ClientOf) -> None:
    """One row per person, made on first use, with its columns."""
    mira = client_of(world.mira)
    found = mira.get(COMPANION).json()
    assert found["title"] == "Companion"
    assert (found["message_count"], found["last_message_at"]) == (0, None)
    assert found["personality_settings"] == {}
    session = DialogueSession.objects.get(user=world.mira, type="companion")
    assert session.conversation_summary == ""
    with pytest.raises(IntegrityError), transaction.atomic():
        DialogueSession.objects.create(user=world.mira, type="companion")


def test_conversation_messages(world: Cast) -> None:
    """Id, role, content, type, metadata, snapshot, time, response time."""
    session = companion_of(world.mira)
    asked_and_answered(session, "Hello.")
    human, ai = DialogueMessage.objects.filter(session=session).order_by("seq")
    assert (human.role, ai.role) == ("user", "assistant")
    assert (human.message_type, ai.message_type) == (0, 0)
    assert isinstance(ai.metadata, dict)
    assert human.response_time_ms is None
    assert ai.response_time_ms is not None
    assert human.created_at.tzinfo is not None


def test_role_constants(world: Cast) -> None:
    """The seed's 0, 1, 2 are system, user, assistant; nothing else but a tool speaks."""
    session = companion_of(world.mira)
    ask(world.mira, session.pk, "Hello.")
    with pytest.raises(IntegrityError), transaction.atomic():
        DialogueMessage.objects.filter(session=session).update(role="1")


def test_conversation_context(world: Cast, client_of: ClientOf) -> None:
    """Every column of the table, and the seed's own examples go in and come out."""
    facts = {
        "preferences": {
            "communication_style": "direct",
            "topics_of_interest": ["technology", "productivity"],
            "preferred_response_length": "medium",
        },
        "personal_info": {"timezone": "America/New_York", "work_schedule": "9-5"},
        "context_patterns": {"morning_energy_high": True, "stress_triggers": ["deadlines"]},
    }
    insights = {"traits": {"introversion_score": 0.7, "detail_orientation": 0.8}}
    mira = client_of(world.mira)
    body = {"facts": facts, "personality_insights": insights}
    assert mira.patch(f"{COMPANION}context/", body).status_code == 200
    found = mira.get(f"{COMPANION}context/").json()
    assert (found["facts"], found["personality_insights"]) == (facts, insights)
    assert {
        *("communication_style", "context_themes", "mental_state_summary"),
        *("recent_events_summary", "conversation_memory", "personality_state", "last_updated"),
    } <= set(found)
    session = companion_of(world.mira)
    asked_and_answered(session, "Hello.")
    snapshot = DialogueMessage.objects.get(session=session, role="user").context_snapshot
    assert_snapshot(snapshot)
    assert snapshot["conversation_memory"]["facts"] == facts


def test_deleting_the_conversation_or_the_person_cascades(world: Cast) -> None:
    session = companion_of(world.mira)
    asked_and_answered(session, "Hello.")
    happened(world.mira)
    world.mira.delete()
    assert not DialogueSession.objects.filter(pk=session.pk).exists()
    for rows in (DialogueMessage, DialogueContext, DialogueTurn):
        assert not rows.objects.filter(session_id=session.pk).exists()
    assert not LifeEvent.objects.exists()


def test_a_message_needs_its_conversation(world: Cast) -> None:
    """The seed's “Foreign Key Violations: ensure user_conversations exists before messages”."""
    session = companion_of(world.mira)
    ask(world.mira, session.pk, "Hello.")
    DialogueMessage.objects.update(session_id=UUID(int=1))
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    transaction.set_rollback(True)


def test_every_index_of_the_seed_has_its_successor(db: None) -> None:
    names = {
        row["indexname"]
        for row in fetch_rows(
            "SELECT indexname FROM pg_indexes WHERE tablename IN"
            " ('dialogue_sessions', 'dialogue_messages', 'dialogue_context', 'life_events')",
            [],
        )
    }
    assert {
        "dialogue_sessions_companion",
        "dialogue_sessions_user",
        "dialogue_messages_session_seq",
        "dialogue_messages_content_gin",
        "dialogue_context_pkey",
        "life_events_user_time",
    } <= names


# -- the snapshot --


def test_without_events_the_snapshot_says_baseline(world: Cast) -> None:
    session = companion_of(world.mira)
    ask(world.mira, session.pk, "Hello.")
    snapshot = DialogueMessage.objects.get(session=session).context_snapshot
    assert_snapshot(snapshot)
    assert snapshot["mental_state_available"] is False
    assert snapshot["recent_events_available"] is False
    assert snapshot["mental_state_source"] == "baseline"
    assert snapshot["mental_state_confidence"] == 0


@pytest.mark.parametrize("kind", ["work", "exercise", "social", "meal", "break", "sleep", "other"])
def test_every_event_type_reaches_the_snapshot(world: Cast, kind: str) -> None:
    session = companion_of(world.mira)
    happened(world.mira, event_type=kind, description="x")
    ask(world.mira, session.pk, "Hello.")
    snapshot = DialogueMessage.objects.get(session=session).context_snapshot
    assert_snapshot(snapshot)
    assert [event["event_type"] for event in snapshot["recent_events"]] == [kind]


def test_a_snapshot_keeps_the_moment_and_later_changes_leave_it(world: Cast) -> None:
    session = companion_of(world.mira)
    happened(world.mira, description="before")
    ask(world.mira, session.pk, "Hello.")
    happened(world.mira, description="after")
    snapshot = DialogueMessage.objects.get(session=session).context_snapshot
    assert [event["description"] for event in snapshot["recent_events"]] == ["before"]


# -- operations --


def test_history_retrieval(world: Cast, client_of: ClientOf) -> None:
    """By position instead of LIMIT and OFFSET: a page costs the same however far back."""
    session = companion_of(world.mira)
    for number in range(3):
        ask(world.mira, session.pk, f"Word {number}")
    mira = client_of(world.mira)
    page = mira.get(f"{COMPANION}messages/?limit=2").json()
    assert [one["content"] for one in page["results"]] == ["Word 1", "Word 2"]
    assert page["has_more"]
    older = mira.get(f"{COMPANION}messages/?limit=2&before_seq={page['results'][0]['seq']}").json()
    assert [one["content"] for one in older["results"]] == ["Word 0"]


def test_full_text_search_is_the_seeds_query(world: Cast, client_of: ClientOf) -> None:
    """The seed's own statement, run beside ours, gives the same rows in the same order."""
    session = companion_of(world.mira)
    for words in ("Tea and more tea", "Green tea", "Coffee", "Tea", "Teas of the world, green tea"):
        ask(world.mira, session.pk, words)
    seeds = fetch_rows(
        """
        SELECT id, ts_rank(to_tsvector('english', content), plainto_tsquery('english', %(q)s)) AS rank
        FROM dialogue_messages WHERE session_id = %(session)s
        AND to_tsvector('english', content) @@ plainto_tsquery('english', %(q)s)
        ORDER BY rank DESC, created_at DESC LIMIT 10""",
        {"q": "green tea", "session": session.pk},
    )
    found = client_of(world.mira).get(f"{COMPANION}messages/search/?q=green tea&limit=10").json()
    assert [row["id"] for row in found["results"]] == [str(row["id"]) for row in seeds]
    assert [row["rank"] for row in found["results"]] == pytest.approx([r["rank"] for r in seeds])
    assert len(seeds) == 2


def test_conversation_statistics_are_the_seeds_query(world: Cast, client_of: ClientOf) -> None:
    session = companion_of(world.mira)
    ask(world.mira, session.pk, "Had a stressful meeting")
    ask(world.mira, session.pk, "Hello.")
    assert answer_next(session.pk) == 2
    (counted,) = fetch_rows(
        """
        SELECT (SELECT count(*) FROM dialogue_messages WHERE session_id = %(s)s) AS total,
          (SELECT count(*) FROM dialogue_messages WHERE session_id = %(s)s AND role = 'user') AS human,
          (SELECT count(*) FROM dialogue_messages WHERE session_id = %(s)s AND role = 'assistant') AS ai
        """,
        {"s": session.pk},
    )
    found = client_of(world.mira).get(f"{COMPANION}statistics/").json()
    assert list(found) == [
        "total_messages",
        "created_at",
        "last_activity",
        "human_messages",
        "ai_messages",
    ]
    assert (found["total_messages"], found["human_messages"], found["ai_messages"]) == (
        counted["total"],
        counted["human"],
        counted["ai"],
    )
    assert counted["total"] == 5  # the tool that noted the meeting is one of them


# -- security --


def test_user_isolation(world: Cast, client_of: ClientOf) -> None:
    session = companion_of(world.mira)
    ask(world.mira, session.pk, "My secret tea")
    assert client_of(world.mira).get(f"{COMPANION}messages/").json()["results"]
    otto = client_of(world.otto)
    assert otto.get(f"{COMPANION}messages/").json()["results"] == []
    assert otto.get(f"{COMPANION}messages/search/?q=tea").json()["results"] == []
    assert otto.get(f"{API}/dialogues/{session.pk}/messages/").status_code == 404


def test_every_operation_wants_a_token(anonymous: ContractClient) -> None:
    for path in (
        "",
        "messages/",
        "statistics/",
        "context/",
        "mental-state/",
        "messages/search/?q=x",
    ):
        assert anonymous.get(f"{COMPANION}{path}").status_code == 401


def test_sql_in_a_search_is_words(world: Cast, client_of: ClientOf) -> None:
    mira = client_of(world.mira)
    for words in ("'; DROP TABLE users; --", "%s", "a & b | !c", "\\", "<->"):
        answer = mira.get(f"{COMPANION}messages/search/", {"q": words})
        assert answer.status_code == 200
