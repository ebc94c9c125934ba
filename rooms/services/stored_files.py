"""Bytes: put into the storage, looked at once, thrown away when nothing holds them any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import connection, transaction
from django.utils import timezone

from chatcore.errors import Conflict, Unavailable
from chatcore.jobs import enqueue_on_commit
from chatcore.models import User
from rooms.files.facts import FileFacts
from rooms.files.pictures import thumbnail_of
from rooms.files.scanning import ScannerFailed, scan
from rooms.files.storage import STORAGE_ERRORS, attachment_storage
from rooms.models import ChatFileAttachment, ScanState, StoredFile
from rooms.selectors.attachments import (
    PATIENCE,
    bytes_of,
    files_to_examine,
    refused_files,
    unheld_files,
)

log = structlog.get_logger(__name__)

EXAMINE_FILE = "rooms.examine_file"
SWEEP_FILES = "rooms.sweep_files"
# What the scanner refused is there for the operator to look at, so long.
KEPT_REFUSED = timedelta(days=30)


class QuotaUsedUp(Conflict):
    code = "quota_used_up"
    title = "There is no room for this file"


def store_file(owner: User, upload: File[bytes], facts: FileFacts) -> StoredFile:
    """The bytes, in the storage and in a committed row; whoever attaches nothing to it within an hour
    has it swept away. Raises QuotaUsedUp, Unavailable."""
    stored = _reserved(owner, facts)
    try:
        attachment_storage().save(stored.name, upload)
    except STORAGE_ERRORS as error:
        log.warning("file_not_stored", file=str(stored.pk), error=repr(error))
        stored.delete()
        raise Unavailable("The storage of files is away.") from error
    return stored


@transaction.atomic
def _reserved(owner: User, facts: FileFacts) -> StoredFile:
    with connection.cursor() as cursor:
        # Two uploads at once would each find room for one.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"files:{owner.pk}"]
        )
    quota = settings.ATTACHMENT_QUOTA_BYTES
    if quota and bytes_of(owner) + facts.size > quota:
        raise QuotaUsedUp(f"Your files may take {quota // 1024 // 1024} MiB; delete some first.")
    return StoredFile.objects.create(owner=owner, size=facts.size, sha256=facts.sha256)


@dataclass(frozen=True, slots=True)
class Examined:
    """`has_small`: it is a picture that can be decoded, and its small copy is there."""

    stored: StoredFile
    has_small: bool


def examine(file_id: UUID) -> Examined | None:
    """Scan a file and make its small copy; None when that was done, or cannot be done now."""
    stored = StoredFile.objects.filter(pk=file_id, scan_state=ScanState.PENDING).first()
    if stored is None:
        return None
    storage = attachment_storage()
    try:
        with storage.open(stored.name) as file:
            found = scan(file)
        with storage.open(stored.name) as file:
            small = thumbnail_of(file) if found.clean else None
        if small and not storage.exists(stored.thumbnail_name):
            storage.save(stored.thumbnail_name, ContentFile(small))
    except (ScannerFailed, *STORAGE_ERRORS) as error:  # the sweep asks again
        log.warning("file_not_examined", file=str(file_id), error=str(error))
        return None
    stored.scan_state = ScanState.CLEAN if found.clean else ScanState.REFUSED
    stored.scan_note = found.note
    return Examined(stored, has_small=small is not None)


def take_back_files(message_id: UUID) -> None:
    """In the transaction that takes a message back: its files are there for nobody, and go."""
    taken = ChatFileAttachment.objects.filter(message_id=message_id, deleted_at__isnull=True)
    if taken.update(deleted_at=timezone.now(), thumbnail_url="", excerpt=""):
        enqueue_on_commit(SWEEP_FILES)


def sweep_files() -> tuple[int, int]:
    """(asked to be looked at again, thrown away). Safe to repeat."""
    waiting = files_to_examine()
    for file_id in waiting:
        enqueue_on_commit(EXAMINE_FILE, file=str(file_id))
    gone = [*unheld_files(timezone.now() - PATIENCE), *refused_files(timezone.now() - KEPT_REFUSED)]
    return len(waiting), sum(_throw_away(stored) for stored in gone)


def _throw_away(stored: StoredFile) -> bool:
    """First the bytes: what dies in between, or cannot be done now, is found again by its row."""
    storage = attachment_storage()
    try:
        storage.delete(stored.name)
        storage.delete(stored.thumbnail_name)
    except STORAGE_ERRORS as error:
        log.warning("file_not_thrown_away", file=str(stored.pk), error=repr(error))
        return False
    stored.delete()
    return True
