"""The ZIP around an EPUB, read with limits: an upload is a stranger's archive."""

import io
import zipfile
import zlib
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from dialogues.importing.parsed import BookUnreadable

MAX_ENTRIES = 10_000
MAX_ENTRY_BYTES = 20 * 1024 * 1024
MAX_TOTAL_BYTES = 200 * 1024 * 1024
# Text deflates to a tenth, rarely to a fiftieth. A bomb is a thousandfold.
MAX_RATIO = 200
_RATIO_MATTERS_FROM = 1024 * 1024
# Algorithms that only scramble embedded fonts; anything else in encryption.xml locks the text.
_FONT_SCRAMBLING = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
# Whatever zipfile says to an archive that is broken or of a kind it does not know.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError)
_METHOD = ".//{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod"


class Archive:
    """Members by path. Every failure is a BookUnreadable that says which part is broken."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN as error:
            raise BookUnreadable(f"The EPUB is damaged: {error}.") from None
        self._left = MAX_TOTAL_BYTES
        self._refuse_bombs()
        if not self.has("META-INF/container.xml"):
            raise BookUnreadable("This ZIP archive is no EPUB: META-INF/container.xml is missing.")

    def _refuse_bombs(self) -> None:
        """By what the directory claims. `read` does not believe it and counts for itself."""
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise BookUnreadable(f"The EPUB holds {len(entries)} files; {MAX_ENTRIES} are allowed.")
        if sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
            raise BookUnreadable("The EPUB unpacks to more than 200 MiB.")
        for entry in entries:
            ratio = entry.file_size / max(entry.compress_size, 1)
            if entry.file_size > _RATIO_MATTERS_FROM and ratio > MAX_RATIO:
                raise BookUnreadable(f"“{entry.filename}” is packed like a ZIP bomb.")

    def has(self, path: str) -> bool:
        return path in self._zip.NameToInfo

    def read(self, path: str) -> bytes:
        """A member's bytes, at most 20 MiB, and 200 MiB for all reads together."""
        if not self.has(path):
            raise BookUnreadable(f"The EPUB names “{path}” but does not hold it.")
        limit = min(MAX_ENTRY_BYTES, self._left)
        try:
            with self._zip.open(path) as member:
                data = member.read(limit + 1)
        except _BROKEN as error:
            raise BookUnreadable(f"“{path}” is damaged: {error}.") from None
        except RuntimeError:  # zipfile's word for a password
            raise BookUnreadable(f"“{path}” is encrypted.") from None
        if len(data) > limit:
            raise BookUnreadable(f"“{path}” is too large once unpacked.")
        self._left -= len(data)
        return data

    def xml(self, path: str) -> Element:
        """A member parsed as XML: no entities, nothing external."""
        try:
            root: Element = fromstring(self.read(path), forbid_entities=True, forbid_external=True)
        except DefusedXmlException:
            raise BookUnreadable(f"“{path}” declares entities, which is refused.") from None
        except (ParseError, ValueError, LookupError) as error:
            raise BookUnreadable(f"“{path}” is no well-formed XML: {error}.") from None
        return root

    def refuse_protected(self) -> None:
        """A book under DRM unpacks to noise; say so instead of storing the noise."""
        if not self.has("META-INF/encryption.xml"):
            return
        methods = self.xml("META-INF/encryption.xml").iterfind(_METHOD)
        if any(method.get("Algorithm") not in _FONT_SCRAMBLING for method in methods):
            raise BookUnreadable("The EPUB is protected (DRM). Give an unprotected copy.")
