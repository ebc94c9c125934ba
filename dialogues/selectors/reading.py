"""Books as a reader opens them: the library, a book's chapters, one chapter's paragraphs."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from chatcore.errors import NotFound
from dialogues.models import Book, BookChapter, BookPassage, Character

MOST_BOOKS = 200


@dataclass(frozen=True, slots=True)
class ReadableChapter:
    """One chapter with its paragraphs in order, and what lies around it."""

    book: Book
    chapter: BookChapter
    paragraphs: Sequence[BookPassage]
    previous: BookChapter | None
    next: BookChapter | None


def books_to_read() -> list[Book]:
    """The library, by title."""
    return list(Book.objects.filter(status=Book.Status.READY).order_by("title", "id")[:MOST_BOOKS])


def characters_to_meet() -> list[Character]:
    """Whom one can talk with, by book and name."""
    met = Character.objects.filter(is_active=True, book__status=Book.Status.READY)
    return list(met.select_related("book").order_by("book__title", "book", "name")[:MOST_BOOKS])


def book_to_read(book_id: UUID) -> Book:
    """One book with its chapters. Raises NotFound, also for a withdrawn one."""
    book = Book.objects.prefetch_related("chapters").filter(pk=book_id, status="ready").first()
    if book is None:
        raise NotFound
    return book


def chapter_to_read(book_id: UUID, number: int) -> ReadableChapter:
    """A chapter by its number. Raises NotFound."""
    book = book_to_read(book_id)
    by_number = {chapter.number: chapter for chapter in book.chapters.all()}
    chapter = by_number.get(number)
    if chapter is None:
        raise NotFound
    return ReadableChapter(
        book=book,
        chapter=chapter,
        paragraphs=list(chapter.passages.order_by("paragraph_index").defer("lexemes")),
        previous=by_number.get(number - 1),
        next=by_number.get(number + 1),
    )
