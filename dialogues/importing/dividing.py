"""Blocks to chapters: which headings open chapters, which are parts, which only contents."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from dialogues.importing.headings import Heading, Rank, heading_of, is_title
from dialogues.importing.parsed import Block, ParsedChapter, ParsedPassage

_LONGEST_PASSAGE = 8_000
_PROSE_WORDS = 12
# Contents and covers of EPUBs: headings whose text is no part of the book.
_NOT_THE_BOOK = (
    "contents", "table of contents", "inhalt", "cover", "title page", "half title", "copyright",
    "copyright page", "also by", "about the author", "landmarks",
)  # fmt: skip


@dataclass(slots=True)
class _Open:
    """A heading and the blocks under it."""

    heading: Heading | None
    printed: str
    body: list[Block]

    @property
    def is_empty(self) -> bool:
        return not any(_is_prose(block) for block in self.body)


def divided(blocks: list[Block]) -> list[ParsedChapter]:
    """The chapters of a book, in order.

    Numbers count from 1 through the whole book, also where a book's parts number their chapters
    anew; chapter 0 holds the prose before the first (a preface). A book without headings is one
    chapter. Numerals inside chapters (“II.”) become the `section` of their passages.
    """
    opened = _opened(_with_headings(blocks))
    opened = _with_front_matter(_without_contents(opened))
    ranks = _chapter_ranks(opened)
    return _numbered(_assembled(opened, ranks))


def _with_headings(blocks: list[Block]) -> list[tuple[Block, Heading | None]]:
    marked = any(block.mark is not None for block in blocks)
    return [(block, _heading(block, marked=marked)) for block in blocks]


def _heading(block: Block, *, marked: bool) -> Heading | None:
    """In an EPUB the table of contents decides; elsewhere, or without one, the look of the line."""
    label = block.mark if block.mark is not None else block.text
    found = heading_of(label, block.lines)
    if block.mark is not None:
        return found or Heading(Rank.CHAPTER, None, label)
    if marked:
        return found if found and found.rank is Rank.BARE else None
    if found is None and 1 <= block.level <= 2 and len(label) <= 160:
        return Heading(Rank.CHAPTER, None, label)
    return found


def _opened(blocks: Iterable[tuple[Block, Heading | None]]) -> list[_Open]:
    found = [_Open(None, "", [])]
    for block, heading in blocks:
        if heading:
            own_text = [] if block.level or block.mark is None else [block]
            same = own_text and heading_of(block.text, block.lines)
            body = [] if same or _is_echo(block) else own_text
            found.append(_Open(heading, block.mark or block.text, body))
        elif _completes(found[-1], block):
            found[-1].heading = replace(
                found[-1].heading or Heading(Rank.BARE, None, ""), title=block.text
            )
            found[-1].printed = f"{found[-1].printed} {block.text}"
        else:
            found[-1].body.append(block)
    return found


def _is_echo(block: Block) -> bool:
    """The contents' label printed once more at the head of the chapter."""
    letters = "".join(filter(str.isalnum, block.text)).lower()
    label = "".join(filter(str.isalnum, block.mark or "")).lower()
    return letters == label or (len(letters) < 160 and letters in label)


def _completes(last: _Open, block: Block) -> bool:
    """A line under “CHAPTER I” that is its title."""
    return (
        last.heading is not None
        and last.heading.rank in (Rank.CHAPTER, Rank.PART)
        and not last.heading.title
        and not last.body
        and block.lines <= 2
        and is_title(block.text)
    )


def _without_contents(opened: list[_Open]) -> list[_Open]:
    """Drop the entries of a table of contents: the same headings come again, with text under them.

    A heading with no prose under it is one, if a later heading has its rank and number. The last
    entry has the book's first lines under it, perhaps: those are kept as what stands before.
    """
    kept: list[_Open] = []
    for place, one in enumerate(opened):
        if (
            one.heading
            and one.heading.rank is not Rank.BARE
            and _is_entry(one, opened[place + 1 :])
        ):
            continue
        if kept and one.heading is None:
            kept[-1].body.extend(one.body)
        else:
            kept.append(one)
    return kept


def _is_entry(one: _Open, later: list[_Open]) -> bool:
    if not one.is_empty or one.heading is None:
        return False
    same = (one.heading.number, _key(one.heading.title))
    return any(o.heading and (o.heading.number, _key(o.heading.title)) == same for o in later)


def _key(title: str) -> str:
    """A title without the page number that a table of contents adds."""
    return "".join(filter(str.isalnum, title.rstrip("0123456789. "))).lower()


def _with_front_matter(opened: list[_Open]) -> list[_Open]:
    """Where chapters are numbered, what has a name but no number before them is front matter."""
    numbered = [
        o for o in opened if o.heading and o.heading.number and o.heading.rank is not Rank.BARE
    ]
    if not numbered:
        return opened
    first = opened.index(numbered[0])
    for one in opened[:first]:
        if one.heading and one.heading.rank is Rank.CHAPTER:
            one.heading = replace(one.heading, rank=Rank.OPENING)
            one.body = [block for block in one.body if _is_prose(block)]
    return [o for o in opened if not (o.heading and o.heading.number is None and o.is_empty)]


def _chapter_ranks(opened: list[_Open]) -> set[Rank]:
    """Which rank of heading opens this book's chapters: the highest that occurs."""
    ranks = [one.heading.rank for one in opened if one.heading]
    for rank in (Rank.CHAPTER, Rank.TITLED, Rank.PART, Rank.BARE):
        if rank in ranks and (rank is not Rank.BARE or _counts_up(opened)):
            return {rank}
    return set()


def _counts_up(opened: list[_Open]) -> bool:
    """Bare numerals are headings only when they count 1, 2, 3; else they are paragraphs."""
    numbers = [o.heading.number for o in opened if o.heading and o.heading.rank is Rank.BARE]
    return len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1))


@dataclass(slots=True)
class _Assembly:
    chapters: list[tuple[str, ParsedChapter]]
    part: str = ""
    section: str = ""
    last_number: int = 0


def _assembled(opened: list[_Open], ranks: set[Rank]) -> list[tuple[str, ParsedChapter]]:
    """Chapters in order with their kind: "front", "chapter" or "closing"."""
    made = _Assembly([("front", ParsedChapter(0, "", ""))])
    for one in opened:
        if one.printed.strip(" .:").lower() in _NOT_THE_BOOK:
            continue
        _place(one, ranks, made)
    return [(kind, c) for kind, c in made.chapters if c.passages]


def _place(one: _Open, ranks: set[Rank], made: _Assembly) -> None:
    heading, body = one.heading, one.body
    if heading is None:
        body = [block for block in body if _is_prose(block)] if ranks else body
    elif _opens_chapter(heading, ranks, made.last_number):
        made.last_number = heading.number or made.last_number
        title = f"{made.part}: {heading.title}" if made.part and heading.title else heading.title
        kind = "closing" if heading.rank is Rank.CLOSING else "chapter"
        made.chapters.append((kind, ParsedChapter(0, one.printed[:500], title[:500])))
        made.section = ""
    elif heading.rank is Rank.PART:
        made.part, made.section, made.last_number = one.printed[:200], "", 0
    elif heading.rank is Rank.BARE and not _is_section(heading, made):
        body = [Block(one.printed), *body]
    else:
        made.section = one.printed[:200]
    made.chapters[-1][1].passages.extend(
        ParsedPassage(text, made.section, block.page) for block in body for text in _cut(block.text)
    )


def _opens_chapter(heading: Heading, ranks: set[Rank], last: int) -> bool:
    if heading.rank in ranks or heading.rank is Rank.CLOSING:
        return True
    # “ADVENTURE VI. …” goes on as “VII. …” in some books.
    return Rank.CHAPTER in ranks and heading.rank is Rank.TITLED and heading.number == last + 1


def _is_section(heading: Heading, made: _Assembly) -> bool:
    """“II.” is a section's heading when it is the first or follows “I.”."""
    return heading.number == 1 or bool(made.section)


def _numbered(found: list[tuple[str, ParsedChapter]]) -> list[ParsedChapter]:
    number = 0
    for kind, chapter in found:
        if kind != "front":
            number += 1
            chapter.number = number
    if found and number == 0:  # no heading anywhere: the book is its first chapter
        found[0][1].number = 1
    return [chapter for _, chapter in found]


def _is_prose(block: Block) -> bool:
    """Not a title page's line: a dozen words, or a sentence."""
    words = len(block.text.split())
    return words >= _PROSE_WORDS or (words >= 2 and block.text[-1] in ".!?”’\"'")


def _cut(text: str) -> list[str]:
    """A paragraph as it is; one beyond 8,000 characters in pieces that end at a sentence's end."""
    pieces = []
    while len(text) > _LONGEST_PASSAGE:
        end = text.rfind(". ", _LONGEST_PASSAGE // 2, _LONGEST_PASSAGE) + 1
        end = end or text.rfind(" ", 1, _LONGEST_PASSAGE) + 1 or _LONGEST_PASSAGE
        pieces.append(text[:end].strip())
        text = text[end:].strip()
    return [*pieces, text] if text else pieces
