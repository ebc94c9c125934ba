"""The librarian: no model. Finds the passages that fit a question and answers with quotations."""

import re
from collections.abc import Callable, Generator, Iterator, Sequence

from dialogues.answerers.finding import Found, found_for, place_citations
from dialogues.answerers.port import Citation, Delta, Finished, Question
from dialogues.answerers.quotations import quotation_in
from dialogues.models import Book, Character
from dialogues.selectors.passages import FoundPassage
from dialogues.selectors.places import Place
from dialogues.selectors.sentences import best_parts

NAME = "librarian"
MOST_QUOTATIONS = 3
# Below this a passage shares little more than one common word with the question.
FITS = 0.2
# A second and third quotation only where they fit nearly as well as the first.
NEARLY = 0.6
_PIECE = re.compile(r"\S+\s*(?:\S+\s*){0,2}|\s+")


class Librarian:
    """An index that can talk, and says that it is one. `nothing` words an answer without a find."""

    def __init__(self, nothing: Callable[[Question, Sequence[Book]], str] | None = None) -> None:
        self._nothing = nothing or _nothing

    def answer(self, question: Question) -> Generator[Delta | Citation | Finished]:
        """Up to three quotations, each followed by its citation; of a chapter or page that is asked
        about as a whole, its beginning and its end.

        Every `highlighted_text` stands letter for letter in its `source_text`, the stored passage
        (whose white space was folded to single blanks); one that did not would be left out.
        """
        found = found_for(question, MOST_QUOTATIONS, _context(question))
        if found.place:
            yield from _about_place(found.place)
            yield Finished(model_used=NAME, confidence_score=1.0)
            return
        passages = _near_the_best(found, question.character)
        if not passages:
            yield from spoken(_no_place(found, question) or self._nothing(question, found.books))
            yield Finished(model_used=NAME, confidence_score=0.0)
            return
        yield from spoken(_opening(question))
        yield from _quotations(question, found.books, passages)
        best = round(max(passage.similarity_score for passage in passages), 2)
        yield Finished(model_used=NAME, confidence_score=best)


def _near_the_best(found: Found, character: Character | None) -> list[FoundPassage]:
    """The best passage and those that come near it; where a chapter or page was named, anything that
    shares a word."""
    best = found.passages[0].similarity_score if found.passages else 0.0
    least = max(0.0 if found.named else FITS, NEARLY * best)
    near = [passage for passage in found.passages if passage.similarity_score >= least]
    return sorted(near, key=lambda passage: not _names(character, passage.text))


def _names(character: Character | None, text: str) -> bool:
    """Whether a passage speaks of the character by name: one's own passages come first."""
    if character is None:
        return False
    names = filter(None, [character.name, *character.aliases])
    return any(re.search(rf"\b{re.escape(name)}\b", text) for name in names)


def _about_place(place: Place) -> Iterator[Delta | Citation]:
    """A chapter or a page as a whole: how long it is, how it begins and ends."""
    title = place.chapter.title if place.kind == "chapter" else ""
    name = f"{place.kind.capitalize()} {place.number}{f', “{title}”,' if title else ''}"
    many = len(place.passages)
    paragraphs = "one paragraph" if many == 1 else f"{many} paragraphs"
    yield from spoken(f"I am an index, not a mind, and cannot retell. {name} has {paragraphs}.")
    for verb, citation in zip(("begins", "ends"), place_citations(place), strict=False):
        framed = _framed(citation.highlighted_text, citation.source_text)
        yield from spoken(f"\n\nIt {verb}: {framed}")
        yield citation


def _no_place(found: Found, question: Question) -> str:
    """Why a place that was named gives nothing; empty where none was named."""
    if not found.named or not question.book:
        return ""
    place = f"{found.named.kind} {found.named.number}"
    limit = question.current_chapter
    if limit is not None:
        return f"Up to chapter {limit}, which you have come to, I find nothing of that in {place}."
    return f"In {place} of “{question.book.title}” I find nothing of that."


def _context(question: Question) -> str:
    """What the question may silently go on about: the last question, the character."""
    earlier = [said.content for said in question.history if said.role == "user"]
    name = question.character.name if question.character else ""
    return f"{earlier[-1] if earlier else ''} {name}".strip()


def _quotations(
    question: Question, books: Sequence[Book], found: Sequence[FoundPassage]
) -> Iterator[Delta | Citation]:
    by_id = {book.pk: book for book in books}
    for passage in found:
        book = by_id[passage.book_id]
        (part,) = best_parts(question.content, book, [passage.text])
        quoted = quotation_in(part, passage.text)
        if quoted is None:
            continue
        yield from spoken(f"\n\n{_framed(quoted, passage.text)}\n{_place(passage, book, question)}")
        yield Citation(
            reference_type="character_memory"
            if _names(question.character, passage.text)
            else "paragraph",
            passage_id=passage.id,
            chapter_number=passage.chapter_number,
            page_number=passage.page_number,
            paragraph_index=passage.paragraph_index,
            source_text=passage.text,
            highlighted_text=quoted,
            similarity_score=round(passage.similarity_score, 2),
            vector_id=passage.vector_id,
        )


def _framed(quoted: str, text: str) -> str:
    """In quotation marks, with dots where the passage goes on."""
    before = "" if text.startswith(quoted) else "… "
    after = "" if text.endswith(quoted) else " …"
    return f"“{before}{quoted}{after}”"


def _place(passage: FoundPassage, book: Book, question: Question) -> str:
    place = f"— chapter {passage.chapter_number}, paragraph {passage.paragraph_index}"
    return place if question.book else f"{place} of “{book.title}”"


def _opening(question: Question) -> str:
    """Who speaks, in full the first time only; a template's greeting was somebody else's."""
    if any(said.role == "user" for said in question.history):
        return "The passages that fit best:"
    if question.character and not question.has_met_character:
        return (
            f"I am an index, not a mind. Up to chapter {question.current_chapter} you have not met "
            f"{question.character.name}; the passages there that fit your question best:"
        )
    if question.character:
        return (
            f"I am an index, not a mind, and cannot speak as {question.character.name}. "
            "The passages that fit your question best:"
        )
    return (
        "I am an index, not a mind: I find passages and quote them. These fit your question best:"
    )


def _nothing(question: Question, books: Sequence[Book]) -> str:
    if not books:
        return (
            "I am an index, not a mind: I can only quote from books, and no book belongs to this "
            "dialogue. Start a dialogue about a book to ask what it says."
        )
    where = f"“{question.book.title}”" if question.book else "the books I know"
    limit = question.current_chapter if question.book else None
    until = f" up to chapter {limit}" if limit is not None else ""
    return (
        f"I am an index, not a mind, and in {where}{until} I find no passage that fits your "
        "question. Words that the book itself uses help me most."
    )


def spoken(text: str) -> Iterator[Delta]:
    """A few words at a time, as a reader takes them in."""
    for piece in _PIECE.findall(text):
        yield Delta(piece)
