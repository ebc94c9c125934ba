"""Chapters and pages that a question names: “What happens in chapter 3?”, “What stands on page 12?”."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dialogues.models import Book, BookChapter, BookPassage

_WORDS = {
    word: number
    for number, words in enumerate(
        (
            "one first i", "two second ii", "three third iii", "four fourth iv", "five fifth v",
            "six sixth vi", "seven seventh vii", "eight eighth viii", "nine ninth ix",
            "ten tenth x", "eleven eleventh xi", "twelve twelfth xii", "thirteen thirteenth xiii",
            "fourteen fourteenth xiv", "fifteen fifteenth xv", "sixteen sixteenth xvi",
            "seventeen seventeenth xvii", "eighteen eighteenth xviii",
            "nineteen nineteenth xix", "twenty twentieth xx",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
_NUMBER = r"(?P<number>\d{1,5}|[a-z]{1,12})"
_NAMED = re.compile(
    rf"\b(?P<kind>chapter|page|kapitel|seite)\s+(?:number\s+|no\.\s*)?{_NUMBER}\b", re.IGNORECASE
)
_COUNTED = re.compile(
    r"\b(?P<number>[a-z]{3,12}|\d{1,5}(?:st|nd|rd|th))\s+(?P<kind>chapter|page)\b", re.IGNORECASE
)
_LAST = re.compile(r"\blast\s+chapter\b", re.IGNORECASE)
# What a question about a place as a whole says beside the place.
_EMPTY = re.compile(
    r"\b(?:what|which|how|does|do|did|is|are|was|were|can|could|you|me|please|tell|say|says|said|stand|"
    r"stands|written|happen|happens|happened|going|go|goes|on|in|at|of|about|the|a|an|there|it|this|"
    r"that|summari[sz]e|summary|content|contents|describe|quote|read|show|begin|begins|text|book|"
    r"give|happening|all|and|was|steht|passiert|auf|im|geschieht)\b|\W",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A chapter or a page of a book with its paragraphs in order, never empty. `is_whole`: the
    question is about the place itself and names nothing to look for in it."""

    kind: str
    number: int
    passages: Sequence[BookPassage]
    chapter: BookChapter
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A place as the question names it, whether the book has it or not."""

    kind: str
    number: int
    rest: str


def named_place(question: str, book: Book) -> Named | None:
    """The first chapter or page that a question names; None when it names none."""
    if last := _LAST.search(question):
        return Named("chapter", book.chapter_count, _without(question, last))
    for pattern in (_NAMED, _COUNTED):
        for found in pattern.finditer(question):
            if number := _number(found["number"]):
                kind = "page" if found["kind"].lower() in {"page", "seite"} else "chapter"
                return Named(kind, number, _without(question, found))
    return None


def place_in(named: Named, book: Book, up_to_chapter: int | None = None) -> Place | None:
    """The place with its paragraphs; None where the book has none such, or only beyond the chapter
    that the reader has come to."""
    passages = book.passages.defer("lexemes").select_related("chapter").order_by("position")
    if up_to_chapter is not None:
        passages = passages.filter(chapter_number__lte=up_to_chapter)
    column = "page_number" if named.kind == "page" else "chapter_number"
    found = list(passages.filter(**{column: named.number}))
    if not found:
        return None
    is_whole = not _EMPTY.sub("", named.rest)
    return Place(named.kind, named.number, found, found[0].chapter, is_whole)


def _number(word: str) -> int:
    """0 when it is none."""
    digits = re.match(r"\d+", word)
    return int(digits[0]) if digits else _WORDS.get(word.lower(), 0)


def _without(question: str, found: re.Match[str]) -> str:
    return question[: found.start()] + " " + question[found.end() :]
