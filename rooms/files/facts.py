"""What an upload is: its size, its type by its first bytes, a name that is safe to show."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

import puremagic
from django.conf import settings
from django.core.files.base import File

from chatcore.errors import ChatcoreError, Invalid
from rooms.files.pictures import PICTURES, TooManyPixels, size_of_picture

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
EXCERPT_LENGTH = 500
_HEAD = 8_192
_NAME_LENGTH = 255
# What puremagic may call a type that is really a text with other people's markup in it.
_MARKUP = ("<!doctype", "<html", "<svg", "<?xml", "<script")


class FileTooLarge(ChatcoreError):
    code = "file_too_large"
    status = 413
    title = "The file is too large"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """`width` and `height` in pixels of a picture that browsers show; `excerpt` of a text."""

    name: str
    size: int
    sha256: str
    mime_type: str
    width: int | None = None
    height: int | None = None
    excerpt: str = ""

    @property
    def is_picture(self) -> bool:
        return self.width is not None


def facts_of(upload: File[bytes]) -> FileFacts:
    """Look at an upload. Raises FileTooLarge (by bytes or by pixels) and Invalid for an empty one."""
    size, most = upload.size, settings.ATTACHMENT_MAX_BYTES
    if not size:
        raise Invalid(errors={"file": ["The file is empty."]})
    if size > most:
        raise FileTooLarge(f"A file may have at most {most // 1024 // 1024} MiB.")
    head, digest = _read(upload)
    mime_type = _type_of(head, upload.name or "")
    width, height = _pixels(upload, mime_type)
    if mime_type in PICTURES and width is None:
        mime_type = UNKNOWN  # it only begins like one
    excerpt = _excerpt(head) if mime_type == TEXT else ""
    return FileFacts(clean_name(upload.name or ""), size, digest, mime_type, width, height, excerpt)


def clean_name(name: str) -> str:
    """The last part of a path, without what cannot be seen, cut at its stem; never empty."""
    name = PurePath(name.replace("\\", "/")).name
    seen = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, ending = seen.rpartition(".")
    if dot and len(seen) > _NAME_LENGTH:
        seen = f"{stem[: _NAME_LENGTH - len(ending[:20]) - 1]}.{ending[:20]}"
    return seen[:_NAME_LENGTH] or "file"


def _read(upload: File[bytes]) -> tuple[bytes, str]:
    head, digest = b"", hashlib.sha256()
    for chunk in upload.chunks():
        head = head or chunk[:_HEAD]
        digest.update(chunk)
    upload.seek(0)
    return head, digest.hexdigest()


def _type_of(head: bytes, name: str) -> str:
    if _is_text(head):
        # Markup and scripts are texts, too: nobody's browser is to run them.
        return TEXT
    try:
        found = puremagic.magic_string(head, name)
    except (puremagic.PureError, ValueError):
        return UNKNOWN
    return next((one.mime_type for one in found if one.mime_type), UNKNOWN)[:100]


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # A character may be cut by the end of what we look at.
        return error.start > len(head) - 4 and len(head) == _HEAD
    return not any(c < 32 and c not in b"\t\n\r\f\x1b" for c in head)


def _excerpt(head: bytes) -> str:
    text = head.decode(errors="ignore").lstrip("\ufeff")
    if text.lstrip()[:20].lower().startswith(_MARKUP):
        return ""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")[
        :EXCERPT_LENGTH
    ]


def _pixels(upload: IO[Any] | File[bytes], mime_type: str) -> tuple[int | None, int | None]:
    if mime_type not in PICTURES:
        return None, None
    try:
        size = size_of_picture(upload)
    except TooManyPixels as error:
        raise FileTooLarge(str(error), code="too_many_pixels") from None
    finally:
        upload.seek(0)
    return size or (None, None)
