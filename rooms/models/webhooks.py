"""Who is told of what happens in rooms over HTTP, what they are owed, and each attempt."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from chatcore.outbound import URL_MOST
from rooms.models.messages import RoomMessage
from rooms.models.robots import RobotInteraction
from rooms.models.rooms import ChatRoom

EVENT_TYPES = (
    "room.created",
    "room.updated",
    "participant.changed",
    "message.created",
    "message.edited",
    "message.deleted",
    "escalation.changed",
)
_NOISE = ["updated_at", "failing_since"]


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=_NOISE)),
    pghistory.DeleteEvent(),
    model_name="WebhookEndpointHistory",
    exclude=_NOISE,
    meta={"db_table": "webhook_endpoints_history", "verbose_name_plural": "webhook history"},
)
class WebhookEndpoint(models.Model):
    """Where events go. Without a room: those of all rooms."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=URL_MOST)
    event_types = models.JSONField(default=list)
    room = models.ForeignKey(
        ChatRoom, on_delete=models.CASCADE, null=True, blank=True, related_name="webhooks"
    )
    is_enabled = models.BooleanField(default=True)
    # Why it was disabled, where nobody did it.
    disabled_because = models.CharField(max_length=300, blank=True, default="", editable=False)
    # The first failure since the last success.
    failing_since = models.DateTimeField(null=True, editable=False)
    # One worker at a time sends to an endpoint, so that what succeeds comes in order.
    lease_until = models.DateTimeField(null=True, editable=False)
    secret_salt = models.CharField(max_length=43, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "webhook_endpoints"
        verbose_name = "webhook"

    def __str__(self) -> str:
        return self.name


class DeliveryState(models.TextChoices):
    """`failed`: given up after a day of attempts, or refused."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookDelivery(models.Model):
    """An event that an endpoint is owed: written in the transaction of the event itself.

    A message's words are not stored twice: they are read as it is sent. `payload` is the data of
    every other event.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event_type = models.CharField(max_length=30)
    room = models.ForeignKey(ChatRoom, on_delete=models.CASCADE, related_name="+")
    message = models.ForeignKey(RoomMessage, on_delete=models.CASCADE, null=True, related_name="+")
    version = models.BigIntegerField()
    payload = models.JSONField(null=True)
    state = models.CharField(
        max_length=9, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    # By the clock, under the room's lock: the order in which they are sent.
    created_at = models.DateTimeField()

    class Meta:
        db_table = "webhook_deliveries"
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.CheckConstraint(
                name="webhook_deliveries_state", condition=Q(state__in=DeliveryState.values)
            ),
        ]
        indexes = [
            # deliveries_due(): what an endpoint is owed, in order.
            models.Index(
                fields=["endpoint", "created_at", "version"],
                name="webhook_deliveries_due",
                condition=Q(state="pending"),
            ),
            # deliveries_due(): whether something of the room waits before it.
            models.Index(
                fields=["endpoint", "room", "version"],
                name="webhook_deliveries_waiting",
                condition=Q(state="pending", attempts__gt=0),
            ),
            # The log of an endpoint, the newest first.
            models.Index(fields=["endpoint", "-id"], name="webhook_deliveries_log"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.state}"


class WebhookAttempt(models.Model):
    """One request that we made: of a delivery, or to a robot. What a robot said is in its message."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    delivery = models.ForeignKey(
        WebhookDelivery, on_delete=models.CASCADE, null=True, related_name="log"
    )
    interaction = models.ForeignKey(
        RobotInteraction, on_delete=models.CASCADE, null=True, related_name="log"
    )
    # Null: nobody answered.
    response_status = models.PositiveSmallIntegerField(null=True)
    response_excerpt = models.CharField(max_length=500, blank=True)
    error = models.CharField(max_length=500, blank=True)
    duration_ms = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "webhook_attempts"
        constraints = [
            models.CheckConstraint(
                name="webhook_attempts_of_one",
                condition=Q(delivery__isnull=False, interaction__isnull=True)
                | Q(delivery__isnull=True, interaction__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.response_status or self.error}"
