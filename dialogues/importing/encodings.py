"""Bytes to text, without guessing more than needed."""

import codecs
import re

from dialogues.importing.parsed import BookUnreadable

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"^Character set encoding:\s*([A-Za-z0-9_.-]+)", re.MULTILINE)
_OTHER_FORMATS = (
    (b"%PDF-", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"\xd0\xcf\x11\xe0", "an old Word document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def decoded(data: bytes) -> str:
    """The text of a plain text file, line ends as `\\n`.

    UTF-8 (with or without mark), UTF-16 with mark, what a Gutenberg header declares, at last
    Windows-1252, which Latin-1 files are read as by everybody. Raises BookUnreadable for anything
    that is not text.
    """
    for magic, what in _OTHER_FORMATS:
        if data.startswith(magic):
            raise BookUnreadable(f"This is {what}. Give a plain text file or an EPUB.")
    if data[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<!doctype html", b"<html")):
        raise BookUnreadable("This is a web page. Give a plain text file or an EPUB.")
    text = _decode(data)
    if found := _CONTROLS.search(text):
        raise BookUnreadable(
            f"This is not plain text: it holds the control character U+{ord(found[0]):04X} "
            f"at character {found.start() + 1}. Save it as UTF-8 text."
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(data, _declared_encoding(data))


def _declared_encoding(data: bytes) -> str:
    declared = _DECLARED.search(data[:20_000])
    try:
        name = codecs.lookup(declared[1].decode("ascii")).name if declared else ""
    except LookupError:
        name = ""
    # A file that says UTF-8 or ASCII and is not was saved by an old Windows program.
    return "cp1252" if name in ("", "utf-8", "ascii", "iso8859-1") else name


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BookUnreadable(
            f"The text is neither UTF-8 nor {encoding}: byte {error.start + 1} fits neither. "
            "Save it as UTF-8."
        ) from None
