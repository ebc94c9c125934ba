"""Attachments: how a message shows them, whether somebody may have one, what nobody holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core.files.base import File
from django.db.models import QuerySet, Sum
from django.utils import timezone

from chatcore.errors import Conflict, NotFound, Unavailable
from chatcore.models import User
from rooms.files.pictures import PICTURES, THUMBNAIL_TYPE
from rooms.files.storage import STORAGE_ERRORS, attachment_storage
from rooms.models import ChatFileAttachment, ScanState, StoredFile
from rooms.selectors.access import read_room_for
from rooms.selectors.messages import message_of

# A message with files is not said before its files are stored; this long an upload may take.
PATIENCE = timedelta(hours=1)
_CHUNK = 262_144
_NONE = "There is no such file."


class FileNotClean(Conflict):
    code = "file_not_clean"
    title = "The file is not there to be had"


@dataclass(frozen=True, slots=True)
class Download:
    """Bytes on their way to somebody who may have them."""

    name: str
    mime_type: str
    size: int
    # Names these very bytes.
    tag: str
    inline: bool
    file: File[bytes]

    def chunks(self, part: range) -> Iterator[bytes]:
        """Those of its bytes."""
        with self.file:
            self.file.seek(part.start)
            left = len(part)
            while left and (chunk := self.file.read(min(left, _CHUNK))):
                left -= len(chunk)
                yield chunk


def download_for(user: User, room_id: UUID, attachment_id: UUID) -> Download:
    """The file, if its message is there for them to see. Raises NotFound, FileNotClean."""
    found, stored = _clean_one(user, room_id, attachment_id)
    return Download(
        name=found.original_filename,
        mime_type=found.mime_type,
        size=found.file_size,
        tag=stored.sha256,
        inline=found.mime_type in PICTURES and found.width is not None,
        file=_opened(stored.name),
    )


def thumbnail_for(user: User, room_id: UUID, attachment_id: UUID) -> Download:
    """The small copy of a picture. Raises NotFound, FileNotClean."""
    found, stored = _clean_one(user, room_id, attachment_id)
    if not found.preview_available:
        raise NotFound(_NONE)
    file = _opened(stored.thumbnail_name)
    name = f"{found.original_filename}.webp"
    tag = f"{stored.sha256}-small"
    return Download(name, THUMBNAIL_TYPE, file.size, tag, inline=True, file=file)


def _clean_one(
    user: User, room_id: UUID, attachment_id: UUID
) -> tuple[ChatFileAttachment, StoredFile]:
    access = read_room_for(user, room_id)
    found = (
        ChatFileAttachment.objects.select_related("file_manager_file")
        .filter(pk=attachment_id, message__room_id=room_id, deleted_at__isnull=True)
        .first()
    )
    if found is None or message_of(access, found.message_id)["deleted_at"]:
        raise NotFound(_NONE)
    stored = found.file_manager_file
    if stored is None or stored.scan_state == ScanState.REFUSED:
        raise FileNotClean("It was found not to be safe.")
    if stored.scan_state == ScanState.PENDING:
        raise FileNotClean("It is still being looked at; try again in a moment.")
    return found, stored


def _opened(name: str) -> File[bytes]:
    try:
        return attachment_storage().open(name)
    except FileNotFoundError:
        raise NotFound("The file is gone from the storage.") from None
    except STORAGE_ERRORS as error:
        raise Unavailable("The storage of files is away.") from error


def bytes_of(user: User) -> int:
    """What a person's files take."""
    found = StoredFile.objects.filter(owner=user).aggregate(total=Sum("size"))
    return int(found["total"] or 0)


def files_to_examine(most: int = 100) -> list[UUID]:
    """Files of stored messages that nobody has looked at for a minute."""
    since = timezone.now() - timedelta(minutes=1)
    waiting = StoredFile.objects.filter(
        scan_state=ScanState.PENDING, created_at__lt=since, attachment__isnull=False
    )
    return list(waiting.order_by("created_at").values_list("pk", flat=True)[:most])


def unheld_files(before: datetime, most: int = 500) -> QuerySet[StoredFile]:
    """Files that no attachment holds, or only one that was taken back."""
    nobody = StoredFile.objects.filter(attachment__isnull=True, created_at__lt=before)
    taken_back = StoredFile.objects.filter(attachment__deleted_at__isnull=False)
    return (nobody | taken_back).order_by("pk")[:most]


def refused_files(before: datetime, most: int = 500) -> QuerySet[StoredFile]:
    """Files that the scanner refused before then."""
    refused = StoredFile.objects.filter(scan_state=ScanState.REFUSED, created_at__lt=before)
    return refused.order_by("pk")[:most]
