"""Bytes to a parsed book: text in Gutenberg's form, text without any form, EPUB, and rubbish."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from dialogues.importing import BookUnreadable, ParsedBook, read_book
from tests.books import GUTENBERG, epub, epub_2_package


def read(text: str | bytes, name: str = "the_tin_boat.txt", **chosen: Any) -> ParsedBook:
    return read_book(text.encode() if isinstance(text, str) else text, name, **chosen)


def texts(book: ParsedBook) -> list[str]:
    return [passage.text for chapter in book.chapters for passage in chapter.passages]


def headings(book: ParsedBook) -> list[tuple[int, str]]:
    return [(chapter.number, chapter.title) for chapter in book.chapters]


def test_it_cuts_off_licence_credits_and_contents_and_reads_the_header() -> None:
    book = read(GUTENBERG)

    assert (book.title, book.author) == ("The Tin Boat and Other Vessels", "Nora Quill")
    assert (book.language, book.source_format) == ("en", "text")
    assert book.licence_note.startswith("This eBook is for the use of anyone")
    assert headings(book) == [(1, "The Pond"), (2, "The River"), (3, "The Sea")]
    everything = " ".join(texts(book))
    for noise in ("licence text", "Volunteers", "Gutenberg", "THE END", "*", "III."):
        assert noise not in everything


def test_it_folds_line_breaks_and_drops_emphasis_marks() -> None:
    first = read(GUTENBERG).chapters[0].passages[0].text

    assert first == (
        "Pim built a boat from a biscuit tin and called it Walrus. "
        "It floated on the pond behind the school."
    )


def test_numerals_inside_a_chapter_are_sections_and_not_chapters() -> None:
    river = read(GUTENBERG).chapters[1]

    assert [passage.section for passage in river.passages] == ["I.", "II."]


def test_chapters_go_on_where_the_label_stops_in_the_middle() -> None:
    """As in “ADVENTURE I. A SCANDAL IN BOHEMIA” … “VII. THE ADVENTURE OF …”."""
    book = read(
        "ADVENTURE I. A SCANDAL\n\nI.\n\nShe was the woman.\n\nII.\n\nHe slept late.\n\n"
        "ADVENTURE II. THE LEAGUE\n\nRed hair was wanted.\n\n"
        "III. THE ADVENTURE OF THE GOOSE\n\nIt had a stone in its crop.\n"
    )

    assert headings(book) == [
        (1, "A SCANDAL"),
        (2, "THE LEAGUE"),
        (3, "THE ADVENTURE OF THE GOOSE"),
    ]


def test_a_preface_is_chapter_0_and_an_epilogue_the_last() -> None:
    book = read(
        "PREFACE\n\nI wrote this book in one long winter, for want of coal and company.\n\n"
        "Chapter 1\n\nOf Coal\n\nThere was none to be had.\n\n"
        "Chapter 2\n\nOf Company\n\nThere was less of it.\n\n"
        "EPILOGUE\n\nThen came the spring.\n"
    )

    assert headings(book) == [(0, ""), (1, "Of Coal"), (2, "Of Company"), (3, "EPILOGUE")]


def test_chapters_of_several_parts_are_counted_through() -> None:
    part = "CHAPTER I\n\nIt began.\n\nCHAPTER II\n\nIt ended.\n\n"
    book = read(f"PART ONE\n\n{part}PART TWO\n\n{part}")

    assert [chapter.number for chapter in book.chapters] == [1, 2, 3, 4]


def test_a_text_without_headings_is_one_chapter() -> None:
    book = read("I was born.\n\nChapter two of my life was dull.\n\nI died.\n")

    assert [chapter.number for chapter in book.chapters] == [1]
    assert len(texts(book)) == 3
    assert book.title == "The Tin Boat"
    assert any("its own name is used" in warning for warning in book.warnings)


def test_pages_are_estimated_at_300_words() -> None:
    book = read("\n\n".join(["word " * 100 + "end."] * 7))

    assert [p.page_number for p in book.chapters[0].passages] == [1, 1, 1, 2, 2, 2, 3]
    assert book.pages_are_estimated


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_it_reads_the_usual_encodings(encoding: str) -> None:
    book = read("Über den Flüssen saß der Müller.\n\nEr schwieg.".encode(encoding))

    assert texts(book)[0].startswith("Über den Flüssen")


def test_what_the_caller_names_wins() -> None:
    book = read(GUTENBERG, title="Walrus", author="N. Q.", language="de")

    assert (book.title, book.author, book.language) == ("Walrus", "N. Q.", "de")


def test_a_file_that_breaks_off_is_read_with_a_warning() -> None:
    whole = read(GUTENBERG)
    cut = read(GUTENBERG.partition("THE END")[0])

    assert texts(cut) == texts(whole)
    assert "cut short" in cut.warnings[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"one\x00two", "U+0000"),
        (b"\xff\xfe\x00", "utf-16"),
        (b"* * *\n\n-----\n", "No paragraph"),
        (b"PK\x03\x04 broken", "damaged"),
    ],
)
def test_rubbish_is_refused_with_the_reason(data: bytes, said: str) -> None:
    with pytest.raises(BookUnreadable, match="(?i)" + said.replace("+", r"\+")):
        read(data)


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(BookUnreadable, match="no language"):
        read(GUTENBERG, language="english please")


def test_an_epub_brings_chapters_paragraphs_and_pages() -> None:
    book = read(epub(), "snails.epub")

    assert (book.title, book.author, book.language) == ("Snails", "A. Gardener", "en-GB")
    assert (book.source_format, book.licence_note, book.description) == (
        "epub",
        "Free",
        "On snails.",
    )
    assert headings(book) == [(1, "Shells"), (2, "Slime")]
    assert texts(book) == [
        "A shell is a house that walks.",
        "It has one room.",
        "Slime is a road that a snail lays for itself.",
        "Nobody else is allowed on it.",
    ]
    pages = [passage.page_number for chapter in book.chapters for passage in chapter.passages]
    assert pages == [7, 7, 7, 8]
    assert not book.pages_are_estimated


_BOMB = "<p>" + "a" * 3_000_000
_FILE_ENTITY = '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;</p>'
_ENTITY = '<!DOCTYPE p [<!ENTITY x "y">]><package>&x;</package>'
_LOCKED = (
    '<encryption xmlns="http://www.w3.org/2001/04/xmlenc#">'
    '<EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes256-cbc"/></encryption>'
)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"OEBPS/one.xhtml": _BOMB}, "bomb"),
        ({"OEBPS/one.xhtml": _FILE_ENTITY}, "entities"),
        ({"OEBPS/book.opf": _ENTITY}, "entities"),
        ({"OEBPS/book.opf": "<package"}, "well-formed"),
        ({"META-INF/container.xml": "<container/>"}, "package document"),
        ({"META-INF/encryption.xml": _LOCKED}, "DRM"),
    ],
)
def test_a_hostile_or_broken_epub_is_refused_with_the_reason(
    changed: dict[str, str], said: str
) -> None:
    with pytest.raises(BookUnreadable, match=said):
        read(epub(**changed), "snails.epub")


def test_an_entry_that_is_small_on_the_wire_only_is_stopped() -> None:
    data = epub(**{"OEBPS/one.xhtml": "<p>" + "a" * 25_000_000})
    assert len(data) < 1_000_000, "premise: small on the wire"

    with pytest.raises(BookUnreadable):
        read(data, "snails.epub")


def test_broken_markup_is_mended_as_a_browser_would() -> None:
    broken = "<p>One<p>Two &nbsp; &lt;2&gt; <b>bold<?xml encoding='x'?>&#1;</p></i>"
    book = read(epub(**{"OEBPS/one.xhtml": broken}), "snails.epub")

    assert texts(book)[:2] == ["One", "Two <2> bold"]


def test_an_epub_2_is_read_by_its_ncx_and_without_one_by_its_headings() -> None:
    package = epub_2_package()
    ncx = (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>'
        '<navPoint><navLabel><text>I. Of Shells</text></navLabel><content src="one.xhtml"/></navPoint>'
        "<navPoint><navLabel><text>II. Of Slime</text></navLabel>"
        '<content src="two.xhtml#start"/></navPoint></navMap></ncx>'
    )
    by_ncx = read(epub(**{"OEBPS/book.opf": package, "OEBPS/toc.ncx": ncx}))
    by_headings = read(epub(**{"OEBPS/book.opf": package}))

    assert headings(by_ncx) == [(1, "Of Shells"), (2, "Of Slime")]
    assert headings(by_headings) == [(1, "Shells"), (2, "Slime")]


def test_a_zip_of_an_unknown_version_is_refused() -> None:
    data = bytearray(epub())
    data[data.index(b"PK\x01\x02") + 6] = 123

    with pytest.raises(BookUnreadable, match="damaged"):
        read(bytes(data))


def test_a_zip_that_is_no_epub_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("letter.txt", "Dear reader")

    with pytest.raises(BookUnreadable, match="no EPUB"):
        read(out.getvalue())
