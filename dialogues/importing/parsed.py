"""What a reader of book files hands on, and the one error it may raise."""

from collections.abc import Callable
from dataclasses import dataclass, field

from chatcore.errors import Invalid

# (done, total, what is being done); total is 0 while nobody knows.
Progress = Callable[[int, int, str], None]


class BookUnreadable(Invalid):
    """The file is not a book we can read. `detail` says what is wrong and how to mend it."""

    code = "book_unreadable"
    title = "The file could not be read as a book"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or heading as it stands in the source, before chapters are known."""

    text: str
    lines: int = 1
    # Where the source names its headings itself (EPUB): the tag's level, the label in its contents.
    level: int = 0
    mark: str | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedPassage:
    text: str
    section: str = ""
    page_number: int | None = None


@dataclass(slots=True)
class ParsedChapter:
    number: int
    heading: str = ""
    title: str = ""
    passages: list[ParsedPassage] = field(default_factory=list)


@dataclass(slots=True)
class Source:
    """What a format reader found: the blocks, and what the file says about itself."""

    blocks: list[Block]
    title: str = ""
    author: str = ""
    language: str = ""
    licence_note: str = ""
    description: str = ""
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ParsedBook:
    """A book ready to be stored. `language` is BCP 47, `content_hash` the file's SHA-256 in hex."""

    title: str
    author: str
    language: str
    source_format: str
    source_name: str
    content_hash: str
    licence_note: str
    description: str
    chapters: tuple[ParsedChapter, ...]
    pages_are_estimated: bool
    warnings: tuple[str, ...]

    @property
    def passage_count(self) -> int:
        return sum(len(chapter.passages) for chapter in self.chapters)

    @property
    def word_count(self) -> int:
        return sum(len(p.text.split()) for chapter in self.chapters for p in chapter.passages)

    @property
    def page_count(self) -> int:
        pages = (p.page_number or 0 for chapter in self.chapters for p in chapter.passages)
        return max(pages, default=0)
