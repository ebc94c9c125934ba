"""Turns: the durable queue of answers that are owed."""

from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from dialogues.models.messages import DialogueMessage
from dialogues.models.sessions import DialogueSession


class TurnStatus(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DialogueTurn(models.Model):
    """One question and an answer it gets; asked again, it gets another turn.

    A worker claims it with a conditional update and keeps `lease_until` ahead while it works; a lease
    that ran out means the worker died, and another takes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(
        DialogueSession, on_delete=models.CASCADE, related_name="turns", db_index=False
    )
    # The sender's own name for asking again; a question's stands in `dialogue_message_refs`.
    client_ref = models.UUIDField(null=True, editable=False)
    question = models.ForeignKey(DialogueMessage, on_delete=models.CASCADE, related_name="turns")
    reply = models.ForeignKey(
        DialogueMessage, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    status = models.CharField(max_length=9, choices=TurnStatus.choices, default=TurnStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    error_code = models.CharField(max_length=50, blank=True)
    error_detail = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dialogue_turns"
        constraints = [
            models.CheckConstraint(
                name="dialogue_turns_status", condition=Q(status__in=TurnStatus.values)
            ),
            # Two questions at once are queued, never mixed: the database allows one running turn.
            models.UniqueConstraint(
                fields=["session"],
                name="dialogue_turns_one_running",
                condition=Q(status="running"),
            ),
            # earlier_turn(): a repeat of a request to answer again.
            models.UniqueConstraint(
                fields=["session", "client_ref"],
                name="dialogue_turns_client_ref",
                condition=Q(client_ref__isnull=False),
            ),
        ]
        indexes = [
            # claim_turn(): the oldest waiting turn of a session.
            models.Index(
                fields=["session", "id"],
                name="dialogue_turns_open",
                condition=Q(status__in=["queued", "running"]),
            ),
            # stranded_sessions(): the sweep for turns that nobody works on.
            models.Index(
                fields=["status", "lease_until"],
                name="dialogue_turns_lease",
                condition=Q(status__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} turn of {self.session_id}"
