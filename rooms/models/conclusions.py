"""How a conversation ended, and what its customer thought of it (seed 003: conclusion tracking)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from rooms.models.escalations import Escalation
from rooms.models.rooms import ChatRoom

TEXT_MAX = 4_000


class Outcome(models.TextChoices):
    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    ABANDONED = "abandoned"
    DUPLICATE = "duplicate"
    SPAM = "spam"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["updated_at"])),
    pghistory.DeleteEvent(),
    model_name="RoomConclusionHistory",
    exclude=["updated_at"],
    meta={"db_table": "room_conclusions_history", "verbose_name_plural": "conclusion history"},
)
class RoomConclusion(models.Model):
    """One per room; concluded again after a reopening, the history table keeps the first."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.OneToOneField(ChatRoom, models.CASCADE, related_name="conclusion")
    escalation = models.ForeignKey(
        Escalation, models.SET_NULL, null=True, related_name="conclusions"
    )
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    summary = models.TextField(max_length=TEXT_MAX, blank=True, default="")
    concluded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    concluded_at = models.DateTimeField()
    rating = models.PositiveSmallIntegerField(null=True)
    comment = models.TextField(max_length=TEXT_MAX, blank=True, default="")
    rated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    rated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "room_conclusions"
        constraints = [
            models.CheckConstraint(
                name="room_conclusions_outcome", condition=Q(outcome__in=Outcome.values)
            ),
            models.CheckConstraint(
                name="room_conclusions_rating",
                condition=Q(rating__isnull=True, rated_at__isnull=True)
                | Q(rating__range=(1, 5), rated_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}, {self.rating or 'not rated'}"
