"""Who is in a room, and what they may do there (seed 003, `room_participants`)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chatcore.ids import uuid7
from rooms.models.rooms import ChatRoom

UNTRACKED = [
    "last_read_at",
    "last_read_seq",
    "read_guest_hidden",
    "read_member_hidden",
    "version",
    "updated_at",
]


class Role(models.TextChoices):
    MEMBER = "member"
    MODERATOR = "moderator"
    OBSERVER = "observer"
    GUEST = "guest"


class ParticipantStatus(models.TextChoices):
    ACTIVE = "active"
    MUTED = "muted"
    REMOVED = "removed"
    LEFT = "left"


PRESENT = (ParticipantStatus.ACTIVE, ParticipantStatus.MUTED)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=UNTRACKED)),
    pghistory.DeleteEvent(),
    model_name="RoomParticipantHistory",
    exclude=UNTRACKED,
    meta={"db_table": "room_participants_history", "verbose_name_plural": "participant history"},
)
class RoomParticipant(models.Model):
    """A person's place in a room. Unread: `rooms.selectors.unread`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the unique key (room, user) begins with it.
    room = models.ForeignKey(
        ChatRoom, on_delete=models.CASCADE, related_name="participants", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="participations"
    )
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.MEMBER)
    status = models.CharField(
        max_length=10, choices=ParticipantStatus.choices, default=ParticipantStatus.ACTIVE
    )
    can_send_messages = models.BooleanField(default=True)
    can_invite_others = models.BooleanField(default=False)
    can_see_history = models.BooleanField(default=True)
    # Who may not see history sees only what came after this position.
    joined_seq = models.BigIntegerField(default=0, editable=False)
    joined_at = models.DateTimeField(default=timezone.now)
    last_read_seq = models.BigIntegerField(default=0, editable=False)
    # The room's counters of the same names as they stood at that position.
    read_guest_hidden = models.BigIntegerField(default=0, editable=False)
    read_member_hidden = models.BigIntegerField(default=0, editable=False)
    last_read_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    # The room's version of the last change to this row, so that a replay repeats it.
    version = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "room_participants"
        constraints = [
            # room_for(): every access question and every append.
            models.UniqueConstraint(fields=["room", "user"], name="room_participants_room_user"),
            models.CheckConstraint(
                name="room_participants_role", condition=Q(role__in=Role.values)
            ),
            models.CheckConstraint(
                name="room_participants_status", condition=Q(status__in=ParticipantStatus.values)
            ),
        ]
        indexes = [
            # rooms_of(): the rooms somebody is in (seed: idx_room_participants_user_active).
            models.Index(
                fields=["user", "room"],
                name="room_participants_user_present",
                condition=Q(status__in=PRESENT),
            ),
            # participants_of(): who is in a room (seed: idx_room_participants_room_active).
            models.Index(
                fields=["room", "joined_at"],
                name="room_participants_room_present",
                condition=Q(status__in=PRESENT),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id}"
