"""Plain text as Project Gutenberg ships it: a header with facts, the book, the licence."""

import re

from dialogues.importing.headings import heading_of
from dialogues.importing.parsed import Block, Source

_START = re.compile(
    r"^\*\*\* ?START OF (?:THE |THIS )?.*$|^\*END\*? ?THE SMALL PRINT.*$",
    re.MULTILINE | re.IGNORECASE,
)
_END = re.compile(
    r"^\*\*\* ?END OF (?:THE |THIS )?.*$|^End of (?:the |this )?Project Gutenberg.*$",
    re.MULTILINE | re.IGNORECASE,
)
_LICENCE_AFTER = re.compile(r"^\*\*\* ?START: FULL LICEN[SC]E.*$", re.MULTILINE | re.IGNORECASE)
_FACT = re.compile(
    r"^(Title|Author|Language|Licen[cs]e|Subtitle):[ \t]*(.+(?:\n[ \t]+\S.*)*)", re.MULTILINE
)
_ONLY_FACTS = re.compile(r"\A\s*(?:[A-Z][A-Za-z ]{2,30}:[ \t]*\S.*(?:\n[ \t]+\S.*)*\n\s*)+")
_TERMS = re.compile(
    r"^This e-?book is for the use of.*?(?=\n\s*\n)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_CREDIT = re.compile(
    r"^\[?(?:Produced by|E-?text prepared by|Transcribed|This e-?text was|HTML version by|"
    r"Updated editions|\*+ ?This file|(?:the end|finis)[.!]?$)",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"^\[Illustration[^\]]*\]$", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<![\w_])_([^_]+)_(?![\w_])")
_BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")


def read_text(text: str) -> Source:
    """Blocks and facts of a plain text book; works without header and licence too."""
    header, body, warnings = _cut(text)
    facts = {name: " ".join(value.split()) for name, value in _FACT.findall(header)}
    title = facts.get("Title", "")
    if title and facts.get("Subtitle"):
        title = f"{title}: {facts['Subtitle']}"
    terms = _TERMS.search(header)
    return Source(
        blocks=_blocks(body),
        title=title,
        author=facts.get("Author", ""),
        language=facts.get("Language", ""),
        licence_note=facts.get("License") or facts.get("Licence") or _folded(terms and terms[0]),
        warnings=warnings,
    )


def _cut(text: str) -> tuple[str, str, list[str]]:
    """Header, book, and what looked wrong on the way."""
    start = _START.search(text)
    if start:
        header, body = text[: start.start()], text[start.end() :]
    else:
        facts = _ONLY_FACTS.match(text.lstrip("\ufeff"))
        header = facts[0] if facts and "Title:" in facts[0] else ""
        body = text.lstrip("\ufeff")[len(header) :]
    end = _END.search(body) or _LICENCE_AFTER.search(body)
    if end:
        return header, body[: end.start()], []
    cut_short = start and "GUTENBERG" in start[0].upper()
    warning = "The end marker is missing: the file may be cut short."
    return header, body, [warning] if cut_short else []


def _blocks(body: str) -> list[Block]:
    found = []
    for raw in _BLANK_LINES.split(body.strip()):
        if _is_contents(raw):
            continue
        text = _EMPHASIS.sub(r"\1", _folded(raw))
        if _says_something(text):
            found.append(Block(text=text, lines=raw.strip().count("\n") + 1))
    return found


def _is_contents(raw: str) -> bool:
    """A table of contents in one block: most of its lines are headings."""
    lines = raw.strip().split("\n")
    headings = sum(heading_of(line.strip()) is not None for line in lines)
    return len(lines) >= 3 and headings >= 0.7 * len(lines)


def _says_something(text: str) -> bool:
    """Not a rule of asterisks, an empty picture frame or a volunteer's credit, nor “The End”."""
    return (
        any(char.isalnum() for char in text)
        and not _PICTURE.match(text)
        and not _CREDIT.match(text)
    )


def _folded(text: str | None) -> str:
    """Line breaks and runs of blanks as single spaces: what quotations are compared with."""
    return " ".join((text or "").split())
