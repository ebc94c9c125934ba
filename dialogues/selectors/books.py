"""The shelf: which books there are, and what stands in them."""

from uuid import UUID

from django.db.models import Q, QuerySet

from chatcore.errors import NotFound
from chatcore.models import User
from dialogues.models import Book, BookChapter, BookPassage, Character


def books_for(user: User) -> QuerySet[Book]:
    """The books that this person may read: all on the shelf; staff see withdrawn ones too."""
    return Book.objects.all() if user.is_staff else Book.objects.filter(status=Book.Status.READY)


def book_for(user: User, id_or_slug: UUID | str) -> Book:
    """A book by id or by its public name. Missing and withdrawn are one answer."""
    try:
        wanted = Q(pk=id_or_slug if isinstance(id_or_slug, UUID) else UUID(id_or_slug))
    except ValueError:
        # A slug is ASCII letters, digits and hyphens; PostgreSQL chokes on NUL in anything else.
        wanted = Q(slug=id_or_slug) if str(id_or_slug).isprintable() else Q(pk__in=[])
    found = books_for(user).filter(wanted).first()
    if found is None:
        raise NotFound("There is no such book.")
    return found


def knowledge_bases() -> list[Book]:
    """The books that robots and assistants may answer from unasked."""
    return list(Book.objects.filter(is_knowledge_base=True, status=Book.Status.READY))


def chapters_of(book: Book) -> QuerySet[BookChapter]:
    """In reading order; number 0 is front matter."""
    return book.chapters.order_by("number")


def chapter_of(book: Book, number: int) -> BookChapter:
    found = book.chapters.filter(number=number).first()
    if found is None:
        raise NotFound("The book has no such chapter.")
    return found


def passages_of(chapter: BookChapter) -> QuerySet[BookPassage]:
    """A chapter's paragraphs, without what only the search needs."""
    return chapter.passages.defer("lexemes").order_by("paragraph_index")


def characters_of(book: Book) -> QuerySet[Character]:
    """Those one can talk with, by name."""
    return book.characters.filter(is_active=True).order_by("name")
