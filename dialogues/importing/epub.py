"""EPUB: the archive, the package document, the contents and the pages."""

import html
import posixpath
from urllib.parse import unquote, urldefrag
from xml.etree.ElementTree import Element

import nh3

from dialogues.importing.epub_archive import Archive
from dialogues.importing.epub_markup import Anchors, document_blocks, document_xml
from dialogues.importing.parsed import Block, BookUnreadable, Progress, Source

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_OPS_TYPE = "{http://www.idpf.org/2007/ops}type"
_CONTAINER = ".//{urn:oasis:names:tc:opendocument:xmlns:container}rootfile"
_DOCUMENTS = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")


def read_epub(data: bytes, progress: Progress) -> Source:
    """Blocks and facts of an EPUB 2 or 3, in the order of its spine."""
    archive = Archive(data)
    archive.refuse_protected()
    package_path = _package_path(archive)
    package = archive.xml(package_path)
    items = _manifest(package, package_path)
    spine = _spine(package, items)
    anchors = _anchors(archive, package, items)
    blocks: list[Block] = []
    page: int | None = None
    for place, path in enumerate(spine, start=1):
        found, page = document_blocks(archive.read(path), path, anchors, page)
        blocks += found
        progress(place, len(spine), "reading")
    source = _facts(package)
    source.blocks = blocks
    return source


def _package_path(archive: Archive) -> str:
    rootfile = archive.xml("META-INF/container.xml").find(_CONTAINER)
    path = rootfile.get("full-path") if rootfile is not None else None
    if not path:
        raise BookUnreadable("The EPUB's container names no package document.")
    return path


def _manifest(package: Element, package_path: str) -> dict[str, Element]:
    """Items by id, their `href` made a path inside the archive."""
    folder = posixpath.dirname(package_path)
    items = {}
    for item in package.iter(f"{_OPF}item"):
        item.set("href", _resolved(folder, item.get("href", "")))
        items[item.get("id", "")] = item
    return items


def _resolved(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href)))


def _spine(package: Element, items: dict[str, Element]) -> list[str]:
    found = []
    for ref in package.iter(f"{_OPF}itemref"):
        item = items.get(ref.get("idref", ""))
        if item is None or ref.get("linear") == "no":
            continue
        if item.get("media-type") in _DOCUMENTS and "nav" not in item.get("properties", "").split():
            found.append(item.get("href", ""))
    if not found:
        raise BookUnreadable("The EPUB's reading order names no text document.")
    return found


def _facts(package: Element) -> Source:
    def first(name: str) -> str:
        return " ".join((package.findtext(f".//{_DC}{name}") or "").split())

    authors = [" ".join((e.text or "").split()) for e in package.iter(f"{_DC}creator")]
    # Publishers put markup into descriptions; we keep the words.
    description = html.unescape(nh3.clean(first("description"), tags=set()))
    return Source(
        blocks=[],
        title=first("title"),
        author=", ".join(filter(None, authors)),
        language=first("language"),
        licence_note=first("rights"),
        description=description,
    )


def _anchors(archive: Archive, package: Element, items: dict[str, Element]) -> Anchors:
    """What the EPUB 3 navigation or the EPUB 2 `toc.ncx` says of chapters and pages."""
    anchors = Anchors()
    for item in items.values():
        href = item.get("href", "")
        if "nav" in item.get("properties", "").split():
            _read_nav(document_xml(archive.read(href), href), href, anchors)
    if not anchors.chapters:
        toc = package.find(f"{_OPF}spine")
        ncx = items.get(toc.get("toc", "") if toc is not None else "")
        if ncx is not None and archive.has(ncx.get("href", "")):
            _read_ncx(archive.xml(ncx.get("href", "")), ncx.get("href", ""), anchors)
    return anchors


def _read_nav(root: Element, path: str, anchors: Anchors) -> None:
    for nav in root.iter(f"{_XHTML}nav"):
        kinds = nav.get(_OPS_TYPE, "").split()
        for link in nav.iter(f"{_XHTML}a"):
            target, label = (
                _target(path, link.get("href", "")),
                " ".join("".join(link.itertext()).split()),
            )
            if "toc" in kinds:
                anchors.add_chapter(target, label)
            elif "page-list" in kinds:
                anchors.add_page(target, label)


def _read_ncx(root: Element, path: str, anchors: Anchors) -> None:
    for point in (*root.iter(f"{_NCX}navPoint"), *root.iter(f"{_NCX}pageTarget")):
        content = point.find(f"{_NCX}content")
        label = " ".join((point.findtext(f"{_NCX}navLabel/{_NCX}text") or "").split())
        if content is None:
            continue
        add = anchors.add_chapter if point.tag == f"{_NCX}navPoint" else anchors.add_page
        add(_target(path, content.get("src", "")), label)


def _target(base: str, href: str) -> tuple[str, str]:
    """A link as (path in the archive, fragment)."""
    file, fragment = urldefrag(href)
    return _resolved(posixpath.dirname(base), file) if file else base, unquote(fragment)
