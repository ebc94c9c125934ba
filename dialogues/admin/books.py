"""Books: upload one and watch, correct what is said about it, withdraw it; its characters."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from chatcore.admin.base import (
    ChatcoreAdmin,
    NotDeleted,
    ReadOnly,
    ReadOnlyInline,
    action,
    display,
    link_to,
    link_to_list,
    links,
)
from chatcore.admin.jobs import register_lead
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Figure, Menu, register_figure
from chatcore.models import Job
from dialogues.admin.menu import BOOKS
from dialogues.admin.upload import UploadForm
from dialogues.answerers.embeddings import model
from dialogues.models import Book, BookChapter, BookPassage, Character, DialogueSession
from dialogues.selectors.vectors import coverage
from dialogues.services.book_imports import KIND


class CharacterInline(ReadOnlyInline[Character, Book]):
    model = Character
    fields = readonly_fields = ("name", "description", "first_chapter", "is_active")
    per_page = 20


class ChapterInline(ReadOnlyInline[BookChapter, Book]):
    model = BookChapter
    fields = readonly_fields = ("number", "heading", "title", "first_page", "passage_count")
    per_page = 50


@admin.register(Book)
class BookAdmin(NotDeleted[Book]):
    """A book's text never changes, so that a checked quotation stays true; what is said of it may.

    It is withdrawn rather than deleted: people's dialogues about it would go with it.
    """

    menu = Menu(BOOKS, 10, "menu_book")
    list_display = (
        "title",
        "author",
        "language",
        "shown_status",
        "is_knowledge_base",
        "chapter_count",
        "passage_count",
    )
    list_filter = ("status", "is_knowledge_base", "language", "source_format")
    search_fields = ("title", "author", "slug")
    inlines: ClassVar = [ChapterInline, CharacterInline]
    actions_list = ("upload",)
    # What the import found stands fast.
    readonly_fields = (
        "language",
        "source_format",
        "source_name",
        "content_hash",
        "search_config",
        "chapter_count",
        "page_count",
        "pages_are_estimated",
        "word_count",
        "passage_count",
        "vectors",
        "created_by",
        "created_at",
        "updated_at",
        "leads",
    )
    fieldsets: ClassVar = [
        (None, {"fields": [("title", "author"), ("slug", "status"), "is_knowledge_base", "leads"]}),
        ("About", {"classes": ["tab"], "fields": ["description", "licence_note"]}),
        (
            "Import",
            {
                "classes": ["tab"],
                "fields": [
                    ("language", "search_config"),
                    ("source_format", "source_name"),
                    "content_hash",
                    ("chapter_count", "passage_count"),
                    ("page_count", "pages_are_estimated"),
                    "word_count",
                    "vectors",
                    ("created_by", "created_at"),
                ],
            },
        ),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Books come in by upload; the page for it asks `has_upload_permission`."""
        return False

    def has_upload_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request)

    @action(description="Upload a book", icon="upload", permissions=["upload"])
    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take the file, begin the import, and lead to the page that shows how far it is."""
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid() and (job := form.begin(request.user)):
            return redirect(reverse("admin:chatcore_job_change", args=[job.pk]))
        context = {**self.admin_site.each_context(request), "title": "Upload a book", "form": form}
        return render(request, "admin/upload_book.html", {**context, "opts": self.opts})

    @display(
        description="status", ordering="status", label={"ready": "success", "withdrawn": "warning"}
    )
    def shown_status(self, book: Book) -> tuple[str, str]:
        return book.status, book.get_status_display()

    @admin.display(description="vectors")
    def vectors(self, book: Book) -> str:
        """How many passages are found by their meaning, too."""
        if not (name := model()):
            return "No embedding model is configured: passages are found by their words."
        return f"{coverage(book, name)} of {book.passage_count} passages, by {name}"

    @admin.display(description="see")
    def leads(self, book: Book) -> str:
        passages = link_to_list(BookPassage, "passages", book__id__exact=book.pk)
        dialogues = link_to_list(DialogueSession, "dialogues about it", book__id__exact=book.pk)
        return links(passages, dialogues)


@admin.register(BookChapter)
class BookChapterAdmin(ReadOnly[BookChapter]):
    menu = Menu(BOOKS, 20, "toc")
    list_display = ("number", "heading", "title", "book", "first_page", "passage_count")
    list_display_links = ("number", "heading")
    list_filter = (("book", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("book",)
    search_fields = ("heading", "title", "book__title")
    ordering = ("book__title", "number")


@admin.register(BookPassage)
class BookPassageAdmin(ReadOnly[BookPassage], BigTable[BookPassage]):
    """Paragraphs, in the order of the book. Searched by place, or by the words' stems."""

    menu = Menu(BOOKS, 30, "format_quote")
    list_display = ("place", "beginning", "book", "page_number", "length")
    list_filter = (("book", admin.RelatedOnlyFieldListFilter),)
    list_select_related = ("book",)
    search_fields = ("id",)  # shows the box; `get_search_results` decides
    search_help_text = "Words of the passage"
    fields = (
        ("book", "chapter"),
        ("position", "chapter_number"),
        ("paragraph_index", "page_number"),
        ("section", "length"),
        "text",
    )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["book", "position"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BookPassage]:
        return super().get_queryset(request).defer("lexemes")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[BookPassage], search_term: str
    ) -> tuple[QuerySet[BookPassage], bool]:
        return passages_with(queryset, search_term), False

    @admin.display(description="place")
    def place(self, passage: BookPassage) -> str:
        return f"{passage.chapter_number}:{passage.paragraph_index}"

    @admin.display(description="text")
    def beginning(self, passage: BookPassage) -> str:
        return passage.text[:140] + ("…" if len(passage.text) > 140 else "")


@admin.register(Character)
class CharacterAdmin(ChatcoreAdmin[Character]):
    menu = Menu(BOOKS, 40, "theater_comedy")
    list_display = ("name", "book", "description", "first_chapter", "is_active")
    list_filter = ("is_active", ("book", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("book",)
    search_fields = ("name", "book__title")
    autocomplete_fields = ("book",)
    readonly_fields = ("created_by", "created_at", "updated_at")
    fieldsets: ClassVar = [
        (None, {"fields": ["name", "book", "aliases", ("first_chapter", "is_active")]}),
        (
            "How they are",
            {"fields": ["description", "persona", "voice", "greeting", "avatar_url"]},
        ),
        ("When", {"classes": ["collapse"], "fields": [("created_by", "created_at"), "updated_at"]}),
    ]

    def save_model(self, request: HttpRequest, obj: Character, form: Any, change: bool) -> None:
        obj.created_by = obj.created_by or request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)


def passages_with(queryset: QuerySet[BookPassage], words: str) -> QuerySet[BookPassage]:
    """The passages that hold all the words: through the index, in English stems or as they are."""
    from django.contrib.postgres.search import SearchQuery

    if not words.strip():
        return queryset
    stems = SearchQuery(words, config="english") | SearchQuery(words, config="simple")
    return queryset.filter(lexemes=stems)


def _imported_book(job: Job) -> str:
    return link_to(Book, job.result.get("book"), job.result.get("title", "The book"))


register_lead(KIND, _imported_book)


def _figure() -> tuple[str, str]:
    ready = Book.objects.filter(status=Book.Status.READY).count()
    characters = Character.objects.filter(is_active=True).count()
    return str(ready), f"on the shelf; {characters} characters"


register_figure(
    Figure(
        20, "Books", "menu_book", _figure, "admin:dialogues_book_changelist", "dialogues.view_book"
    )
)
