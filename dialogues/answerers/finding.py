"""What of the books an answerer is given: the passages that fit, or the chapter or page that is named."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialogues.answerers.port import Citation, Question
from dialogues.answerers.ranking import ranked_passages
from dialogues.models import Book, BookPassage
from dialogues.selectors.books import knowledge_bases
from dialogues.selectors.passages import FoundPassage
from dialogues.selectors.places import Named, Place, named_place, place_in
from dialogues.selectors.sentences import parts_of

# Where a chapter or page is named, so many are ranked to find those that lie in it.
_DEEP = 200


@dataclass(frozen=True, slots=True)
class Found:
    """Passages, best first, and the books they are from.

    `place`: what the question is about as a whole; the passages are then its own, in order. `named`:
    the place that the question names, whether there is one or not.
    """

    books: Sequence[Book]
    passages: Sequence[FoundPassage]
    named: Named | None = None
    place: Place | None = None


def found_for(question: Question, limit: int, context: str = "") -> Found:
    """What answers a question, of its book or of the knowledge bases; at most `limit` passages.

    `context`: what an unfinished question goes on about. Nothing of chapters that the reader has not
    come to.
    """
    books = [question.book] if question.book else knowledge_bases()
    named = named_place(question.content, question.book) if question.book else None
    if named is None or question.book is None:
        return Found(books, _fitting(question.content, question, books, limit, context))
    place = place_in(named, question.book, question.current_chapter)
    if place is None:
        return Found(books, [], named)
    if place.is_whole:
        return Found(books, _spread(place, limit), named, place)
    inside = {passage.pk for passage in place.passages}
    deep = _fitting(named.rest, question, books, _DEEP, context)
    return Found(books, [one for one in deep if one.id in inside][:limit], named)


def place_citations(place: Place) -> Iterator[Citation]:
    """How a place begins and, where it is more than one paragraph, how it ends."""
    first, last = place.passages[0], place.passages[-1]
    yield _citation(place, first, parts_of(first.text)[0])
    if last is not first:
        yield _citation(place, last, parts_of(last.text)[-1])


def _fitting(
    words: str, question: Question, books: Sequence[Book], limit: int, context: str
) -> list[FoundPassage]:
    return ranked_passages(
        words,
        books,
        limit=limit,
        up_to_chapter=question.current_chapter if question.book else None,
        context=context,
    )


def _spread(place: Place, limit: int) -> list[FoundPassage]:
    """As many of a place's passages as wanted, evenly from its beginning to its end."""
    passages = place.passages
    many = min(limit, len(passages))
    chosen = [passages[number * len(passages) // many] for number in range(many)]
    return [
        FoundPassage(
            id=passage.pk,
            book_id=passage.book_id,
            position=passage.position,
            chapter_number=passage.chapter_number,
            paragraph_index=passage.paragraph_index,
            page_number=passage.page_number,
            section=passage.section,
            text=passage.text,
            similarity_score=1.0,
        )
        for passage in chosen
    ]


def _citation(place: Place, passage: BookPassage, quoted: str) -> Citation:
    """A reference to the place as a whole, which opens at one of its paragraphs."""
    return Citation(
        reference_type=place.kind,
        passage_id=passage.pk,
        chapter_number=passage.chapter_number,
        page_number=passage.page_number,
        paragraph_index=passage.paragraph_index,
        source_text=passage.text,
        highlighted_text=quoted,
        similarity_score=1.0,
    )
