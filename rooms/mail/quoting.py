"""The words of an answer without what it quotes: what people wrote, not what their programs added."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

# Stands above what we send; everything from it on is ours.
MARK = "--- Please write your answer above this line ---"
_CUTS = (
    re.compile(re.escape(MARK)),
    re.compile(
        r"^-{2,} ?(original message|ursprüngliche nachricht|message d'origine) ?-{2,}",
        re.IGNORECASE,
    ),
    re.compile(r"^_{10,}\s*$"),
    re.compile(r"^-- $"),
    re.compile(
        r"^(sent from (my|outlook|yahoo|mail for)\b.{0,60}|von meinem \S+ gesendet"
        r"|get outlook for \S+|envoyé de mon .{0,40}|iPhoneから送信)\W*(<\S+>)?$",
        re.IGNORECASE,
    ),
)
# The head of what Outlook quotes, and what stands on one of the next lines.
_HEAD = re.compile(r"^\W*(from|von|de|da|van|från|差出人)\W*[:：]\W*\S", re.IGNORECASE)
_SENT = re.compile(
    r"^\W*(sent|date|gesendet|datum|envoyé|enviado|inviato|verzonden|skickat|送信日時)\W*[:：]",
    re.IGNORECASE,
)
# "On Monday, Ana <ana@…> wrote:", also broken over two lines, and its like in other languages.
_INTRODUCTION = re.compile(
    r"^((on|am|le|el|il|op|den) .{0,400}"
    r"(wrote|schrieb.{0,200}|a écrit|escribió|ha scritto|schreef|skrev)"
    r"|\d{4}年\d{1,2}月\d{1,2}日.{0,200}<\S+@\S+>\W*)\s?[:：]\s*$",
    re.IGNORECASE | re.DOTALL,
)
_BLOCKS = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "pre", "ul", "ol", "table"}
_SILENT = {"script", "style", "head", "title", "blockquote"}
_QUOTES = ("gmail_quote", "moz-cite-prefix", "yahoo_quoted", "divrplyfwdmsg", "appendonsend")


def without_quotes(text: str) -> str:
    """The answer alone; "" where there is nothing but quotation."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    end = next((n for n, _ in enumerate(lines) if _is_cut(lines, n)), len(lines))
    kept = lines[:end]
    while kept and (not kept[-1].strip() or _is_quoted(kept[-1])):
        kept.pop()
    return _whole(kept) or _whole(_below(lines[end:]))


def unflowed(text: str, *, delsp: bool = False) -> str:
    """Lines that a program broke (RFC 3676, `format=flowed`) as its writer had them."""
    whole: list[str] = []
    goes_on = False
    for line in text.replace("\r\n", "\n").split("\n"):
        plain = line.removeprefix(" ")
        if goes_on and not _is_quoted(line):
            whole[-1] += plain
        else:
            whole.append(plain)
        goes_on = plain.endswith(" ") and plain != "-- " and not _is_quoted(line)
        if goes_on and delsp:
            whole[-1] = whole[-1][:-1]
    return "\n".join(whole)


def _whole(lines: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).strip()


def _below(lines: list[str]) -> list[str]:
    """What stands under a quotation, where nothing stands above it and each of its lines is marked."""
    quoted = next((n for n, line in enumerate(lines[:4]) if _is_quoted(line)), None)
    if quoted is None:
        return []
    own = [line for line in lines[quoted:] if not _is_quoted(line)]
    end = next((n for n, _ in enumerate(own) if _is_cut(own, n)), len(own))
    return own[:end]


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _is_cut(lines: list[str], at: int) -> bool:
    line = lines[at].lstrip("> ") if MARK in lines[at] else lines[at]
    if any(cut.search(line) for cut in _CUTS):
        return True
    if _HEAD.match(line) and any(_SENT.match(below) for below in lines[at + 1 : at + 4]):
        return True
    joined = " ".join(lines[at : at + 2]).strip()
    return bool(_INTRODUCTION.match(lines[at].strip()) or _INTRODUCTION.match(joined))


def text_of_html(html: str) -> str:
    """The words of an HTML mail, without its quotations."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.words)).strip()


class _Words(HTMLParser):
    """Text with line breaks where blocks begin; what quotes, styles or runs is left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._skipped: list[str] = []
        self._cut = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = " ".join(value or "" for name, value in attrs if name in ("class", "id")).lower()
        if any(quote in named for quote in _QUOTES):
            self._cut = True
        if tag in _SILENT:
            self._skipped.append(tag)
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._skipped and self._skipped[-1] == tag:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if not self._skipped and not self._cut:
            self.words.append(re.sub(r"\s+", " ", data))
