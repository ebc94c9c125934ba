"""Books, and the statistics that let PostgreSQL rank their passages.

The seeds only point at books and characters (`content.books`, `content.characters` in seed 000);
these tables are what stands behind those two foreign keys.

A book is stored whole or not at all, and never changes afterwards: a corrected file is another
book. That is why a quotation, once checked, stays true, and why the statistics need no upkeep.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from chatcore.ids import uuid7


class Book(models.Model):
    """A book that people read, search and talk about."""

    class SourceFormat(models.TextChoices):
        TEXT = "text", "Plain text"
        EPUB = "epub", "EPUB"

    class Status(models.TextChoices):
        READY = "ready", "Ready"
        WITHDRAWN = "withdrawn", "Withdrawn"  # hidden from readers; dialogues about it stay

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=120, unique=True, help_text="The book's public name.")
    title = models.CharField(max_length=500)
    author = models.CharField(max_length=300, blank=True)
    language = models.CharField(max_length=35, default="en", help_text="BCP 47, as in “en”.")
    search_config = models.CharField(
        max_length=63,
        default="simple",
        editable=False,
        help_text="The PostgreSQL text search configuration its passages were stemmed with.",
    )
    description = models.TextField(blank=True)
    licence_note = models.TextField(blank=True, help_text="What the source says about its use.")
    source_format = models.CharField(max_length=10, choices=SourceFormat)
    source_name = models.CharField(max_length=255, blank=True, help_text="The imported file.")
    content_hash = models.CharField(
        max_length=64, unique=True, editable=False, help_text="SHA-256 of the imported file."
    )
    status = models.CharField(max_length=12, choices=Status, default=Status.READY)
    is_knowledge_base = models.BooleanField(
        default=False, help_text="Robots and assistants may answer from it unasked."
    )

    chapter_count = models.PositiveIntegerField(default=0)
    page_count = models.PositiveIntegerField(default=0)
    pages_are_estimated = models.BooleanField(
        default=True, help_text="The source marks no pages; 300 words were counted as one."
    )
    word_count = models.PositiveIntegerField(default=0)
    passage_count = models.PositiveIntegerField(default=0, help_text="BM25's N.")
    average_passage_length = models.FloatField(
        default=0.0, help_text="BM25's average length: indexed words per passage."
    )

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="imported_books",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "books"
        ordering: ClassVar = ["title", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="books_status_known", condition=Q(status__in=["ready", "withdrawn"])
            ),
            models.CheckConstraint(
                name="books_source_format_known", condition=Q(source_format__in=["text", "epub"])
            ),
            models.CheckConstraint(name="books_title_given", condition=~Q(title="")),
            models.CheckConstraint(
                name="books_content_hash_is_sha256",
                condition=Q(content_hash__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="books_average_not_negative", condition=Q(average_passage_length__gte=0)
            ),
        ]
        indexes: ClassVar = [
            # GET books/: the shelf, newest first, page by page.
            models.Index(fields=["status", "-created_at", "-id"], name="books_shelf"),
            # Retrieval over all knowledge bases starts with the list of them.
            models.Index(
                fields=["id"],
                name="books_knowledge_bases",
                condition=Q(is_knowledge_base=True, status="ready"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.author})" if self.author else self.title


class BookChapter(models.Model):
    """A chapter. Number 0 holds what stands before the first chapter (front matter)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # By book: the unique key below serves.
    book = models.ForeignKey(
        Book, on_delete=models.CASCADE, related_name="chapters", db_index=False
    )
    number = models.PositiveIntegerField(help_text="Counted from 1 through the whole book.")
    heading = models.CharField(max_length=500, blank=True, help_text="As the source prints it.")
    title = models.CharField(max_length=500, blank=True, help_text="Without label and number.")
    first_page = models.PositiveIntegerField(null=True, blank=True)
    passage_count = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "book_chapters"
        ordering: ClassVar = ["book", "number"]
        constraints: ClassVar = [
            # Also serves GET books/{id}/chapters/ and …/chapters/{number}/.
            models.UniqueConstraint(fields=["book", "number"], name="book_chapters_number_once"),
        ]

    def __str__(self) -> str:
        return self.heading or f"Chapter {self.number}"


class BookPassage(models.Model):
    """One paragraph: the unit that is searched, quoted and cited.

    `text` has its line breaks and runs of blanks folded to single spaces, so a quotation is
    compared with it literally.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # By book and by chapter: the unique keys below serve.
    book = models.ForeignKey(
        Book, on_delete=models.CASCADE, related_name="passages", db_index=False
    )
    chapter = models.ForeignKey(
        BookChapter, on_delete=models.CASCADE, related_name="passages", db_index=False
    )
    position = models.PositiveIntegerField(help_text="Counted from 1 through the whole book.")
    chapter_number = models.PositiveIntegerField(
        help_text="The chapter's number once more, so that a search needs no join."
    )
    paragraph_index = models.PositiveIntegerField(help_text="Counted from 1 in its chapter.")
    page_number = models.PositiveIntegerField(null=True, blank=True)
    section = models.CharField(
        max_length=200, blank=True, help_text="Heading of the part inside the chapter, as in “II.”"
    )
    text = models.TextField()
    lexemes = SearchVectorField(help_text="Stemmed with the book's search_config.")
    length = models.PositiveIntegerField(help_text="BM25's document length, in indexed words.")

    class Meta:
        db_table = "book_passages"
        ordering: ClassVar = ["book", "position"]
        constraints: ClassVar = [
            # Also serves the neighbours of a passage and reading a book from end to end.
            models.UniqueConstraint(fields=["book", "position"], name="book_passages_place_once"),
            # Also serves GET books/{id}/chapters/{number}/ and a citation's way back.
            models.UniqueConstraint(
                fields=["chapter", "paragraph_index"], name="book_passages_paragraph_once"
            ),
            models.CheckConstraint(name="book_passages_text_given", condition=~Q(text="")),
            models.CheckConstraint(
                name="book_passages_count_from_one",
                condition=Q(position__gte=1, paragraph_index__gte=1),
            ),
        ]
        indexes: ClassVar = [
            # Retrieval: the passages that hold any of the question's words.
            GinIndex(fields=["lexemes"], name="book_passages_lexemes", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.chapter_number}:{self.paragraph_index} {self.text[:60]}"


class BookLexeme(models.Model):
    """How many of a book's passages hold a lexeme: BM25's document frequency.

    Derived from `book_passages` at import and read by book and lexeme only, so the pair is the
    key and there is nothing to administer.
    """

    pk = models.CompositePrimaryKey("book_id", "lexeme")
    book = models.ForeignKey(
        Book, on_delete=models.CASCADE, related_name="lexeme_counts", db_index=False
    )
    lexeme = models.TextField()
    passage_count = models.PositiveIntegerField()

    class Meta:
        db_table = "book_lexemes"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="book_lexemes_seen_once", condition=Q(passage_count__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lexeme}: {self.passage_count}"


class Character(models.Model):
    """Somebody of a book whom a reader can talk with."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # By book: the unique key below serves.
    book = models.ForeignKey(
        Book, on_delete=models.CASCADE, related_name="characters", db_index=False
    )
    name = models.CharField(max_length=200)
    aliases = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Other names the book uses for them.",
    )
    description = models.TextField(blank=True, help_text="Who they are, for the reader.")
    persona = models.TextField(blank=True, help_text="How to play them, for the model.")
    voice = models.TextField(blank=True, help_text="How they speak: tone, habits, favourite words.")
    greeting = models.TextField(blank=True, help_text="What they say first.")
    avatar_url = models.URLField(max_length=500, blank=True)
    first_chapter = models.PositiveIntegerField(
        null=True, blank=True, help_text="Where they first appear, for readers without spoilers."
    )
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="created_characters",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "characters"
        ordering: ClassVar = ["book", "name"]
        constraints: ClassVar = [
            # Also serves GET books/{id}/characters/.
            models.UniqueConstraint("book", Lower("name"), name="characters_name_once"),
            models.CheckConstraint(name="characters_name_given", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
