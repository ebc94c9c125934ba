"""Small books for tests: one in Project Gutenberg's form, and EPUBs made on the spot."""

from __future__ import annotations

import io
import zipfile

GUTENBERG = """\
Project Gutenberg's The Tin Boat, by Nora Quill

This eBook is for the use of anyone anywhere at no cost and with
almost no restrictions whatsoever.


Title: The Tin Boat
       and Other Vessels

Author: Nora Quill

Language: English

*** START OF THIS PROJECT GUTENBERG EBOOK THE TIN BOAT ***

Produced by Volunteers

THE TIN BOAT

by Nora Quill

CONTENTS

I. The Pond
II. The River
III. The Sea

CHAPTER I. The Pond

Pim built a boat from a biscuit tin and called it _Walrus_. It
floated on the pond behind the school.

"Does it leak?" asked Otto Brandt.

"Only on Sundays," said Pim, and bailed it with a thimble.

CHAPTER II. The River

I.

On the river the Walrus met a heron. The heron wore, so Pim thought, the
expression of a schoolmaster, and it would not step aside.

      *       *       *       *       *

II.

They paid the toll at the lock with eleven buttons. The lock-keeper, Mrs.
Dunmore, counted them twice and gave one back.

CHAPTER III. The Sea

The sea was larger than advertised. Pim wrote a message, put it into a
bottle of green glass, and threw it from the bow; it said that the Walrus
was looking for a harbour with a library.

THE END

End of Project Gutenberg's The Tin Boat

*** END OF THIS PROJECT GUTENBERG EBOOK THE TIN BOAT ***

This licence text must not be imported: donations, trademarks, refunds.
"""

_CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""
_PACKAGE = """<?xml version="1.0"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>Snails</dc:title><dc:creator>A. Gardener</dc:creator><dc:language>en-GB</dc:language>
<dc:rights>Free</dc:rights>
<dc:description>&lt;p&gt;On &lt;b&gt;snails&lt;/b&gt;.&lt;/p&gt;</dc:description>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>
<item id="two" href="two.xhtml" media-type="application/xhtml+xml"/>
</manifest>
<spine><itemref idref="nav"/><itemref idref="one"/><itemref idref="two"/></spine>
</package>"""
_NAV = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>
<nav epub:type="toc"><ol><li><a href="one.xhtml">1. Shells</a></li>
<li><a href="two.xhtml#start">2. Slime</a></li></ol></nav>
<nav epub:type="page-list"><ol><li><a href="one.xhtml#p7">7</a></li>
<li><a href="two.xhtml#p8">8</a></li></ol></nav></body></html>"""
_ONE = """<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>
<h1>1. Shells</h1><p id="p7">A shell&nbsp;is a <em>house</em><br/>that walks.</p>
<p>It has one room.</p></body></html>"""
_TWO = """<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><body>
<div id="start"><h2>2. Slime</h2><p>Slime is a road that a snail
lays<span epub:type="pagebreak" id="p8" title="8"/> for itself.</p>
<p>Nobody else is allowed on it.</p><script>alert(1)</script></div></body></html>"""


def epub(**changed: str | bytes) -> bytes:
    """An EPUB 3 of two chapters with a page list; `changed` replaces or adds files by name."""
    files: dict[str, str | bytes] = {
        "META-INF/container.xml": _CONTAINER,
        "OEBPS/book.opf": _PACKAGE,
        "OEBPS/nav.xhtml": _NAV,
        "OEBPS/one.xhtml": _ONE,
        "OEBPS/two.xhtml": _TWO,
    }
    files |= changed
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def epub_2_package() -> str:
    """The same package with `toc.ncx` in place of the navigation document."""
    nav = '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    ncx = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    package = _PACKAGE.replace(nav, ncx).replace('<itemref idref="nav"/>', "")
    return package.replace("<spine>", '<spine toc="ncx">')
