"""References: what a message cites stands where it says, on every way into the table."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from dialogues.models import Book, BookPassage, DialogueMessage, MessageReference
from dialogues.selectors.messages import reference_out, references_of
from dialogues.services.books import import_book
from dialogues.services.citing import store_references
from tests.books import GUTENBERG
from tests.dialogues import asked_and_answered, dialogue_of
from tests.world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def tin() -> Book:
    return import_book(GUTENBERG.encode(), "tin.txt").book


@pytest.fixture
def message(world: Cast) -> DialogueMessage:
    asked_and_answered(dialogue_of(world.mira), "show my tasks")
    found: DialogueMessage = DialogueMessage.objects.get(role="assistant")
    return found


@pytest.fixture
def true(tin: Book) -> dict[str, Any]:
    """A reference in which all is true."""
    passage = BookPassage.objects.get(book=tin, chapter_number=2, paragraph_index=2)
    return {
        "reference_type": "paragraph",
        "passage_id": passage.pk,
        "chapter_number": 2,
        "page_number": passage.page_number,
        "paragraph_index": 2,
        "source_text": passage.text,
        "highlighted_text": "with eleven buttons",
        "similarity_score": 0.9,
    }


LIES = [
    {"highlighted_text": "with twelve buttons"},
    {"source_text": "They paid with eleven buttons."},
    {"paragraph_index": 1},
    {"chapter_number": 3},
    {"page_number": 99},
    {"reference_type": "page", "page_number": None},
    {"reference_type": "chapter", "chapter_number": None},
]


def test_every_type_is_stored_where_it_is_true(
    message: DialogueMessage, true: dict[str, Any]
) -> None:
    remembered = {
        "reference_type": "character_memory",
        "source_text": "You told me of your boat.",
        "highlighted_text": "your boat",
    }
    kinds = [{**true, "reference_type": kind} for kind in ("chapter", "page", "paragraph")]

    assert store_references(message.pk, [*kinds, remembered]) == 4

    stored = [reference_out(row) for row in references_of([message.pk])[message.pk]]
    types = [one["reference_type"] for one in stored]
    assert types == ["chapter", "page", "paragraph", "character_memory"]
    assert [one["similarity_score"] for one in stored] == [0.9, 0.9, 0.9, None]


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_a_reference_that_lies_is_left_out_and_the_others_kept(
    message: DialogueMessage, true: dict[str, Any], lie: dict[str, Any]
) -> None:
    assert store_references(message.pk, [{**true, **lie}, true]) == 1
    assert MessageReference.objects.get(message=message).highlighted_text == "with eleven buttons"


def test_a_similarity_is_cut_to_0_and_1(message: DialogueMessage, true: dict[str, Any]) -> None:
    store_references(message.pk, [{**true, "similarity_score": score} for score in (1.01, -0.2)])

    scores = MessageReference.objects.values_list("similarity_score", flat=True)
    assert [float(score or 0) for score in scores] == [1.0, 0.0]


@pytest.mark.parametrize(
    "lie",
    [
        {"highlighted_text": "with twelve buttons"},
        {"source_text": "with eleven buttons, or twelve", "highlighted_text": "buttons"},
        {"paragraph_index": None},
        {"similarity_score": 1.5},
    ],
    ids=str,
)
def test_the_database_itself_refuses_it(
    message: DialogueMessage, true: dict[str, Any], lie: dict[str, Any]
) -> None:
    MessageReference.objects.create(message=message, **true)

    with pytest.raises(IntegrityError), transaction.atomic():
        MessageReference.objects.create(message=message, **{**true, **lie})
    with pytest.raises(IntegrityError), transaction.atomic():
        MessageReference.objects.update(**lie)


def test_a_quotation_stays_when_its_book_goes(
    message: DialogueMessage, true: dict[str, Any], tin: Book
) -> None:
    store_references(message.pk, [true])
    tin.delete()

    left = MessageReference.objects.get(message=message)
    assert (left.passage, left.highlighted_text) == (None, "with eleven buttons")
