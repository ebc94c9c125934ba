"""Files in a room: sent with a message, shown once they are clean, gone when it is taken back."""

from __future__ import annotations

from uuid import UUID

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from chatcore.events import MessageEdited
from chatcore.jobs import enqueue_on_commit
from chatcore.models import User
from chatcore.selectors.permissions import require
from chatcore.selectors.rows import fetch_rows
from chatcore.services.append import Appended, Draft, append_one, next_version
from chatcore.services.publish import publish_created_on_commit
from chatcore.services.refusals import refusal_error
from rooms.files.facts import FileFacts, facts_of
from rooms.files.pictures import PICTURES
from rooms.models import (
    Audience,
    ChatFileAttachment,
    MessageType,
    RoomMessage,
    ScanState,
    StoredFile,
)
from rooms.selectors.access import room_for
from rooms.selectors.messages import ONE_SQL, message_out
from rooms.services.announcing import announce
from rooms.services.messages import draft_of
from rooms.services.stored_files import EXAMINE_FILE, Examined, examine, store_file
from rooms.services.timeline import ROOM_TIMELINE


def attach(
    user: User,
    room_id: UUID,
    *,
    file: File[bytes],
    content: str = "",
    client_ref: UUID | None = None,
    reply_to: UUID | None = None,
    thread: UUID | None = None,
    audience: Audience = Audience.EVERYONE,
) -> Appended:
    """Say something with a file, under its name where nothing is said. The file is there to be had
    when a worker has found it clean; until then the message shows its name and size.

    Raises NotFound, what silences the person, FileTooLarge, QuotaUsedUp, Invalid, RefConflict, or
    Forbidden without `chat:file:upload`.
    """
    require(user, "chat:file:upload")
    if refusal := room_for(user, room_id).silenced_by:
        raise refusal_error(refusal)
    facts = facts_of(file)
    stored = store_file(user, file, facts)
    draft = draft_of(
        room=room_id,
        sender=user.pk,
        content=content or facts.name,
        client_ref=client_ref,
        reply_to=reply_to,
        thread=thread,
        message_type=MessageType.IMAGE if facts.is_picture else MessageType.FILE,
        audience=audience,
    )
    return _said(user, draft, stored, facts)


@transaction.atomic
def _said(user: User, draft: Draft, stored: StoredFile, facts: FileFacts) -> Appended:
    appended = append_one(ROOM_TIMELINE, draft)
    if appended.duplicate:  # the bytes that came again are swept away
        return appended
    ChatFileAttachment.objects.create(
        message_id=appended.id,
        file_manager_file=stored,
        original_filename=facts.name,
        file_size=facts.size,
        mime_type=facts.mime_type,
        width=facts.width,
        height=facts.height,
        excerpt=facts.excerpt,
        owner=user,
    )
    enqueue_on_commit(EXAMINE_FILE, file=str(stored.pk))
    (row,) = fetch_rows(ONE_SQL, [appended.id, draft.conversation])
    whole = Appended(row)
    publish_created_on_commit(ROOM_TIMELINE, whole)
    return whole


def examine_file(file_id: UUID) -> None:
    """Look at a file and tell its room what came of it. Done twice, it is told once."""
    examined = examine(file_id)
    attachment = (
        ChatFileAttachment.objects.select_related("message")
        .filter(file_manager_file_id=file_id, deleted_at__isnull=True)
        .first()
    )
    if examined and attachment:
        _tell(examined, attachment)


@transaction.atomic
def _tell(examined: Examined, attachment: ChatFileAttachment) -> None:
    stored, message = examined.stored, attachment.message
    version = next_version(ROOM_TIMELINE, message.room_id)
    told = StoredFile.objects.filter(pk=stored.pk, scan_state=ScanState.PENDING).update(
        scan_state=stored.scan_state, scan_note=stored.scan_note
    )
    if not told:
        return
    if examined.has_small and attachment.mime_type in PICTURES:
        attachment.preview_available = True
        url = f"/api/v1/rooms/{message.room_id}/attachments/{attachment.pk}/thumbnail/"
        attachment.thumbnail_url = url
        attachment.save(update_fields=["preview_available", "thumbnail_url", "updated_at"])
    RoomMessage.objects.filter(pk=message.pk).update(version=version, updated_at=timezone.now())
    (row,) = fetch_rows(ONE_SQL, [message.pk, message.room_id])
    event = MessageEdited(version=version, message=message_out(row), audience=row["audience"])
    announce(message.room_id, event)
