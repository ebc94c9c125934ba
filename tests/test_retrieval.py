"""The shelf over HTTP, and the search: which passages a question finds, in which order."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from dialogues.models import Book
from dialogues.selectors.asking import names_in
from dialogues.selectors.passages import passages_about
from dialogues.services.books import import_book
from dialogues.services.characters import put_character
from tests.benchmarks import retrieval
from tests.books import GUTENBERG
from tests.client import ContractClient
from tests.live import ROOT, own_environment
from tests.world import Cast

pytestmark = pytest.mark.django_db
BOOKS = "/api/v1/books/"


@pytest.fixture
def tin() -> Book:
    return import_book(GUTENBERG.encode(), "tin.txt").book


def found(question: str, *books: Book, **how: int) -> list[tuple[int, int]]:
    passages = passages_about(question, books, **how)  # type: ignore[arg-type]
    return [(passage.chapter_number, passage.paragraph_index) for passage in passages]


def test_it_finds_a_passage_by_other_forms_of_its_words(tin: Book) -> None:
    assert found("Which bird did they meet on the rivers?", tin)[0] == (2, 1)
    assert found("What was thrown in a bottle?", tin)[0] == (3, 1)


def test_scores_fall_and_lie_between_0_and_1(tin: Book) -> None:
    scores = [p.similarity_score for p in passages_about("Does the boat leak on Sundays?", [tin])]

    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)


def test_stop_words_and_unknown_words_find_nothing(tin: Book) -> None:
    assert found("Who is it and why was that?", tin) == []
    assert found("zeppelin", tin) == []
    assert found("", tin) == []
    assert found("' & | ! : * ( \\ \x00 )", tin) == []


def test_nothing_comes_from_later_chapters(tin: Book) -> None:
    assert (3, 1) in found("Where is the harbour with a library?", tin)
    assert (3, 1) not in found("Where is the harbour with a library?", tin, up_to_chapter=2)


def test_the_neighbour_of_a_match_is_found_too(tin: Book) -> None:
    """“Only on Sundays” holds no word of the question that it answers."""
    assert (1, 3) in found("Does it leak?", tin)


def test_several_books_are_ranked_together(tin: Book) -> None:
    other = import_book(b"Chapter 1\n\nThe zebra ate the biscuit tin.\n", "zebra.txt").book

    best = passages_about("Who ate the tin?", [tin, other])[0]

    assert best.book_id == other.pk


def test_each_book_is_searched_in_its_language(tin: Book) -> None:
    german = import_book(
        "Kapitel 1\n\nDie Häuser brannten lichterloh.\n".encode(), "haus.txt", language="de"
    ).book

    assert found("Welches Haus brannte?", tin, german) == [(1, 1)]


def test_a_question_that_says_little_goes_on_about_the_last_one(tin: Book) -> None:
    """“What did it say?” alone has no word to search by, “And Mrs. Dunmore?” has."""
    last = "Who threw the bottle of glass?"
    assert found("And what was it?", tin) == [], "premise"

    best = [
        passages_about(question, [tin], context=last)[0].chapter_number
        for question in ("And what was it?", "And Mrs. Dunmore?")
    ]

    assert best == [3, 2]


def test_a_question_with_a_pronoun_goes_on_about_the_last_one(tin: Book) -> None:
    """“How did it break?” has a word of its own to search by, and still says not of what."""
    last = "Who threw the bottle of glass?"
    assert found("How did it break?", tin) == [], "premise"

    assert passages_about("How did it break?", [tin], context=last)[0].chapter_number == 3
    assert not passages_about("How did London break?", [tin], context=last), "it names its subject"


def test_irregular_forms_are_one_word() -> None:
    book = import_book(b"Chapter 1\n\nHe stole the spoon.\n\nShe hid.\n", "spoon.txt").book

    assert found("Who steals?", book)[0] == (1, 1)
    assert found("Where are they hidden?", book)[0] == (1, 2)


def test_names_stand_inside_a_sentence_with_a_capital() -> None:
    assert names_in("What did the White Rabbit say to Alice?") == ["White", "Rabbit", "Alice"]
    assert names_in("WHAT DID ALICE SAY?") == []


def test_readers_see_shelf_contents_text_and_characters(
    tin: Book, world: Cast, client_of: Callable[..., ContractClient]
) -> None:
    put_character(tin, {"name": "Pim", "greeting": "Ahoy.", "persona": "secret to the model"})
    client = client_of(world.mira)

    assert [book["slug"] for book in client.get(BOOKS).json()["results"]] == [tin.slug]
    assert client.get(f"{BOOKS}?author=quill").json()["results"]
    assert not client.get(f"{BOOKS}?language=de").json()["results"]
    assert client.get(f"{BOOKS}{tin.slug}/").json()["id"] == str(tin.pk)
    chapters = client.get(f"{BOOKS}{tin.pk}/chapters/").json()["results"]
    assert [chapter["title"] for chapter in chapters] == ["The Pond", "The River", "The Sea"]
    river = client.get(f"{BOOKS}{tin.pk}/chapters/2/").json()
    assert [p["paragraph_index"] for p in river["passages"]] == [1, 2]
    (pim,) = client.get(f"{BOOKS}{tin.pk}/characters/").json()["results"]
    assert pim["greeting"] == "Ahoy."
    assert "persona" not in pim


def test_the_search_answers_with_places_and_scores(
    tin: Book, world: Cast, client_of: Callable[..., ContractClient]
) -> None:
    client = client_of(world.mira)
    (best, *_) = client.get(f"{BOOKS}{tin.pk}/search/?q=heron").json()["results"]

    assert (best["chapter_number"], best["paragraph_index"], best["page_number"]) == (2, 1, 1)
    assert "heron" in best["text"]
    assert 0 < best["similarity_score"] <= 1
    for bad in ("", "?q=", "?q=a&limit=0", "?q=a&colour=red", "?q=%00", "?q=a&up_to_chapter=x"):
        assert client.get(f"{BOOKS}{tin.pk}/search/{bad}").status_code == 400


def test_missing_and_withdrawn_books_are_one_answer(
    tin: Book, world: Cast, client_of: Callable[..., ContractClient]
) -> None:
    client = client_of(world.mira)
    assert client.get(f"{BOOKS}{tin.pk}/").status_code == 200, "premise"
    Book.objects.update(status=Book.Status.WITHDRAWN)

    answers = [client.get(f"{BOOKS}{b}/").json() for b in (tin.pk, tin.slug, uuid4(), "nope")]

    assert {answer["code"] for answer in answers} == {"not_found"}
    assert len({answer["detail"] for answer in answers}) == 1
    assert client.get(f"{BOOKS}x%00y/").status_code == 400
    assert client.get(f"{BOOKS}{tin.pk}/chapters/99999999999999/").status_code == 404
    assert client_of(world.ada).get(f"{BOOKS}{tin.pk}/").status_code == 200


@pytest.mark.skipif("CHATCORE_BOOKS" not in os.environ, reason="needs the books themselves")
def test_three_of_five_questions_find_their_passage_among_the_first_five() -> None:
    scores = retrieval.run(Path(os.environ["CHATCORE_BOOKS"]))

    assert scores["ours, all"].first_five >= 0.6
    assert scores["ours, held-out"].first_five > scores["ts_rank_cd, held-out"].first_five


def test_it_searches_at_the_replica_where_there_is_one() -> None:
    """In a process of its own, since databases are named at start; the replica is the same database."""
    program = (
        "from django.db import connections\n"
        "from dialogues.models import Book\n"
        "from dialogues.selectors.passages import passages_about\n"
        "passages_about('Who rows the boat?', [Book(language='en', search_config='english')])\n"
        "assert connections['replica'].connection is not None\n"
        "assert connections['default'].connection is None\n"
    )
    here = own_environment()
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-v0", "-c", program],
        cwd=ROOT,
        env={**os.environ, **here, "DATABASE_REPLICA_URL": here["DATABASE_URL"]},
        check=True,
    )
