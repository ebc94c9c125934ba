"""Who looked into a room, or came into it, without having been asked (seed 003, `supervisor:chat`)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils import timezone

from chatcore.ids import uuid7
from rooms.models.rooms import ChatRoom

REASON_LEAST = 3
REASON_MOST = 1000

# `reason__length` in the check below.
models.TextField.register_lookup(Length)


class SupervisorAction(models.TextChoices):
    OBSERVE = "observe"
    JOIN = "join"
    REASSIGN = "reassign"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="RoomSupervisionHistory",
    meta={"db_table": "room_supervisions_history", "verbose_name_plural": "supervision history"},
)
class RoomSupervision(models.Model):
    """One act of supervision: by whom, of which room, and why. An observation is over at
    `expires_at`, or before that at `ended_at`; the other acts have neither."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(ChatRoom, on_delete=models.CASCADE, related_name="supervisions")
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    action = models.CharField(max_length=10, choices=SupervisorAction.choices)
    reason = models.TextField(max_length=REASON_MOST)
    started_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "room_supervisions"
        constraints = [
            models.CheckConstraint(
                name="room_supervisions_action", condition=Q(action__in=SupervisorAction.values)
            ),
            models.CheckConstraint(
                name="room_supervisions_reason",
                condition=Q(reason__length__gte=REASON_LEAST, reason__length__lte=REASON_MOST),
            ),
            models.CheckConstraint(
                name="room_supervisions_time_boxed",
                condition=Q(action="observe", expires_at__isnull=False)
                | (~Q(action="observe") & Q(expires_at__isnull=True)),
            ),
        ]
        indexes = [
            # READERS: whether somebody observes a room at this moment.
            models.Index(fields=["supervisor", "room"], name="room_supervisions_who_what"),
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.room_id} by {self.supervisor_id}"
