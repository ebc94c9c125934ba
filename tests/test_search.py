"""`search/`: what is found, by whom, and how soon."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chatcore.models import User
from chatcore.selectors.search_marks import seconds_behind
from chatcore.services.search_feed import read_behind, read_recent
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.search import messages_about
from dialogues.services.sessions import delete_dialogue
from rooms.selectors.search import ROOM_SOURCE
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import asked_and_answered, dialogue_of, lighthouse
from tests.rooms import room_of, said
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]


def hits(client: ContractClient, q: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/v1/search/", {"q": q, **query})
    assert answer.status_code == 200, answer.content
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def text_of(hit: dict[str, Any]) -> str:
    return "".join(part["text"] for part in hit["snippet"])


def marked(hit: dict[str, Any]) -> list[str]:
    return [part["text"] for part in hit["snippet"] if part["match"]]


def test_a_message_is_found_by_its_words_and_shown_in_its_place(
    world: Cast, client_of: ClientOf
) -> None:
    room = room_of(world.mira, name="Kitchen")
    said(room, world.mira, "Who has the keys?")
    second = said(room, world.mira, "The boats were <b>rowing</b> home.")
    said(room, world.mira, "Good.")
    read_recent()

    (hit,) = hits(client_of(world.mira), "boat row", **{"in": "rooms"})

    assert (hit["kind"], hit["id"], hit["seq"]) == ("room_message", str(second.id), 2)
    assert hit["title"] == "Kitchen"
    assert hit["url"] == f"/rooms/{room.pk}/?around=2#m2"
    assert marked(hit) == ["boats", "rowing"], "found by their stems, in the reader's language"
    assert hit["context"]["before"]["text"] == "Who has the keys?"
    assert hit["context"]["after"]["author"] == "Mira"


def test_dialogues_rooms_and_books_are_ranked_together(world: Cast, client_of: ClientOf) -> None:
    book = lighthouse()
    asked_and_answered(dialogue_of(world.mira, book), "What does the brass key open?")
    said(room_of(world.mira), world.mira, "I lost my key.")
    read_recent()
    found = hits(client_of(world.mira), "key")
    assert {hit["kind"] for hit in found} == {"dialogue_message", "room_message", "passage"}
    assert [hit["rank"] for hit in found] == sorted((h["rank"] for h in found), reverse=True)
    assert all("key" in marked(hit) for hit in found)
    passage = next(hit for hit in found if hit["kind"] == "passage")
    assert passage["url"].startswith(f"/books/{book.pk}/chapters/")
    assert {h["kind"] for h in hits(client_of(world.mira), "key", **{"in": "books"})} == {"passage"}


def test_nobody_finds_what_they_may_not_see(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira)
    said(room, world.mira, "The password is swordfish.")
    asked_and_answered(dialogue_of(world.mira), "Remember swordfish")
    read_recent()
    assert len(hits(client_of(world.mira), "swordfish")) >= 2, "there must be something to hide"
    assert hits(client_of(world.otto), "swordfish") == []
    assert hits(client_of(world.otto), "swordfish", conversation=str(room.pk)) == []


@pytest.mark.parametrize("way", ["leave", "no history", "delete", "remove room"])
def test_what_went_out_of_sight_is_not_found_from_that_moment(
    world: Cast, client_of: ClientOf, way: str
) -> None:
    from rooms.models import ChatRoom, RoomParticipant
    from rooms.services.messages import delete_message

    room = room_of(world.otto, world.mira)
    message = said(room, world.otto, "A word of amber.")
    read_recent()
    assert hits(client_of(world.mira), "amber")
    place = RoomParticipant.objects.filter(room=room, user=world.mira)
    if way == "leave":
        place.update(status="left")
    elif way == "no history":
        place.update(can_see_history=False, joined_seq=message.seq)
    elif way == "delete":
        delete_message(user=world.otto, room=room.pk, message=message.id)
    else:
        from django.utils import timezone

        ChatRoom.objects.filter(pk=room.pk).update(deleted_at=timezone.now())
    assert hits(client_of(world.mira), "amber") == [], "the index was not even told"


def test_an_edit_is_found_by_its_new_words(world: Cast, client_of: ClientOf) -> None:
    from rooms.services.messages import edit_message

    room = room_of(world.mira)
    message = said(room, world.mira, "Meet me on tuesday")
    read_recent()
    edit_message(user=world.mira, room=room.pk, message=message.id, content="Meet me on friday")
    assert read_recent() == 1, "only what changed is read"
    mira = client_of(world.mira)
    assert hits(mira, "friday")
    assert not hits(mira, "tuesday")
    assert read_recent() == 0, "what was read is not read again"


def test_a_search_understands_phrases_and_exclusions(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira)
    for text in ("a green lamp", "a lamp of green glass", "a green door"):
        said(room, world.mira, text)
    read_recent()
    mira = client_of(world.mira)
    assert len(hits(mira, "green lamp")) == 2
    assert [text_of(hit) for hit in hits(mira, '"green lamp"')] == ["a green lamp"]
    assert [text_of(hit) for hit in hits(mira, "green -lamps")] == ["a green door"]
    assert len(hits(mira, "door or glass")) == 2
    lighthouse()
    assert hits(mira, '"brass key"', **{"in": "books"})
    assert not hits(mira, '"key brass"', **{"in": "books"})


def test_everybody_searches_in_their_own_language(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira, world.otto)
    said(room, world.mira, "Die Häuser brannten, and the houses were burning.")
    read_recent()
    otto = client_of(world.otto)
    assert not hits(otto, "Haus", **{"in": "rooms"})
    assert hits(otto, "Häuser", **{"in": "rooms"}), "word for word in any language"

    otto.patch("/api/v1/users/me/", {"language": "de-AT"})
    read_behind()

    assert hits(otto, "Haus", **{"in": "rooms"}), "in German now"
    assert hits(client_of(world.mira), "burn", **{"in": "rooms"}), "and still in English"


@pytest.mark.parametrize(
    "q", ["!!!", "&|!():*<->", "'; DROP", "\\", "-", '"', "~c", "🦉", "x" * 300]
)
def test_oddities_find_nothing_and_break_nothing(world: Cast, client_of: ClientOf, q: str) -> None:
    said(room_of(world.mira), world.mira, "words")
    read_recent()
    assert hits(client_of(world.mira), q) == []


@pytest.mark.parametrize(
    "query",
    [{}, {"q": ""}, {"q": "x" * 301}, {"q": "a", "in": "cellar"}, {"q": "a", "offset": "501"}],
)
def test_a_query_that_cannot_be_is_refused(
    world: Cast, client_of: ClientOf, query: dict[str, str]
) -> None:
    assert client_of(world.mira).get("/api/v1/search/", query).status_code == 400


def test_markup_is_told_as_text(world: Cast, client_of: ClientOf) -> None:
    said(room_of(world.mira), world.mira, "an <img src=x onerror=alert(1)> owl & \x02 mouse")
    read_recent()
    (hit,) = hits(client_of(world.mira), "owl")
    assert marked(hit) == ["owl"]
    assert "\x02" not in text_of(hit)


def test_pages_follow_one_another(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira)
    for number in range(5):
        said(room, world.mira, f"owl {number}")
    read_recent()
    mira = client_of(world.mira)
    first = mira.get("/api/v1/search/?q=owl&limit=3").json()
    second = mira.get(first["next"]).json()
    seen = [hit["seq"] for page in (first, second) for hit in page["results"]]
    assert seen == [5, 4, 3, 2, 1], "the newest first among equals"
    assert (first["previous"], second["next"]) == (None, None)


def test_it_counts_its_queries(world: Cast, client_of: ClientOf) -> None:
    lighthouse()
    for count in (2, 18):
        for number in range(count):
            said(room_of(world.mira, name=f"{count} {number}"), world.mira, "the key")
            asked_and_answered(dialogue_of(world.mira), f"the key {number}")
        read_recent()
        mira = client_of(world.mira)
        # 14 queries: who is asking · the words in their language · my dialogues' messages · my rooms ·
        # their messages · the books · the words in the books' languages · passages · which of them hold
        # a word · and what is shown: passages · room messages · rooms · dialogue messages · dialogues
        with assert_queries(14):
            mira.get("/api/v1/search/?q=key&limit=50")


def test_one_dialogue_can_be_searched(world: Cast, client_of: ClientOf) -> None:
    """The selector that a page of one conversation uses, and its door."""
    mine, other = dialogue_of(world.mira), dialogue_of(world.mira)
    asked_and_answered(mine, "Add buy oranges to my list")
    asked_and_answered(other, "Add peel oranges to my list")
    read_recent()
    found = messages_about(world.mira, dialogue_for(world.mira, mine.pk), "orange")
    assert {one.id for one in found} <= set(mine.messages.values_list("pk", flat=True))
    assert found
    mira = client_of(world.mira)
    inside = hits(mira, "orange", conversation=mine.session_id)
    assert {hit["id"] for hit in inside} == {str(one.id) for one in found}
    delete_dialogue(dialogue_for(world.mira, mine.pk))
    assert hits(mira, "orange", conversation=mine.session_id) == []


def test_what_search_missed_is_found_by_the_sweep(world: Cast, client_of: ClientOf) -> None:
    said(room_of(world.mira), world.mira, "Words of an outage.")
    assert not hits(client_of(world.mira), "outage")
    assert seconds_behind(ROOM_SOURCE) > 0
    assert read_behind() == 1
    assert hits(client_of(world.mira), "outage")
    assert seconds_behind(ROOM_SOURCE) == 0
    assert read_behind() == 0


def test_the_page_needs_no_script_and_leads_to_the_message(world: Cast, client: Client) -> None:
    client.force_login(world.mira)
    room = room_of(world.mira, name="Kitchen")
    for number in range(1, 301):
        said(room, world.mira, "An owl <b>hoots</b>" if number == 100 else f"number {number}")
    read_behind()
    shown = client.get("/search/?q=owls").content.decode()
    assert f'href="/rooms/{room.pk}/?around=100#m100"' in shown
    assert "<mark>owl</mark>" in shown
    assert "<b>hoots" not in shown

    page = client.get(f"/rooms/{room.pk}/?around=100").content.decode()
    assert 'id="m100"' in page
    assert "Newer messages" in page
    assert "room.js" not in page, "live messages would not fit below a page of the past"
    assert "room.js" in client.get(f"/rooms/{room.pk}/?around=290").content.decode()


def test_a_page_of_messages_can_be_had_about_a_position(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira)
    for number in range(9):
        said(room, world.mira, f"number {number}")
    address = f"/api/v1/rooms/{room.pk}/messages/"
    page = client_of(world.mira).get(f"{address}?around_seq=5&limit=4").json()
    assert [message["seq"] for message in page["results"]] == [3, 4, 5, 6]
    assert client_of(world.mira).get(f"{address}?around_seq=5&after_seq=1").status_code == 400
