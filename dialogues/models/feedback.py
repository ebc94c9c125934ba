"""What people thought of an answer (seed 000, `message_feedback`), and what staff made of it."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from dialogues.models.messages import DialogueMessage

FEEDBACK_MAX = 2_000


class Verdict(models.TextChoices):
    HELPFUL = "helpful"
    UNHELPFUL = "unhelpful"
    INCORRECT = "incorrect"


class ReviewState(models.TextChoices):
    """`incorrect` opens a review; staff finds the answer wrong indeed, or right."""

    NONE = "none"
    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


@pghistory.track(
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["updated_at"])),
    pghistory.DeleteEvent(),
    model_name="MessageFeedbackHistory",
    exclude=["updated_at"],
    meta={"db_table": "message_feedback_history", "verbose_name_plural": "feedback history"},
)
class MessageFeedback(models.Model):
    """One person's verdict on one answer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # By message: the unique key below serves.
    message = models.ForeignKey(
        DialogueMessage, on_delete=models.CASCADE, related_name="feedback", db_index=False
    )
    # The account's own feedback, when it is exported or erased.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="message_feedback"
    )
    feedback_type = models.CharField(max_length=20, choices=Verdict.choices)
    feedback_text = models.TextField(blank=True, max_length=FEEDBACK_MAX)
    review_state = models.CharField(
        max_length=10, choices=ReviewState.choices, default=ReviewState.NONE
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="reviewed_feedback",
    )
    review_note = models.TextField(blank=True, max_length=FEEDBACK_MAX)
    reviewed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "message_feedback"
        verbose_name_plural = "feedback"
        constraints = [
            models.UniqueConstraint(fields=["message", "user"], name="message_feedback_unique"),
            models.CheckConstraint(
                name="message_feedback_type",
                condition=Q(feedback_type__in=["helpful", "unhelpful", "incorrect"]),
            ),
            models.CheckConstraint(
                name="message_feedback_review",
                condition=(
                    Q(feedback_type="incorrect")
                    & (
                        Q(review_state="open", reviewed_at__isnull=True)
                        | Q(review_state__in=["confirmed", "dismissed"], reviewed_at__isnull=False)
                    )
                )
                | (
                    ~Q(feedback_type="incorrect") & Q(review_state="none", reviewed_at__isnull=True)
                ),
            ),
        ]
        indexes = [
            # The admin's list by verdict, newest first.
            models.Index(fields=["feedback_type", "-id"], name="message_feedback_type"),
            # The queue: open reviews, the longest waiting first.
            models.Index(
                fields=["id"], name="message_feedback_open", condition=Q(review_state="open")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.feedback_type} ({self.message_id})"
