"""Files of rooms (seed 003, `chat_file_attachments`) and what keeps their bytes."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from rooms.models.messages import RoomMessage


class ScanState(models.TextChoices):
    """Nobody gets a file that is not clean."""

    PENDING = "pending"
    CLEAN = "clean"
    REFUSED = "refused"


class StoredFile(models.Model):
    """Bytes in the storage, the seed's "file manager". A row is there before its bytes and goes after
    them, so that there are no bytes without a row; one that no attachment holds is swept away."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="stored_files",
        db_index=False,
    )
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    scan_state = models.CharField(
        max_length=7, choices=ScanState.choices, default=ScanState.PENDING
    )
    scan_note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "stored_files"
        constraints = [
            models.CheckConstraint(
                name="stored_files_scan_state", condition=Q(scan_state__in=ScanState.values)
            ),
            models.CheckConstraint(name="stored_files_size", condition=Q(size__gte=1)),
            models.CheckConstraint(
                name="stored_files_sha256", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]
        indexes = [
            # bytes_of(): what a person's files take of their quota.
            models.Index(fields=["owner"], include=["size"], name="stored_files_owner"),
            # files_to_examine(): those that still wait to be looked at.
            models.Index(
                fields=["created_at"],
                name="stored_files_pending",
                condition=Q(scan_state="pending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} ({self.size} bytes)"

    @property
    def name(self) -> str:
        """Where the bytes lie in the storage: nothing in it comes from a person."""
        return f"rooms/{self.id.hex[-2:]}/{self.id}"

    @property
    def thumbnail_name(self) -> str:
        return f"{self.name}.webp"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["updated_at"])),
    pghistory.DeleteEvent(),
    model_name="ChatFileAttachmentHistory",
    exclude=["updated_at"],
    meta={
        "db_table": "chat_file_attachments_history",
        "verbose_name_plural": "attachment history",
    },
)
class ChatFileAttachment(models.Model):
    """A file that a message brings. Taken back with its message: the row stays, the bytes go."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    message = models.ForeignKey(
        RoomMessage, on_delete=models.CASCADE, related_name="attachments", db_index=False
    )
    file_manager_file = models.OneToOneField(
        StoredFile, on_delete=models.SET_NULL, null=True, related_name="attachment"
    )
    original_filename = models.CharField(max_length=255)
    file_size = models.BigIntegerField(help_text="In bytes.")
    # By its first bytes, whatever its name says.
    mime_type = models.CharField(max_length=100)
    # Pixels of a picture that browsers show; empty for everything else.
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    # What a text begins with, for the card in the conversation.
    excerpt = models.CharField(max_length=500, blank=True)
    thumbnail_url = models.CharField(max_length=200, blank=True)
    preview_available = models.BooleanField(default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="chat_file_attachments",
        db_index=False,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "chat_file_attachments"
        verbose_name = "attachment"
        constraints = [
            models.CheckConstraint(
                name="chat_file_attachments_size", condition=Q(file_size__gte=1)
            ),
        ]
        indexes = [
            # The files of each message of a page (seed: idx_chat_file_attachments_message).
            models.Index(fields=["message"], name="chat_file_attachments_message"),
            # Everything one person sent (seed: idx_chat_file_attachments_owner).
            models.Index(fields=["owner", "-id"], name="chat_file_attachments_owner"),
        ]

    def __str__(self) -> str:
        return self.original_filename
