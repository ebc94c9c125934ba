"""The one door of this package: a file's bytes to a `ParsedBook`."""

import hashlib
from pathlib import PurePath

from dialogues.importing.dividing import divided
from dialogues.importing.encodings import decoded
from dialogues.importing.epub import read_epub
from dialogues.importing.gutenberg import read_text
from dialogues.importing.languages import language_tag
from dialogues.importing.pages import estimate_pages
from dialogues.importing.parsed import BookUnreadable, ParsedBook, Progress, Source

_ZIP = b"PK\x03\x04"


def _silent(done: int, total: int, note: str) -> None:
    """Nobody watches."""


def read_book(
    data: bytes,
    name: str,
    *,
    title: str = "",
    author: str = "",
    language: str = "",
    progress: Progress = _silent,
) -> ParsedBook:
    """Read a plain text or EPUB file; the format is told by its content, not by its name.

    `title`, `author` and `language` win over what the file says. `progress` hears of documents
    read. Raises BookUnreadable with the cause and the mend.
    """
    if not data.strip():
        raise BookUnreadable("The file is empty.")
    is_epub = data.startswith(_ZIP)
    source = read_epub(data, progress) if is_epub else read_text(decoded(data))
    chapters = divided(source.blocks)
    if not chapters:
        raise BookUnreadable("No paragraph of text was found in the file.")
    has_pages = any(block.page for block in source.blocks)
    if not has_pages:
        estimate_pages(chapters)
    tag = _language(language, source)
    return ParsedBook(
        title=(title.strip() or source.title or _title_from(name, source))[:500],
        author=(author.strip() or source.author)[:300],
        language=tag,
        source_format="epub" if is_epub else "text",
        source_name=PurePath(name).name[:255],
        content_hash=hashlib.sha256(data).hexdigest(),
        licence_note=source.licence_note,
        description=source.description,
        chapters=tuple(chapters),
        pages_are_estimated=not has_pages,
        warnings=tuple(source.warnings),
    )


def _language(given: str, source: Source) -> str:
    if given and not language_tag(given):
        raise BookUnreadable(f"“{given}” is no language. Give its tag, as in en, de or pt-BR.")
    if tag := language_tag(given) or language_tag(source.language):
        return tag
    source.warnings.append("The file names no language; English is assumed.")
    return "en"


def _title_from(name: str, source: Source) -> str:
    stem = PurePath(name).stem.replace("_", " ").replace("-", " ").strip()
    if not stem:
        raise BookUnreadable("The file names no title. Give one.")
    source.warnings.append("The file names no title; its own name is used.")
    return stem.title() if stem.islower() else stem
