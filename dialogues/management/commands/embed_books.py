"""`manage.py embed_books`: compute the vectors that passages lack, now and here."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress as Bar

from dialogues.answerers.embeddings import EmbeddingFailed, model
from dialogues.models import Book
from dialogues.selectors.vectors import coverage
from dialogues.services.embedding import embed_book


class Command(BaseCommand):
    help = (
        "Compute the vectors that books lack, with EMBEDDING_MODEL at LLM_BASE_URL; workers do the "
        "same by themselves. What is there is not computed again. Exits with 1 when the server fails."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--book", default="", help="the slug of one book, instead of all")
        parser.add_argument("--dry-run", action="store_true", help="tell what is missing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not model():
            raise CommandError("No embedding model: set LLM_BASE_URL and EMBEDDING_MODEL.")
        books = Book.objects.filter(**({"slug": options["book"]} if options["book"] else {}))
        if options["book"] and not books:
            raise CommandError(f"There is no book “{options['book']}”.")
        if not options["dry_run"]:
            self._compute(list(books), quiet=options["json"])
        self._tell(list(books), as_json=options["json"])

    def _compute(self, books: list[Book], *, quiet: bool) -> None:
        console = Console(stderr=True, quiet=quiet or not sys.stderr.isatty())
        with Bar(console=console, transient=True) as bar:
            for book in books:
                task = bar.add_task(book.title, total=book.passage_count)
                try:
                    embed_book(book, lambda done, _, task=task: bar.update(task, completed=done))  # type: ignore[misc]
                except EmbeddingFailed as error:
                    raise CommandError(f"The embedding server failed: {error}") from None

    def _tell(self, books: list[Book], *, as_json: bool) -> None:
        rows = [
            {"book": book.slug, "passages": book.passage_count, "vectors": coverage(book, model())}
            for book in books
        ]
        if as_json:
            self.stdout.write(json.dumps({"model": model(), "books": rows}))
            return
        for row in rows:
            self.stdout.write(f"{row['vectors']:6} of {row['passages']:6}  {row['book']}")
