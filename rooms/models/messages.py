"""What is said in a room (seed 003, `messages`), one partition a month by the UUIDv7 `id`."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from psqlextra.models import PostgresPartitionedModel
from psqlextra.types import PostgresPartitioningMethod

from chatcore.ids import uuid7
from chatcore.models.conversations import CONTENT_MAX, Message, MessageRef
from rooms.models.rooms import ChatRoom

# `content__length` in the checks below.
models.TextField.register_lookup(Length)


class MessageType(models.TextChoices):
    CHAT = "chat"
    ROBOT = "robot"
    SYSTEM = "system"
    FILE = "file"
    IMAGE = "image"
    GRAPH = "graph"


class DeliveryStatus(models.TextChoices):
    STREAMING = "streaming"
    BATCH_DELAY = "batch-delay"
    DELIVERED = "delivered"
    FAILED = "failed"


class Audience(models.IntegerChoices):
    """Who gets a message: whoever is cleared for as much (`selectors.access.clearance_of`)."""

    EVERYONE = 0, "everyone"
    # Robots' answers, unless guests may see them.
    MEMBERS = 1, "members"
    # Private notes: of those who help, never of those who are helped.
    STAFF = 2, "staff"


# Nobody decides these.
UNTRACKED = ["version", "created_version", "client_ref", "updated_at"]


@pghistory.track(
    # As it was before, as in the seed: the words that a message began with are in its history, too,
    # without a second row for each message sent.
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=UNTRACKED), row=pghistory.Old),
    pghistory.DeleteEvent(),
    model_name="RoomMessageHistory",
    exclude=UNTRACKED,
    meta={"db_table": "room_messages_history", "verbose_name_plural": "room message history"},
)
class RoomMessage(Message, PostgresPartitionedModel):
    """A message. Written only through `rooms.services.messages`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)  # type: ignore[assignment]
    room = models.ForeignKey(
        ChatRoom, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="room_messages",
        db_index=False,
    )
    message_type = models.CharField(
        max_length=8, choices=MessageType.choices, default=MessageType.CHAT
    )
    audience = models.PositiveSmallIntegerField(choices=Audience.choices, default=Audience.EVERYONE)
    content_metadata = models.JSONField(default=dict, blank=True)
    # The ids of the participants that `@username` in the content names.
    mentions = models.JSONField(default=list, blank=True)
    robot_id = models.CharField(max_length=100, blank=True, default="")
    robot_response_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    is_robot_visible_to_guests = models.BooleanField(default=False)
    delivery_status = models.CharField(
        max_length=11, choices=DeliveryStatus.choices, default=DeliveryStatus.DELIVERED
    )
    reply_to_message = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="replies", db_index=False
    )
    thread = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        db_table = "room_messages"
        constraints = [
            models.CheckConstraint(
                name="room_messages_type", condition=Q(message_type__in=MessageType.values)
            ),
            models.CheckConstraint(
                name="room_messages_delivery",
                condition=Q(delivery_status__in=DeliveryStatus.values),
            ),
            models.CheckConstraint(
                name="room_messages_audience", condition=Q(audience__in=Audience.values)
            ),
            models.CheckConstraint(
                name="room_messages_content", condition=Q(content__length__lte=CONTENT_MAX)
            ),
        ]
        indexes = [
            # BEFORE_SQL and AFTER_SQL: pages by position. Not by id: ordered by id the
            # planner may walk the whole month backwards looking for a quiet room's rows.
            models.Index(fields=["room", "seq"], name="room_messages_room_seq"),
            # CHANGES_SQL: the replay of everything changed since a version.
            models.Index(fields=["room", "version"], name="room_messages_room_version"),
            # Everything one person wrote: export, erasure (seed: idx_messages_sender_created_at).
            models.Index(fields=["sender", "id"], name="room_messages_sender"),
            # The files and pictures of a room (seed: idx_messages_type_room); chat itself is left out,
            # nobody asks for it by type and it is nearly every row.
            models.Index(
                fields=["message_type", "room"],
                name="room_messages_type_room",
                condition=Q(deleted_at__isnull=True) & ~Q(message_type="chat"),
            ),
            # The answers to a message, and the check when that message is erased.
            models.Index(
                fields=["reply_to_message"],
                name="room_messages_reply_to",
                condition=Q(reply_to_message__isnull=False),
            ),
            # THREAD pages: what was said in a thread, by position.
            models.Index(
                fields=["thread", "seq"],
                name="room_messages_thread_seq",
                condition=Q(thread__isnull=False),
            ),
            # How many of the messages between two positions not everybody gets (`read_to`, `me`).
            models.Index(
                fields=["room", "seq", "audience"],
                name="room_messages_hidden",
                condition=Q(audience__gt=0),
            ),
            models.Index(
                fields=["robot_response_to"],
                name="room_messages_robot_to",
                condition=Q(robot_response_to__isnull=False),
            ),
            # recent_changes(): what search has to read again; a message as it was sent is not in it.
            models.Index(
                fields=["updated_at"],
                name="room_messages_changed",
                condition=~Q(version=F("created_version")),
            ),
        ]

    class PartitioningMeta:
        method = PostgresPartitioningMethod.RANGE
        key = ["id"]

    def __str__(self) -> str:
        return f"{self.seq}: {self.content[:60]}"


class RoomMessageRef(MessageRef):
    """The client refs used in a room."""

    pk = models.CompositePrimaryKey("conversation_id", "author_id", "client_ref")
    conversation = models.ForeignKey(
        ChatRoom, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        db_table = "room_message_refs"

    def __str__(self) -> str:
        return str(self.client_ref)


class RoomMention(models.Model):
    """Somebody named in a message: one row each, so that what is unread of them can be counted."""

    pk = models.CompositePrimaryKey("message_id", "user_id")
    message = models.ForeignKey(
        RoomMessage, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    room = models.ForeignKey(ChatRoom, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField()
    audience = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "room_mentions"
        indexes = [
            # MENTIONS_SQL: how often somebody is named after their read marker.
            models.Index(fields=["user", "room", "seq"], name="room_mentions_user_room_seq"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.message_id}"
