"""XHTML of an EPUB to blocks: paragraphs, headings, page breaks."""

import re
from dataclasses import dataclass, field
from html.entities import html5
from xml.etree.ElementTree import Element

from lxml import etree

from dialogues.importing.parsed import Block, BookUnreadable

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr li main ol p pre section table tbody td tfoot "
    "th thead tr ul".split()
)
_SKIPPED = frozenset("head script style svg math nav iframe object template noscript".split())
# What Project Gutenberg wraps around its EPUBs.
_BOILERPLATE = ("pg-header", "pg-footer", "pg-machine-header", "pg-boilerplate")
_OPS_TYPE = "{http://www.idpf.org/2007/ops}type"
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(\[)?[^>]*>", re.IGNORECASE)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*;)")
_XML_ENTITIES = {"amp;", "lt;", "gt;", "quot;", "apos;"}
_ENCODING = re.compile(rb"\s*<\?xml[^>]*encoding=[\"']([A-Za-z0-9_.-]+)")
# The HTML reader lets them through; PostgreSQL refuses the first of them.
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_MAX_DEPTH = 200


@dataclass(slots=True)
class Anchors:
    """Where the navigation says that chapters and pages begin: (path, fragment) → label."""

    chapters: dict[tuple[str, str], str] = field(default_factory=dict)
    pages: dict[tuple[str, str], int] = field(default_factory=dict)

    def add_chapter(self, target: tuple[str, str], label: str) -> None:
        if label:
            self.chapters.setdefault(target, label)

    def add_page(self, target: tuple[str, str], label: str) -> None:
        if label.isdecimal() and 0 < int(label[:9]) < 1_000_000:
            self.pages[target] = int(label[:9])


def document_xml(data: bytes, path: str) -> Element:
    """A content document as an XML tree. Entities it declares are refused, named ones replaced."""
    text = _DECLARATION.sub("", _decoded(data, path), count=1)
    doctype = _DOCTYPE.search(text)
    if (doctype and doctype[1]) or "<!ENTITY" in text:
        raise BookUnreadable(f"“{path}” declares entities, which is refused.")
    text = _ENTITY.sub(lambda m: m[0] if m[1] in _XML_ENTITIES else html5.get(m[1], m[0]), text)
    text = _DOCTYPE.sub("", text, count=1)
    # As bytes: lxml refuses text that still holds an encoding declaration somewhere.
    utf8 = text.encode() or b"<p/>"
    root = _well_formed(utf8)
    if root is None:
        # Real EPUBs are often broken XHTML; libxml2's HTML reader mends them as a browser would.
        parser = etree.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")
        root = etree.fromstring(utf8, parser)
    if root is None:
        raise BookUnreadable(f"“{path}” holds no markup.")
    return root


def _well_formed(utf8: bytes) -> Element | None:
    strict = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_pis=True,
        encoding="utf-8",
    )
    try:
        root: Element = etree.fromstring(utf8, strict)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _decoded(data: bytes, path: str) -> str:
    declared = _ENCODING.match(data[:200])
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if declared and encoding != "utf-16" and declared[1].lower() not in (b"utf-8", b"utf-16"):
        encoding = declared[1].decode("ascii")
    try:
        return data.decode(encoding).replace("\x00", "")
    except (UnicodeDecodeError, LookupError):
        raise BookUnreadable(f"“{path}” is not written in {encoding}, as it says.") from None


def document_blocks(
    data: bytes, path: str, anchors: Anchors, page: int | None
) -> tuple[list[Block], int | None]:
    """The blocks of one document, and the page at its end. `page`: the one it begins on."""
    walk = _Walk(path, anchors, page)
    walk.arrive("")
    walk.visit(document_xml(data, path), depth=0)
    walk.flush()
    return walk.blocks, walk.page


class _Walk:
    """Collects text until a block-level tag opens or closes."""

    def __init__(self, path: str, anchors: Anchors, page: int | None) -> None:
        self.path, self.anchors = path, anchors
        self.page, self.block_page = page, page
        self.level = 0
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.mark: str | None = None

    def arrive(self, fragment: str) -> None:
        """An element with an id, or the document's begin: a chapter or page may start here."""
        place = (self.path, fragment)
        if place in self.anchors.pages:
            self.page = self.anchors.pages[place]
        if place in self.anchors.chapters:
            self.flush()
            self.mark = self.anchors.chapters[place]

    def visit(self, element: Element, depth: int) -> None:
        tag = _local(element.tag)
        if depth > _MAX_DEPTH or tag in _SKIPPED or _is_boilerplate(element):
            return
        if fragment := element.get("id") or (element.get("name") if tag == "a" else None):
            self.arrive(fragment)
        if _is_page_break(element):
            self._turn_page(element)
            return
        if tag in _BLOCKS:
            self.flush()
        if is_heading := bool(re.fullmatch(r"h[1-6]", tag)):
            self.level = int(tag[1])
        self._children(element, depth, tag)
        if tag in _BLOCKS:
            self.flush()
        if is_heading:
            self.level = 0

    def _children(self, element: Element, depth: int, tag: str) -> None:
        self.words.append(" " if tag == "br" else element.text or "")
        for child in element:
            if isinstance(child.tag, str):  # neither a comment nor an entity
                self.visit(child, depth + 1)
            self.words.append(child.tail or "")

    def _turn_page(self, element: Element) -> None:
        label = element.get("title") or element.get("aria-label") or element.text or ""
        number = re.search(r"\d{1,6}", label)
        if number and int(number[0]):
            self.page = int(number[0])

    def flush(self) -> None:
        """Close the block being read. One that a page break cuts has the page it begins on."""
        text = " ".join(_CONTROLS.sub("", "".join(self.words)).split())
        self.words.clear()
        if any(char.isalnum() for char in text):
            self.blocks.append(Block(text, 1, self.level, self.mark, self.block_page))
            self.mark = None
        self.block_page = self.page


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _is_page_break(element: Element) -> bool:
    return (
        "pagebreak" in (element.get(_OPS_TYPE) or element.get("epub:type") or "").split()
        or element.get("role") == "doc-pagebreak"
    )


def _is_boilerplate(element: Element) -> bool:
    return (
        element.get("id") in _BOILERPLATE
        or "pg-boilerplate" in (element.get("class") or "").split()
    )
