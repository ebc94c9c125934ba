"""What a dialogue remembers: each fact with its source, seen, corrected, forgotten by its person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from dialogues.models import DialogueContext, DialogueMessage, DialogueSession, RememberedFact
from dialogues.selectors.access import dialogue_for
from dialogues.services.digesting import digest_dialogue, sweep_digests
from dialogues.services.messages import delete_message, edit_message
from dialogues.services.remembering import familiarity
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import Json, asked_and_answered, dialogue_of, lighthouse
from tests.world import Cast

ClientOf = Callable[..., ContractClient]


@pytest.fixture(autouse=True)
def _learning(settings: Any) -> None:
    settings.DIGEST_WITH = "rules"


@pytest.fixture
def session(world: Cast) -> DialogueSession:
    return dialogue_of(world.mira, lighthouse())


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


def told(session: DialogueSession, *words: str) -> None:
    """Say these, have them answered, and learn from them."""
    for content in words:
        asked_and_answered(session, content)
    digest_dialogue(session.pk)


def context(client: ContractClient, session: DialogueSession) -> Json:
    found: Json = client.get(f"/api/v1/dialogues/{session.pk}/context/").json()
    return found


def facts(client: ContractClient, session: DialogueSession) -> list[Json]:
    path = f"/api/v1/dialogues/{session.pk}/context/facts/"
    found: list[Json] = client.get(path).json()["results"]
    return found


def values(client: ContractClient, session: DialogueSession) -> dict[str, Any]:
    return {fact["key"]: fact["value"] for fact in facts(client, session)}


def message(session: DialogueSession, seq: int) -> DialogueMessage:
    found: DialogueMessage = DialogueMessage.objects.get(session=session, seq=seq)
    return found


def test_a_fact_carries_its_source_its_confidence_and_its_date(
    mira: ContractClient, session: DialogueSession
) -> None:
    told(session, "What is this about?", "My name is Mira and I live in Lisbon. I like tea.")
    (name, home, likes) = facts(mira, session)
    assert (name["category"], name["key"], name["value"]) == ("personal_info", "name", "Mira")
    assert name["source_message"] == str(message(session, 3).pk)
    assert 0 < name["confidence"] < 1
    assert name["learned_by"] == "rules"
    assert name["learned_at"]
    assert (home["value"], likes["key"], likes["value"]) == ("Lisbon", "likes", "tea")


def test_the_columns_have_the_seeds_forms(mira: ContractClient, session: DialogueSession) -> None:
    told(
        session,
        "I like tea. I like rain. My sister is called Ines. My favourite colour is blue.",
        "Explain it step by step, please. Be brief.",
    )
    there = context(mira, session)
    assert there["facts"] == {
        "preferences": {
            "likes": ["tea", "rain"],
            "favourite_colour": "blue",
            "preferred_response_length": "short",
        },
        "personal_info": {"key_relationships": ["sister:Ines"]},
    }
    assert there["personality_insights"] == {
        "learned_behaviors": {"responds_well_to": ["step_by_step"]}
    }
    assert [fact["key"] for fact in there["remembered_facts"]].count("likes") == 2


def test_nothing_is_learned_from_questions_quotations_and_suppositions(
    mira: ContractClient, session: DialogueSession
) -> None:
    told(
        session,
        "Do I live in Rome?",
        "He wrote “My name is Otto” and sailed.",
        "If I live in Paris, what then? Suppose I like war.",
        "I don't live in Rome.",
    )
    assert facts(mira, session) == []


def test_the_newest_source_holds_and_an_earlier_one_again_when_it_goes(
    mira: ContractClient, world: Cast, session: DialogueSession
) -> None:
    told(session, "I live in Rome.", "I live in Lisbon.")
    (home,) = facts(mira, session)
    assert (home["value"], home["earlier_values"]) == ("Lisbon", ["Rome"])
    delete_message(dialogue_for(world.mira, session.pk), message(session, 3).pk)
    (home,) = facts(mira, session)
    assert (home["value"], home["earlier_values"]) == ("Rome", [])
    assert context(mira, session)["facts"] == {"personal_info": {"home": "Rome"}}


def test_a_fact_goes_when_its_source_is_deleted(
    mira: ContractClient, world: Cast, session: DialogueSession
) -> None:
    told(session, "My name is Mira. The deadline is important.")
    assert context(mira, session)["key_points"], "premise"
    delete_message(dialogue_for(world.mira, session.pk), message(session, 1).pk)
    there = context(mira, session)
    assert (there["facts"], there["remembered_facts"]) == ({}, [])
    assert "Mira" not in str(there)
    digest_dialogue(session.pk)
    assert facts(mira, session) == []


def test_an_edited_source_tells_what_it_says_now(
    mira: ContractClient, world: Cast, session: DialogueSession
) -> None:
    told(session, "I live in Rome.")
    edit_message(dialogue_for(world.mira, session.pk), message(session, 1).pk, "I live in Oslo.")
    assert facts(mira, session) == []
    sweep_digests()
    digest_dialogue(session.pk)
    assert values(mira, session) == {"home": "Oslo"}
    assert "Rome" not in str(context(mira, session))


def test_a_fact_goes_when_the_database_deletes_its_source(
    mira: ContractClient, session: DialogueSession
) -> None:
    told(session, "My name is Mira.")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM dialogue_turns WHERE session_id = %s", [session.pk])
        cursor.execute(
            "UPDATE dialogue_messages SET reply_to_message_id = NULL WHERE session_id = %s",
            [session.pk],
        )
        cursor.execute(
            "DELETE FROM message_references WHERE message_id IN"
            " (SELECT id FROM dialogue_messages WHERE session_id = %s)",
            [session.pk],
        )
        cursor.execute("DELETE FROM dialogue_messages WHERE session_id = %s", [session.pk])
    assert not RememberedFact.objects.filter(session=session).exists()
    digest_dialogue(session.pk)
    assert context(mira, session)["facts"] == {}


def test_a_corrected_fact_is_the_persons_own_word(
    mira: ContractClient, session: DialogueSession
) -> None:
    told(session, "I live in Rome.")
    (home,) = facts(mira, session)
    path = f"/api/v1/dialogues/{session.pk}/context/facts/{home['id']}/"
    changed = mira.patch(path, {"value": "  Lis<b>bon</b>\u202e "}).json()
    assert (changed["value"], changed["confidence"]) == ("Lisbon", 1.0)
    assert (changed["learned_by"], changed["source_message"]) == ("person", home["source_message"])
    assert changed["corrected_at"]
    assert context(mira, session)["facts"]["personal_info"] == {"home": "Lisbon"}


@pytest.mark.parametrize(
    "body",
    [{}, {"value": None}, {"value": {}}, {"value": ""}, {"value": [[1]]}, {"value": "x" * 301}],
)
def test_what_is_no_value_is_refused(
    mira: ContractClient, session: DialogueSession, body: Json
) -> None:
    told(session, "I live in Rome.")
    (home,) = facts(mira, session)
    path = f"/api/v1/dialogues/{session.pk}/context/facts/{home['id']}/"
    assert mira.patch(path, body).status_code == 400
    assert values(mira, session) == {"home": "Rome"}


def test_a_forgotten_fact_is_not_learned_from_the_same_message_again(
    mira: ContractClient, session: DialogueSession
) -> None:
    told(session, "I live in Rome.", "I live in Lisbon. My name is Mira.")
    home = next(fact for fact in facts(mira, session) if fact["key"] == "home")
    path = f"/api/v1/dialogues/{session.pk}/context/facts/{home['id']}/"
    assert mira.delete(path).status_code == 204
    assert mira.delete(path).status_code == 404
    assert values(mira, session) == {"name": "Mira"}
    DialogueContext.objects.filter(session=session).update(
        digested_seq=0, digest_due_at="2026-01-01T00:00Z"
    )
    digest_dialogue(session.pk)
    assert values(mira, session) == {"name": "Mira"}
    assert not RememberedFact.objects.filter(session=session, value__in=["Rome", "Lisbon"]).exists()
    told(session, "Well, I live in Oslo now.")
    assert values(mira, session)["home"] == "Oslo"


def test_all_can_be_forgotten_and_the_messages_stay(
    mira: ContractClient, session: DialogueSession
) -> None:
    told(session, "My name is Mira. What did Marten carry around his neck?")
    path = f"/api/v1/dialogues/{session.pk}/context/"
    mira.patch(path, {"current_chapter": 2})
    assert mira.delete(path).status_code == 204
    there = context(mira, session)
    empty = ("facts", "key_points", "discussed_topics", "conversation_summary", "embedded_context")
    assert not any(there[name] for name in empty)
    assert (there["relationship_level"], there["current_chapter"]) == (0, 2)
    assert message(session, 1).content.startswith("My name is Mira")
    told(session, "And the cat?")
    assert "Mira" not in str(context(mira, session))


def test_only_ones_own_memory_is_there(
    world: Cast, client_of: ClientOf, session: DialogueSession, mira: ContractClient
) -> None:
    told(session, "My name is Mira.")
    (name,) = facts(mira, session)
    otto, path = client_of(world.otto), f"/api/v1/dialogues/{session.pk}/context/"
    assert otto.get(path).status_code == 404
    assert otto.get(f"{path}facts/").status_code == 404
    assert otto.delete(f"{path}facts/{name['id']}/").status_code == 404
    other = dialogue_of(world.mira)
    there = f"/api/v1/dialogues/{other.pk}/context/facts/{name['id']}/"
    assert mira.delete(there).status_code == 404
    assert values(mira, session) == {"name": "Mira"}


def test_a_person_puts_topics_points_and_summary_right(
    mira: ContractClient, session: DialogueSession
) -> None:
    told(session, "What did Marten carry around his neck?")
    path = f"/api/v1/dialogues/{session.pk}/context/"
    kept = context(mira, session)["key_points"]
    body = {
        "key_points": [*kept, "The key <i>matters</i>."],
        "discussed_topics": ["keys"],
        "conversation_summary": "We began.",
    }
    changed = mira.patch(path, body).json()
    assert changed["key_points"] == [*kept, "The key matters."]
    assert [p["seq"] for p in changed["conversation_memory"]["points"]] == [2, 0]
    assert changed["discussed_topics"] == ["keys"]
    assert changed["conversation_summary"] == "We began."
    assert mira.patch(path, {"emotional_tone": "x"}).status_code == 400


def test_memory_stops_at_the_readers_chapter(
    mira: ContractClient, session: DialogueSession
) -> None:
    told(session, "What is in the sea chest with the letters?", "What did Marten carry?")
    there = context(mira, session)
    assert "chapter 3" in str(there["key_points"]), "premise"
    assert 3 in there["discussed_chapters"], "premise"
    mira.patch(f"/api/v1/dialogues/{session.pk}/context/", {"current_chapter": 2})
    there = context(mira, session)
    assert "Lisbon" not in str(there)
    assert "chapter 3" not in str(there)
    assert 3 not in there["discussed_chapters"]
    mira.patch(f"/api/v1/dialogues/{session.pk}/context/", {"current_chapter": None})
    assert "chapter 3" in str(context(mira, session)["key_points"])


def test_a_digest_reads_only_what_is_new_and_is_safe_to_repeat(
    mira: ContractClient, session: DialogueSession
) -> None:
    asked_and_answered(session, "My name is Mira.")
    assert digest_dialogue(session.pk) == 2
    assert digest_dialogue(session.pk) == 0
    before = context(mira, session)
    asked_and_answered(session, "Who is Ines?")
    assert digest_dialogue(session.pk) == 2
    after = context(mira, session)
    assert after["remembered_facts"] == before["remembered_facts"]
    assert after["conversation_summary"].startswith(before["conversation_summary"])
    assert after["digested_seq"] == 4


def test_two_digests_of_a_dialogue_never_run_at_once(session: DialogueSession) -> None:
    asked_and_answered(session, "My name is Mira.")
    held = DialogueContext.objects.filter(session=session)
    held.update(digest_lease_until="2126-01-01T00:00Z")
    assert digest_dialogue(session.pk) == 0
    held.update(digest_lease_until="2026-01-01T00:00Z")
    assert digest_dialogue(session.pk) == 2, "its worker died"


def test_a_digest_that_nobody_took_is_found(session: DialogueSession) -> None:
    asked_and_answered(session, "My name is Mira.")
    assert sweep_digests() == 0, "it was announced a moment ago"
    DialogueContext.objects.filter(session=session).update(digest_due_at="2026-01-01T00:00Z")
    assert sweep_digests() == 1
    digest_dialogue(session.pk)
    assert sweep_digests() == 0


def test_facts_take_the_same_queries_however_many(
    mira: ContractClient, session: DialogueSession
) -> None:
    # 1 sign-in, 2 dialogue, 3 facts
    told(session, "I like tea. I like rain.")
    with assert_queries(3):
        assert len(facts(mira, session)) == 2
    told(session, *(f"I like cake number {n}." for n in range(18)))
    with assert_queries(3):
        assert len(facts(mira, session)) == 20


def test_what_is_remembered_is_plain_text(mira: ContractClient, session: DialogueSession) -> None:
    told(session, "I like <script>alert(1)</script>&lt;b&gt;tea&lt;/b&gt; \u202eand\u0007 rain.")
    assert values(mira, session) == {"likes": "tea and rain"}


def test_topics_are_the_persons_words_that_the_book_has(
    mira: ContractClient, session: DialogueSession
) -> None:
    told(session, "Tell me about the schooner and my umbrella please.", "And the schooner again?")
    there = context(mira, session)
    assert there["discussed_topics"] == ["schooner"]
    assert there["context_themes"] == {"schooner": 1}
    told(session, "What became of the schooner?")
    assert context(mira, session)["context_themes"] == {"schooner": 2}


def test_familiarity_grows_slowly_and_is_bounded() -> None:
    levels = [familiarity(exchanges) for exchanges in (0, 1, 10, 100, 10_000)]
    assert levels == [0, 10, 34, 66, 100]


def test_a_person_writes_down_what_is_to_be_known(
    mira: ContractClient, session: DialogueSession
) -> None:
    told(session, "I live in Rome. I like tea. I like rain.")
    path = f"/api/v1/dialogues/{session.pk}/context/"
    body = {"facts": {"preferences": {"likes": ["tea", "fog"]}, "job": "keeper"}}
    assert mira.patch(path, body).json()["facts"] == {
        "preferences": {"likes": ["tea", "fog"]},
        "personal_info": {"job": "keeper"},
    }
    sources = {str(fact["value"]): fact["source_message"] for fact in facts(mira, session)}
    assert sources == {"tea": str(message(session, 1).pk), "fog": None, "keeper": None}
    told(session, "I live in Oslo.")
    assert values(mira, session)["home"] == "Oslo"
