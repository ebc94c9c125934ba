"""History: pages by position, changes by version, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dialogues.models import DialogueMessage, DialogueSession
from dialogues.selectors.access import dialogue_for
from dialogues.services.messages import delete_message, edit_message
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import Json, asked_and_answered, dialogue_of, lighthouse
from tests.world import Cast

ClientOf = Callable[..., ContractClient]


@pytest.fixture
def session(world: Cast) -> DialogueSession:
    return dialogue_of(world.mira, lighthouse())


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


def history(client: ContractClient, session: DialogueSession, **query: Any) -> Json:
    response = client.get(f"/api/v1/dialogues/{session.pk}/messages/", query)
    assert response.status_code == 200, response.content
    found: Json = response.json()
    return found


def seqs(page: Json) -> list[int]:
    return [message["seq"] for message in page["results"]]


def test_an_answer_cites_what_it_quotes(mira: ContractClient, session: DialogueSession) -> None:
    asked_and_answered(session, "What did Marten carry on a string around his neck?")
    question, answer = history(mira, session)["results"]
    assert (question["role"], answer["role"]) == ("user", "assistant")
    assert answer["reply_to_message"] == question["id"]
    assert answer["code"].startswith("msg_")
    (first, *_) = answer["references"]
    assert (first["chapter_number"], first["paragraph_index"]) == (1, 1)
    assert first["highlighted_text"] in first["source_text"]
    assert first["highlighted_text"] in answer["content"]


def test_pages_go_back_and_forth(mira: ContractClient, session: DialogueSession) -> None:
    for n in range(4):
        asked_and_answered(session, f"Question {n} about the cat?")
    newest = history(mira, session, limit=3)
    assert (seqs(newest), newest["has_more"]) == ([6, 7, 8], True)
    before = history(mira, session, limit=5, before_seq=6)
    assert (seqs(before), before["has_more"]) == ([1, 2, 3, 4, 5], False)
    after = history(mira, session, limit=2, after_seq=4)
    assert (seqs(after), after["has_more"]) == ([5, 6], True)
    assert seqs(history(mira, session, after_seq=8)) == []
    assert seqs(history(mira, session, before_seq=1)) == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 201},
        {"before_seq": -1},
        {"after_version": "x"},
        {"before_seq": 10**30},
        {"before_seq": 1, "after_seq": 1},
    ],
)
def test_positions_that_are_none_are_refused(
    mira: ContractClient, session: DialogueSession, query: Json
) -> None:
    response = mira.get(f"/api/v1/dialogues/{session.pk}/messages/", query)
    assert response.status_code == 400


def test_a_page_takes_the_same_queries_however_long(
    mira: ContractClient, session: DialogueSession
) -> None:
    # 1 sign-in, 2 dialogue, 3 messages, 4 their references
    asked_and_answered(session, "Who kept the lamp?")
    with assert_queries(4):
        history(mira, session)
    for n in range(9):
        asked_and_answered(session, f"Who kept the lamp, {n}?")
    with assert_queries(4):
        assert len(history(mira, session)["results"]) == 20


def test_an_edit_and_a_deletion_are_changes_since(
    mira: ContractClient, world: Cast, session: DialogueSession
) -> None:
    asked_and_answered(session, "Who is Ines?")
    asked_and_answered(session, "And the cat?")
    mine = dialogue_for(world.mira, session.pk)
    first, _, second, _ = DialogueMessage.objects.filter(session=session).order_by("seq")
    edit_message(mine, first.pk, "Who is Ines, please?")
    delete_message(mine, second.pk)
    changed = history(mira, session, after_version=mine.version)["results"]
    assert [(m["seq"], m["content"]) for m in changed] == [(1, "Who is Ines, please?"), (3, "")]
    assert changed[0]["edited_at"]
    assert changed[1]["deleted_at"]
    assert seqs(history(mira, session)) == [1, 2, 3, 4]


def test_history_is_json_whatever_is_asked_for(
    mira: ContractClient, session: DialogueSession
) -> None:
    path = f"/api/v1/dialogues/{session.pk}/messages/"
    assert mira.get(f"{path}?format=events").headers["Content-Type"] == "application/json"
    refused = mira.get(path, headers={"Accept": "text/event-stream"})
    assert refused.status_code == 406
    assert refused.headers["Content-Type"] == "application/problem+json"


def test_active_dialogues_cost_the_same_for_twenty_as_for_two(
    world: Cast, mira: ContractClient, session: DialogueSession
) -> None:
    for more in (1, 18):
        for _ in range(more):
            dialogue_of(world.mira, session.book)
        # 2 queries: who is asking · the page of dialogues, with book and character joined
        with assert_queries(2):
            page = mira.get("/api/v1/dialogues/?status=active&limit=100").json()
    assert len(page["results"]) == 20
    assert page["results"][0]["book_title"] == "The Keeper of the Lamp"
