"""Robots, and each turn of theirs (seed 003, `robot_interactions`)."""

from decimal import Decimal

import pghistory
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from chatcore.models.columns import dollars, limit_usd
from rooms.models.messages import RoomMessage
from rooms.models.rooms import ChatRoom

USER = settings.AUTH_USER_MODEL
# As usernames are spelled, so that a robot can be named with an @.
ROBOT_ID = r"^[a-z0-9](?:[a-z0-9-]{0,48}[a-z0-9])?$"


class RobotKind(models.TextChoices):
    """Each is a skill that is registered with `chatcore.robots`."""

    LIBRARIAN = "librarian"
    WEBHOOK = "webhook"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["updated_at"])),
    pghistory.DeleteEvent(),
    model_name="RobotHistory",
    exclude=["updated_at"],
    meta={"db_table": "robots_history", "verbose_name_plural": "robot history"},
)
class Robot(models.Model):
    """A robot. It is in a room as its account is; `@robot_id` names it there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    robot_id = models.CharField(max_length=50, unique=True, validators=[RegexValidator(ROBOT_ID)])
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=RobotKind.choices)
    # As the skill of its kind has checked them.
    settings = models.JSONField(default=dict, blank=True)
    is_enabled = models.BooleanField(default=True)
    is_visible_to_guests = models.BooleanField(default=True)
    # Comes into each new support room and answers there until a person is in it.
    answers_first = models.BooleanField(default=False)
    # What the models that it asks may cost.
    day_usd = limit_usd("in a day (UTC)")
    month_usd = limit_usd("in a calendar month (UTC)")
    user = models.OneToOneField(USER, on_delete=models.PROTECT, related_name="robot")
    # What the secret of a webhook is made from (`chatcore.outbound`); of no use by itself.
    secret_salt = models.CharField(max_length=43, blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "robots"
        constraints = [
            models.CheckConstraint(name="robots_kind", condition=Q(kind__in=RobotKind.values)),
            models.CheckConstraint(name="robots_robot_id", condition=Q(robot_id__regex=ROBOT_ID)),
            *(
                models.CheckConstraint(
                    name=f"robots_{name}",
                    condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0}),
                )
                for name in ("day_usd", "month_usd")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RobotStatus(models.TextChoices):
    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


@pghistory.track(
    pghistory.UpdateEvent(condition=pghistory.AnyChange("status"), row=pghistory.Old),
    pghistory.DeleteEvent(),
    fields=["id", "message", "robot", "status", "attempts", "error_message", "started_at"],
    model_name="RobotInteractionHistory",
    meta={
        "db_table": "robot_interactions_history",
        "verbose_name_plural": "robot interaction history",
    },
)
class RobotInteraction(models.Model):
    """One message and the answer a robot owes to it. The row is the queue.

    Made with the message itself, in one statement (`rooms.services.timeline`). A worker claims it with
    a conditional update; a lease that ran out means that the worker died. No words of people stand in
    the JSON columns: they are in the messages, and go with them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the unique key (message, robot) begins with it.
    message = models.ForeignKey(
        RoomMessage, on_delete=models.CASCADE, related_name="robot_interactions", db_index=False
    )
    # No index of its own: each question for it is about the open ones.
    room = models.ForeignKey(
        ChatRoom, on_delete=models.CASCADE, related_name="robot_interactions", db_index=False
    )
    robot = models.ForeignKey(
        Robot,
        on_delete=models.PROTECT,
        to_field="robot_id",
        db_column="robot_id",
        related_name="interactions",
        db_index=False,
    )
    answer = models.ForeignKey(
        RoomMessage, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # Why it was asked: {"why": "support" | "mention" | "reply"}.
    request_data = models.JSONField(default=dict)
    # What it saw: {"history": how many messages, "books": [ids], …}.
    observation_data = models.JSONField(null=True)
    # What it made of it: {"confidence", "references", "ask_for_person", …}.
    response_data = models.JSONField(null=True)
    status = models.CharField(
        max_length=10, choices=RobotStatus.choices, default=RobotStatus.PENDING
    )
    error_message = models.TextField(null=True)  # noqa: DJ001 - the seed's
    # What the models took for it in all its attempts; without a cost where no price is known.
    model_used = models.CharField(max_length=100, blank=True, db_default="")
    tokens_used = models.PositiveIntegerField(db_default=0)
    cost = dollars(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    # How often it was asked for again after it had failed.
    replays = models.PositiveSmallIntegerField(default=0)
    # Not before; null: at once.
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "robot_interactions"
        constraints = [
            models.CheckConstraint(
                name="robot_interactions_status", condition=Q(status__in=RobotStatus.values)
            ),
            # Asked once, answered once.
            models.UniqueConstraint(
                fields=["message", "robot"], name="robot_interactions_message_robot"
            ),
            # A robot answers one after the other in a room: the database allows one at work.
            models.UniqueConstraint(
                fields=["room", "robot"],
                name="robot_interactions_one_at_work",
                condition=Q(status="processing"),
            ),
        ]
        indexes = [
            # interactions_for() by status (seed: idx_robot_interactions_status).
            models.Index(fields=["status", "created_at"], name="robot_interactions_status_at"),
            # interactions_for() by robot (seed: idx_robot_interactions_robot_id).
            models.Index(fields=["robot", "-created_at"], name="robot_interactions_robot_at"),
            # claim_turn() and stranded_rooms(): what is open, by room.
            models.Index(
                fields=["room", "id"],
                name="robot_interactions_open",
                condition=Q(status__in=["pending", "processing"]),
            ),
            # The check when an answer is erased.
            models.Index(
                fields=["answer"],
                name="robot_interactions_answer",
                condition=Q(answer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.robot_id}: {self.status}"


class RobotSpending(models.Model):
    """What a robot took in a day (UTC). Apart from its turns, which go with the messages: what was spent
    stays spent."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    robot = models.ForeignKey(
        Robot,
        on_delete=models.PROTECT,
        to_field="robot_id",
        db_column="robot_id",
        related_name="spendings",
        db_index=False,
    )
    day = models.DateField()
    # How often models were asked, whatever came of it.
    answers = models.PositiveIntegerField(default=0)
    tokens = models.BigIntegerField(default=0)
    cost = dollars(default=Decimal(0))

    class Meta:
        db_table = "robot_spendings"
        constraints = [
            # spent_by() and usage_of(): a robot's days; and the row that a charge adds to.
            models.UniqueConstraint(fields=["robot", "day"], name="robot_spendings_robot_day"),
        ]
        indexes = [
            # The admin's list and the dashboard: the newest days.
            models.Index(fields=["-day", "-cost"], name="robot_spendings_dearest"),
        ]

    def __str__(self) -> str:
        return f"{self.day} of {self.robot_id}"
