"""Mail that went out and came in: a row each, so that nothing is sent twice and nothing is lost."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chatcore.ids import uuid7
from rooms.models.rooms import ChatRoom

USER = settings.AUTH_USER_MODEL


class MailKind(models.TextChoices):
    TRANSCRIPT = "transcript"
    DIGEST = "digest"


class MailState(models.TextChoices):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    # They came back and read before it went.
    NEEDLESS = "needless"


class OutgoingMail(models.Model):
    """A mail to be written and sent by a worker. Its words are made when it goes and are not kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=MailKind.choices)
    to_address = models.EmailField()
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+", db_index=False)
    room = models.ForeignKey(ChatRoom, on_delete=models.CASCADE, null=True, related_name="+")
    # What a digest tells of: {"given": [escalation], "unread": {room: seq}}.
    about = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=MailState.choices, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # While a worker is at it, when the next one may try.
    next_try_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "outgoing_mails"
        constraints = [
            models.CheckConstraint(
                name="outgoing_mails_kind", condition=Q(kind__in=MailKind.values)
            ),
            models.CheckConstraint(
                name="outgoing_mails_state", condition=Q(state__in=MailState.values)
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(kind="digest", state="queued"),
                name="outgoing_mails_one_digest_waits",
            ),
        ]
        indexes = [
            # mails_due(): what waits to be sent.
            models.Index(
                fields=["next_try_at"], condition=Q(state="queued"), name="outgoing_mails_due"
            ),
            # last_digests_of(): what somebody was told last.
            models.Index(fields=["user", "kind", "-id"], name="outgoing_mails_user_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to_address}"


class IncomingMail(models.Model):
    """A mail that was stored as a message. The key is the SHA-256 of its Message-ID."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=64, unique=True)
    from_address = models.CharField(max_length=254)
    room = models.ForeignKey(ChatRoom, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "incoming_mails"

    def __str__(self) -> str:
        return f"from {self.from_address}"
