"""`manage.py import_book FILE`: bring a text or EPUB file onto the shelf."""

import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress as Bar

from dialogues.importing import BookUnreadable, ParsedBook, read_book
from dialogues.importing.parsed import Progress
from dialogues.services.books import Imported, store_book


class Command(BaseCommand):
    help = (
        "Import a book from a plain text (Project Gutenberg's form is understood) or EPUB file. "
        "The same file imported again changes nothing. Exits with 1 when it cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--title", default="", help="instead of what the file says")
        parser.add_argument("--author", default="", help="instead of what the file says")
        parser.add_argument("--language", default="", help="a tag such as en, de or pt-BR")
        parser.add_argument(
            "--knowledge-base",
            action="store_true",
            help="robots and assistants may answer from it unasked",
        )
        parser.add_argument("--dry-run", action="store_true", help="read and tell, store nothing")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        console = Console(stderr=True, quiet=options["json"] or not sys.stderr.isatty())
        with Bar(console=console, transient=True) as bar:
            task = bar.add_task("Reading", total=None)

            def progress(done: int, total: int, note: str) -> None:
                bar.update(task, completed=done, total=total or None, description=note.capitalize())

            parsed = self._read(options, progress)
            imported = None if options["dry_run"] else self._store(parsed, options, progress)
        self._tell(parsed, imported, as_json=options["json"])

    def _read(self, options: dict[str, Any], progress: Progress) -> ParsedBook:
        path: Path = options["file"]
        chosen = {name: options[name] for name in ("title", "author", "language")}
        try:
            return read_book(_bytes_of(path), path.name, progress=progress, **chosen)
        except BookUnreadable as error:
            if options["json"]:
                self.stdout.write(json.dumps({"code": error.code, "detail": error.detail}))
            raise CommandError(f"{path}: {error.detail}") from None

    def _store(self, parsed: ParsedBook, options: dict[str, Any], progress: Progress) -> Imported:
        return store_book(parsed, is_knowledge_base=options["knowledge_base"], progress=progress)

    def _tell(self, parsed: ParsedBook, imported: Imported | None, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(_facts(parsed, imported), ensure_ascii=False))
            return
        for warning in parsed.warnings:
            self.stderr.write(self.style.WARNING(warning))
        by = f" by {parsed.author}" if parsed.author else ""
        self.stdout.write(f"“{parsed.title}”{by}, {parsed.language}")
        for chapter in parsed.chapters:
            heading = chapter.heading or ("Front matter" if chapter.number == 0 else "The whole")
            self.stdout.write(f"  {chapter.number:3}  {heading} ({len(chapter.passages)})")
        self.stdout.write(
            f"{parsed.passage_count} paragraphs, {parsed.word_count} words, {parsed.page_count} "
            f"{'estimated ' if parsed.pages_are_estimated else ''}pages."
        )
        self.stdout.write(self.style.SUCCESS(_outcome(imported)))


def _bytes_of(path: Path) -> bytes:
    """The file's bytes. Raises CommandError where there is none to read."""
    try:
        if path.stat().st_size > settings.BOOK_UPLOAD_MAX_BYTES:
            most = settings.BOOK_UPLOAD_MAX_BYTES // 1024 // 1024
            raise CommandError(f"{path} is larger than {most} MiB.")
        return path.read_bytes()
    except FileNotFoundError:
        raise CommandError(f"There is no file {path}.") from None
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from None


def _outcome(imported: Imported | None) -> str:
    if imported is None:
        return "Nothing was stored (--dry-run)."
    book = imported.book
    if imported.created:
        return f"Imported as {book.slug} ({book.pk})."
    return f"This file was imported before, as {book.slug} ({book.pk}); nothing was changed."


def _facts(parsed: ParsedBook, imported: Imported | None) -> dict[str, Any]:
    return {
        "book": str(imported.book.pk) if imported else None,
        "slug": imported.book.slug if imported else None,
        "created": bool(imported and imported.created),
        "title": parsed.title,
        "author": parsed.author,
        "language": parsed.language,
        "source_format": parsed.source_format,
        "chapters": [
            {"number": c.number, "heading": c.heading, "passages": len(c.passages)}
            for c in parsed.chapters
        ],
        "passages": parsed.passage_count,
        "words": parsed.word_count,
        "pages": parsed.page_count,
        "pages_are_estimated": parsed.pages_are_estimated,
        "warnings": list(parsed.warnings),
    }
