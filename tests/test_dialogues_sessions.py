"""Dialogues over HTTP: begin, list, change, end, rate, delete; and other people's."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from dialogues.models import DialogueSession, DialogueTurn
from dialogues.services.characters import CharacterFacts, put_character
from tests.client import ContractClient
from tests.dialogues import Json, dialogue_of, lighthouse
from tests.world import Cast

ClientOf = Callable[..., ContractClient]


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


def url(session: DialogueSession, rest: str = "") -> str:
    return f"/api/v1/dialogues/{session.pk}/{rest}"


def begun(client: ContractClient, **body: object) -> Json:
    response = client.post("/api/v1/dialogues/", body)
    assert response.status_code == 201, response.content
    found: Json = response.json()
    return found


def test_a_dialogue_about_a_book_begins(mira: ContractClient) -> None:
    book = lighthouse()
    found = begun(mira, type="book", book=str(book.pk), current_chapter=2, temperature=0.2)
    assert found["book_title"] == "The Keeper of the Lamp"
    assert (found["status"], found["current_chapter"], found["temperature"]) == ("active", 2, 0.2)
    assert found["session_id"].startswith("dlg_")


def test_the_first_question_is_asked_at_once_and_gives_the_title(mira: ContractClient) -> None:
    question = "What did the keeper carry around his neck?\nI forgot."
    found = begun(mira, type="book", book=str(lighthouse().pk), initial_question=question)
    assert found["title"] == "What did the keeper carry around his neck?"
    assert found["message_count"] == 1
    assert DialogueTurn.objects.get().question.content == question


def test_a_long_first_question_gives_a_title_cut_at_a_word(mira: ContractClient) -> None:
    found = begun(mira, type="assistant", initial_question="please tell me " * 20)
    assert len(found["title"]) <= 80
    assert found["title"].endswith(("please…", "tell…", "me…"))


def test_a_title_of_ones_own_stays(mira: ContractClient) -> None:
    found = begun(mira, type="assistant", title="Mine", initial_question="Hello?")
    assert found["title"] == "Mine"


def test_a_character_brings_its_book_along(world: Cast, mira: ContractClient) -> None:
    book = lighthouse()
    marten = put_character(book, CharacterFacts(name="Marten"), by=world.ada)
    found = begun(mira, type="character", character=str(marten.pk))
    assert (found["character_name"], found["book"]) == ("Marten", str(book.pk))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "book"}, "book"),
        ({"type": "book", "book": str(uuid4())}, "book"),
        ({"type": "character"}, "character"),
        ({"type": "companion"}, "type"),
        ({"type": "assistant", "temperature": 3}, "temperature"),
        ({"type": "assistant", "temperature": float("1e9")}, "temperature"),
        ({"type": "assistant", "context_window": 10**30}, "context_window"),
        ({"type": "assistant", "current_chapter": -1}, "current_chapter"),
        ({"type": "assistant", "book": "dlg_nonsense"}, "book"),
        ({"type": "assistant", "initial_question": ["a"]}, "initial_question"),
        ({"type": "assistant", "initial_question": "x" * 10_001}, "initial_question"),
        ({"type": "assistant", "colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_begun_names_the_field(mira: ContractClient, body: Json, field: str) -> None:
    response = mira.post("/api/v1/dialogues/", body)
    assert response.status_code == 400
    assert field in response.json()["errors"]


def test_a_withdrawn_book_begins_nothing(mira: ContractClient) -> None:
    book = lighthouse()
    book.status = book.Status.WITHDRAWN
    book.save()
    response = mira.post("/api/v1/dialogues/", {"type": "book", "book": str(book.pk)})
    assert response.status_code == 400


def test_the_list_is_mine_newest_first_by_page(world: Cast, mira: ContractClient) -> None:
    mine = [dialogue_of(world.mira) for _ in range(3)]
    dialogue_of(world.otto)
    page = mira.get("/api/v1/dialogues/?limit=2").json()
    assert [row["id"] for row in page["results"]] == [str(mine[2].pk), str(mine[1].pk)]
    rest = mira.get(page["next"]).json()
    assert [row["id"] for row in rest["results"]] == [str(mine[0].pk)]
    assert rest["next"] is None


def test_the_list_is_narrowed_by_type_status_and_book(world: Cast, mira: ContractClient) -> None:
    book = lighthouse()
    about = dialogue_of(world.mira, book)
    ended = dialogue_of(world.mira)
    mira.post(url(ended, "end/"))
    for query, wanted in [
        (f"book={book.pk}", about),
        ("type=book", about),
        ("status=ended", ended),
    ]:
        rows = mira.get(f"/api/v1/dialogues/?{query}").json()["results"]
        assert [row["id"] for row in rows] == [str(wanted.pk)], query
    assert mira.get("/api/v1/dialogues/?status=nonsense").status_code == 400


def test_its_code_opens_it_too(world: Cast, mira: ContractClient) -> None:
    session = dialogue_of(world.mira)
    by_code = mira.get(f"/api/v1/dialogues/{session.session_id}/").json()
    assert by_code == mira.get(url(session)).json()


def test_a_guest_begins_nothing(world: Cast, client_of: ClientOf) -> None:
    refused = client_of(world.gil).post("/api/v1/dialogues/", {"type": "assistant"})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


def test_what_is_not_mine_and_what_is_not_there_are_one_answer(
    world: Cast, mira: ContractClient, client_of: ClientOf
) -> None:
    session = dialogue_of(world.mira)
    assert mira.get(url(session)).status_code == 200
    otto = client_of(world.otto)
    missing = otto.get(f"/api/v1/dialogues/{uuid4()}/").json()
    for key in [session.pk, session.session_id, "dlg_aaaa", "nonsense", "%20"]:
        at = f"/api/v1/dialogues/{key}/"
        answers = [
            otto.get(at),
            otto.patch(at, {"title": "x"}, content_type="application/json"),
            otto.delete(at),
            otto.get(f"{at}messages/"),
            otto.post(f"{at}messages/", {"content": "hello"}),
            otto.post(f"{at}cancel/"),
            otto.post(f"{at}end/"),
            otto.put(f"{at}rating/", {"user_rating": 5}, content_type="application/json"),
            otto.get(f"{at}context/"),
        ]
        assert [answer.status_code for answer in answers] == [404] * len(answers)
        assert all(answer.json() == missing for answer in answers)


def test_title_and_settings_change(world: Cast, mira: ContractClient) -> None:
    session = dialogue_of(world.mira)
    changes = {"title": "New", "temperature": 1.5, "system_prompt": "Be brief.", "model_name": "m"}
    found = mira.patch(url(session), changes, content_type="application/json").json()
    assert {name: found[name] for name in changes} == changes
    assert found["version"] == session.version + 1
    assert mira.get(url(session)).json() == found


def test_an_ended_dialogue_is_closed_until_it_is_opened_again(
    world: Cast, mira: ContractClient
) -> None:
    session = dialogue_of(world.mira)
    ended = mira.post(url(session, "end/")).json()
    assert (ended["status"], bool(ended["ended_at"])) == ("ended", True)
    assert mira.post(url(session, "end/")).json() == ended
    refused = mira.post(url(session, "messages/"), {"content": "hello?"})
    assert (refused.status_code, refused.json()["code"]) == (409, "dialogue_closed")
    opened = mira.patch(url(session), {"status": "active"}, content_type="application/json").json()
    assert (opened["status"], opened["ended_at"]) == ("active", None)


def test_it_is_rated_from_1_to_5(world: Cast, mira: ContractClient) -> None:
    at = url(dialogue_of(world.mira), "rating/")
    rated = mira.put(at, {"user_rating": 4}, content_type="application/json")
    assert rated.json()["user_rating"] == 4
    for wrong in (0, 6, "five", None, 4.5):
        refused = mira.put(at, {"user_rating": wrong}, content_type="application/json")
        assert refused.status_code == 400


def test_the_reader_says_how_far_they_are(world: Cast, mira: ContractClient) -> None:
    session = dialogue_of(world.mira)
    at = url(session, "context/")
    assert mira.get(at).json()["current_chapter"] is None
    told = mira.patch(at, {"current_chapter": 7}, content_type="application/json").json()
    assert told["current_chapter"] == 7
    assert mira.get(url(session)).json()["current_chapter"] == 7


def test_a_deleted_dialogue_is_gone(world: Cast, mira: ContractClient) -> None:
    session = dialogue_of(world.mira, initial_question="Hello?")
    assert mira.delete(url(session)).status_code == 204
    assert mira.get(url(session)).status_code == 404
    assert mira.get("/api/v1/dialogues/").json()["results"] == []
    assert DialogueTurn.objects.get().status == "cancelled"
