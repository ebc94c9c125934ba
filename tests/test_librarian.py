"""The librarian: quotations that stand in the book, and honesty where there are none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from dialogues.answerers.librarian import Librarian
from dialogues.answerers.port import Citation, Delta, Finished, Question, Said
from dialogues.answerers.quotations import quotation_in
from dialogues.answerers.registry import answerer_for
from dialogues.models import Book
from dialogues.selectors.sentences import LONGEST, parts_of
from dialogues.services.books import import_book
from dialogues.services.characters import put_character
from tests.books import GUTENBERG

pytestmark = pytest.mark.django_db


@pytest.fixture
def tin() -> Book:
    return import_book(GUTENBERG.encode(), "tin.txt").book


def ask(
    content: str, book: Book | None = None, **more: Any
) -> tuple[str, list[Citation], Finished]:
    pieces = list(Librarian().answer(Question(content, book=book, **more)))
    text = "".join(piece.text for piece in pieces if isinstance(piece, Delta))
    last = pieces[-1]
    assert isinstance(last, Finished)
    return text, [piece for piece in pieces if isinstance(piece, Citation)], last


def test_it_quotes_the_passage_and_says_where_it_stands(tin: Book) -> None:
    text, citations, finished = ask("What did they pay at the lock?", tin)

    best = citations[0]
    assert best.highlighted_text == "They paid the toll at the lock with eleven buttons."
    assert (best.chapter_number, best.paragraph_index, best.page_number) == (2, 2, 1)
    assert f"“{best.highlighted_text} …”\n— chapter 2, paragraph 2" in text
    assert finished.model_used == "librarian"
    assert finished.confidence_score == best.similarity_score


def test_it_says_what_it_is_and_says_it_once(tin: Book) -> None:
    first, _, _ = ask("Where did Pim build the boat?", tin)
    later, _, _ = ask(
        "And the heron?", tin, history=[Said("user", "Where?"), Said("assistant", first)]
    )
    greeted, _, _ = ask("And the heron?", tin, history=[Said("assistant", "Good evening.")])

    assert first.startswith("I am an index, not a mind")
    assert "I am an index" not in later
    assert greeted.startswith("I am an index, not a mind"), "a template's greeting was not its own"


def test_every_highlight_stands_letter_for_letter_in_its_source(tin: Book) -> None:
    for question in ("boat tin leak", "Walrus?", "Who counted buttons at the lock", "library sea"):
        text, citations, _ = ask(question, tin)
        assert citations
        for citation in citations:
            assert citation.highlighted_text in citation.source_text
            assert citation.highlighted_text in text


def test_of_a_chapter_as_a_whole_it_cites_the_chapter(tin: Book) -> None:
    text, citations, _ = ask("What happens in the second chapter?", tin)

    assert "Chapter 2, “The River”, has 2 paragraphs." in text
    assert [(one.reference_type, one.chapter_number) for one in citations] == [("chapter", 2)] * 2
    assert citations[0].highlighted_text == "On the river the Walrus met a heron."
    assert ask("What happens in chapter 2 on the river?", tin)[1][0].reference_type == "paragraph"


def test_of_a_page_as_a_whole_it_cites_the_page(tin: Book) -> None:
    text, citations, _ = ask("What stands on page 1?", tin)

    assert "Page 1 has" in text
    assert {(one.reference_type, one.page_number) for one in citations} == {("page", 1)}
    assert all(one.highlighted_text in one.source_text for one in citations)


def test_a_place_narrows_the_search_and_may_not_exist(tin: Book) -> None:
    (best, *_) = ask("Who asked something in chapter 1?", tin)[1]
    assert best.chapter_number == 1
    assert "In chapter 9 of “The Tin Boat" in ask("What happens in chapter 9?", tin)[0]
    later = ask("What happens in chapter 3?", tin, current_chapter=2)
    assert "Up to chapter 2, which you have come to" in later[0]
    assert later[1] == []


def test_it_says_so_when_nothing_fits(tin: Book) -> None:
    text, citations, finished = ask("Tell me about zeppelins!", tin)

    assert "I find no passage that fits your question" in text
    assert (citations, finished.confidence_score) == ([], 0.0)


def test_it_quotes_nothing_beyond_the_readers_chapter(tin: Book) -> None:
    question = "Who was looking for a harbour with a library?"
    assert ask(question, tin)[1][0].chapter_number == 3, "premise"

    text, citations, _ = ask(question, tin, current_chapter=2)

    assert all(citation.chapter_number in (1, 2) for citation in citations)
    assert "library" not in text


def test_it_does_not_pretend_to_be_a_character(tin: Book) -> None:
    pim = put_character(tin, {"name": "Pim"})

    text, citations, _ = ask("What did you throw into the sea?", tin, character=pim)

    assert "cannot speak as Pim" in text
    assert citations[0].chapter_number == 3


def test_without_a_book_it_answers_from_the_knowledge_bases(tin: Book) -> None:
    assert "no book belongs to this dialogue" in ask("Where is the heron?")[0]

    Book.objects.update(is_knowledge_base=True)
    text, citations, _ = ask("Where did the Walrus meet a heron?")

    assert citations[0].chapter_number == 2
    assert "of “The Tin Boat and Other Vessels”" in text


def test_it_answers_where_no_model_is_configured(settings: Any) -> None:
    settings.LLM_BASE_URL = settings.LLM_MODEL = ""

    assert isinstance(answerer_for(Question("?")), Librarian)


def test_it_speaks_in_small_pieces(tin: Book) -> None:
    deltas = [p for p in Librarian().answer(Question("heron", book=tin)) if isinstance(p, Delta)]

    assert len(deltas) > 8
    assert max(len(delta.text) for delta in deltas) < 80


def test_parts_stand_in_their_passage_and_are_not_cut_at_titles() -> None:
    text = (
        "I met Mr. Brown and Dr. J. Smith of St. Ives at noon. They were late! “Were they?” asked "
        "the man at the gate; " + "he walked on and on, " * 40 + "until it was dark."
    )
    parts = parts_of(text)

    assert parts[0] == "I met Mr. Brown and Dr. J. Smith of St. Ives at noon."
    assert all(part in text for part in parts)
    assert all(len(part) <= LONGEST for part in parts)
    assert "".join(" ".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("a watch", "a watch"),
        ("  a\n watch  ", "a watch"),
        ("'Oh dear!'", "‘Oh dear!’"),
        ("pocket - and", "pocket — and"),
        ("… a watch …", "a watch"),
        ("A watch", None),
        ("a  clock", None),
        ("", None),
        ("…", None),
    ],
)
def test_a_quotation_is_what_the_text_says(quote: str, found: str | None) -> None:
    text = "‘Oh dear!’ It took a watch out of its pocket — and ran."

    assert quotation_in(quote, text) == found


@pytest.mark.skipif("CHATCORE_BOOKS" not in os.environ, reason="needs the books themselves")
def test_it_knows_what_the_white_rabbit_took_out_of_its_pocket() -> None:
    alice = Path(os.environ["CHATCORE_BOOKS"], "alice.txt").read_bytes()
    book = import_book(alice, "alice.txt").book

    text, citations, _ = ask("What did the White Rabbit take out of its pocket?", book)

    assert "actually TOOK A WATCH OUT OF ITS WAISTCOAT-POCKET" in text
    assert "actually TOOK A WATCH OUT OF ITS WAISTCOAT-POCKET" in citations[0].highlighted_text
    assert (citations[0].chapter_number, citations[0].paragraph_index) == (1, 3)
