"""Rooms (seed 003, `chat_rooms`)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from chatcore.models.conversations import Conversation

# Counters move with every message; history is for what people decide.
UNTRACKED = [
    "last_seq",
    "version",
    "own_version",
    "last_message_id",
    "last_message_at",
    "updated_at",
    "guest_hidden",
    "member_hidden",
]


# Where a room says nothing else.
MOST_PARTICIPANTS = 50


class RoomType(models.TextChoices):
    GROUP = "group"
    DIRECT = "direct"
    SUPPORT = "support"
    ESCALATED = "escalated"


class RoomStatus(models.TextChoices):
    ACTIVE = "active"
    ARCHIVED = "archived"
    CLOSED = "closed"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=UNTRACKED)),
    pghistory.DeleteEvent(),
    model_name="ChatRoomHistory",
    exclude=UNTRACKED,
    meta={"db_table": "chat_rooms_history", "verbose_name_plural": "chat room history"},
)
class ChatRoom(Conversation):
    """A conversation between people and robots."""

    name = models.CharField(max_length=200, blank=True)
    description = models.TextField(max_length=4000, blank=True)
    room_type = models.CharField(max_length=10, choices=RoomType.choices, default=RoomType.GROUP)
    status = models.CharField(max_length=10, choices=RoomStatus.choices, default=RoomStatus.ACTIVE)
    issue_id = models.CharField(max_length=100, blank=True)
    issue_description = models.TextField(max_length=4000, blank=True)
    is_private = models.BooleanField(default=False)
    guest_access_allowed = models.BooleanField(default=True)
    max_participants = models.PositiveIntegerField(default=MOST_PARTICIPANTS)
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="created_rooms"
    )
    parent_room = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="child_rooms"
    )
    escalation_level = models.PositiveSmallIntegerField(default=1)
    room_settings = models.JSONField(default=dict, blank=True)
    # How many of the messages guests do not get, and how many members do not get either: what is
    # unread is a subtraction for them, too.
    guest_hidden = models.BigIntegerField(default=0, editable=False)
    member_hidden = models.BigIntegerField(default=0, editable=False)
    # Two people have one direct room: their sorted ids, "a:b". Null for every other room.
    direct_key = models.CharField(max_length=73, null=True, unique=True, editable=False)  # noqa: DJ001

    class Meta:
        db_table = "chat_rooms"
        constraints = [
            models.CheckConstraint(
                name="chat_rooms_room_type", condition=Q(room_type__in=RoomType.values)
            ),
            models.CheckConstraint(
                name="chat_rooms_status", condition=Q(status__in=RoomStatus.values)
            ),
            models.CheckConstraint(
                name="chat_rooms_max_participants", condition=Q(max_participants__gte=1)
            ),
            models.CheckConstraint(
                name="chat_rooms_escalation_level", condition=Q(escalation_level__range=(1, 4))
            ),
            models.CheckConstraint(
                name="chat_rooms_direct_key",
                condition=Q(direct_key__isnull=True) | Q(room_type="direct"),
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_room_type_display()} {self.pk}"
