"""Telling headings from paragraphs, and reading their label, number and title."""

import re
from dataclasses import dataclass
from enum import Enum


class Rank(Enum):
    PART = "part"  # holds chapters, where there are chapters
    CHAPTER = "chapter"  # “CHAPTER I. Down the Rabbit-Hole”
    TITLED = "titled"  # “VII. THE ADVENTURE OF THE BLUE CARBUNCLE”
    BARE = "bare"  # “I.”
    OPENING = "opening"  # “Preface”
    CLOSING = "closing"  # “Epilogue”


@dataclass(frozen=True, slots=True)
class Heading:
    rank: Rank
    number: int | None
    title: str


_PARTS = "part|book|volume|teil|buch|band|partie|tome|livre|parte|libro"
_CHAPTERS = (
    "chapter|adventure|letter|stave|canto|act|scene|story|tale|lecture|essay|"
    "kapitel|chapitre|capitolo|cap[ií]tulo|hoofdstuk|kapittel|luku"
)
_OPENINGS = (
    "preface|foreword|introduction|introductory|prologue|dedication|author['’]s note|"
    "to the reader|vorwort|einleitung|pr[ée]face|prologo|pr[óo]logo|avant-propos"
)
_CLOSINGS = "epilogue|afterword|conclusion|postscript|appendix|epilog|nachwort|épilogue|ep[íi]logo"
_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth last"
).split()
_SPELLED = "|".join(sorted(_WORDS + _ORDINALS, key=len, reverse=True))
_NUMERAL = rf"(?:the\s+)?(?P<n>\d{{1,3}}|[ivxlc]+|{_SPELLED})"
_REST = r"(?:(?P<sep>\s*[.:—–\-]+\s*|\s+)(?P<title>\S.*)|[.:]?)"

_LABELLED = re.compile(rf"(?P<label>{_PARTS}|{_CHAPTERS})\s+{_NUMERAL}\b{_REST}", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<n>[IVXLC]+|\d{1,3})\.\s+(?P<title>\S.*)")
_BARE = re.compile(r"(?P<n>[IVXLC]+|\d{1,3})\.?")
_OPENING = re.compile(
    rf"(?:the\s+)?(?:{_OPENINGS})(?:\s*[.:—–\-]+\s*(?P<title>.+))?[.:]?", re.IGNORECASE
)
_CLOSING = re.compile(
    rf"(?:the\s+)?(?:{_CLOSINGS})(?:\s+[IVXLC\d]+)?(?:\s*[.:—–\-]+\s*(?P<title>.+))?[.:]?",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"(?=[ivxlc])(?:x[cl]|l?x{0,3})(?:i[xv]|v?i{0,3})|c", re.IGNORECASE)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_SMALL = frozenset("a an and as at by for from in into is of on or the to with".split())
_MAX_CHARS = 160
_MAX_LINES = 3


def heading_of(text: str, lines: int = 1) -> Heading | None:
    """The heading that a block is, or None for a paragraph."""
    if len(text) > _MAX_CHARS or lines > _MAX_LINES:
        return None
    if found := _LABELLED.fullmatch(text):
        return _labelled(found)
    if found := _BARE.fullmatch(text) or _NUMBERED.fullmatch(text):
        return _numbered(found["n"], found.groupdict().get("title") or "")
    return _named(text)


def _numbered(written: str, title: str) -> Heading | None:
    number = number_of(written)
    if number is None or (title and not is_title(title)):
        return None
    return Heading(Rank.TITLED if title else Rank.BARE, number, title)


def _named(text: str) -> Heading | None:
    for rank, pattern in ((Rank.OPENING, _OPENING), (Rank.CLOSING, _CLOSING)):
        if found := pattern.fullmatch(text):
            return Heading(rank, None, found["title"] or text.rstrip(".:"))
    return None


def _labelled(found: re.Match[str]) -> Heading | None:
    title = found["title"] or ""
    number = number_of(found["n"])
    # “Chapter two was dull.” is a sentence: after a mere blank a title must look like one.
    spoken = title and not (found["sep"] or "").strip() and not is_title(title)
    if number is None or spoken:
        return None
    part = re.fullmatch(_PARTS, found["label"], re.IGNORECASE)
    return Heading(Rank.PART if part else Rank.CHAPTER, number, title)


def is_title(text: str) -> bool:
    """Whether a line looks like a title: short, its words capitalised, not a spoken sentence."""
    if len(text) > 100 or text[:1] in "\"“‘'" or text.endswith((",", ";")):
        return False
    words = [word.strip("\"“”‘’'()[].,:;!?—-") for word in text.split()]
    words = [word for word in words if word and word.lower() not in _SMALL]
    if not words or (text.endswith(".") and not text.isupper()):
        return False
    return all(not word[0].isalpha() or word[0].isupper() for word in words)


def number_of(written: str) -> int | None:
    """“XII”, “12”, “twelve”, “twelfth” → 12. None for what is no number or zero."""
    low = written.lower()
    if low.isdigit():
        return int(low) or None
    if low in _WORDS:
        return _WORDS.index(low) + 1
    if low in _ORDINALS:
        return _ORDINALS.index(low) + 1
    if not low or not _ROMAN.fullmatch(low):
        return None
    values = [_ROMAN_VALUES[char] for char in low]
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))
