"""Robots, and what they were asked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from chatcore.errors import NotFound
from chatcore.ids import uuid7_floor
from chatcore.models import User
from chatcore.robots import Heard
from chatcore.selectors.permissions import require
from rooms.models import (
    Audience,
    MessageType,
    Robot,
    RobotInteraction,
    RobotStatus,
    RoomMessage,
)
from rooms.models.messages import DeliveryStatus
from rooms.selectors.access import RoomAccess

# How far back a robot listens.
HEARD_MOST = 10
OPEN = (RobotStatus.PENDING, RobotStatus.PROCESSING)


def robots_for(user: User) -> QuerySet[Robot]:
    """The robots there are; who may not change them sees those that work. Raises Forbidden."""
    require(user, "chat:robot:view")
    robots = Robot.objects.select_related("user")
    return robots if user.can("chat:robot:manage") else robots.filter(is_enabled=True)


def robot_for(user: User, robot_id: str) -> Robot:
    """One of them. Raises Forbidden, NotFound."""
    found = robots_for(user).filter(robot_id=robot_id).first()
    if found is None:
        raise NotFound("There is no such robot.")
    return found


def managed_robot_for(user: User, robot_id: str) -> Robot:
    """The same for who may change it. Raises Forbidden, NotFound."""
    require(user, "chat:robot:manage")
    return robot_for(user, robot_id)


def interactions_for(user: User) -> QuerySet[RobotInteraction]:
    """What robots were asked: by anybody for who manages them, else by oneself. Raises Forbidden."""
    require(user, "chat:robot:view")
    rows = RobotInteraction.objects.all()
    return rows if user.can("chat:robot:manage") else rows.filter(message__sender=user)


def interaction_for(user: User, interaction: UUID) -> RobotInteraction:
    """One of them. Raises Forbidden, NotFound."""
    found = interactions_for(user).filter(pk=interaction).first()
    if found is None:
        raise NotFound("There is no such interaction.")
    return found


def accounts_that_answer_first() -> list[User]:
    """Who comes into each new support room."""
    robots = Robot.objects.filter(is_enabled=True, answers_first=True)
    return [robot.user for robot in robots.select_related("user").order_by("id")]


def is_first_to_answer(turn: RobotInteraction) -> bool:
    """Whether it was asked because nobody who helps was there."""
    return bool(turn.request_data.get("why") == "support")


def heard_before(turn: RobotInteraction) -> list[Heard]:
    """What was said in the room before the question, oldest first, and only what everybody gets."""
    said = RoomMessage.objects.filter(
        room=turn.room_id,
        seq__lt=turn.message.seq,
        audience=Audience.EVERYONE,
        message_type__in=[MessageType.CHAT, MessageType.ROBOT],
        delivery_status=DeliveryStatus.DELIVERED,
        deleted_at__isnull=True,
    ).order_by("-seq")[:HEARD_MOST]
    return [Heard(each.content, each.sender_id == turn.robot.user_id) for each in said][::-1]


def cancellable_turns(access: RoomAccess) -> QuerySet[RobotInteraction]:
    """What is open in a room and theirs to call off."""
    turns = RobotInteraction.objects.filter(room=access.room, status__in=OPEN)
    helps = access.clearance == Audience.STAFF and not access.silenced_by
    if access.is_observing or not (access.is_moderator or helps):
        turns = turns.filter(message__sender=access.participant.user_id)
    return turns.select_related("robot", "answer").order_by("id")


def is_wanted(turn: RobotInteraction) -> bool:
    """Whether neither the question nor the answer that is coming was taken back meanwhile."""
    wanted = RobotInteraction.objects.filter(
        pk=turn.pk, message__deleted_at__isnull=True, answer__deleted_at__isnull=True
    )
    return wanted.exists()


def asked_too_often(turn: RobotInteraction) -> bool:
    """Whether robots owed so many answers in its room within the minute before it that programs must be
    talking with each other."""
    since = uuid7_floor(turn.created_at - timedelta(minutes=1))
    before = RobotInteraction.objects.filter(room=turn.room_id, pk__gte=since, pk__lt=turn.pk)
    return before.count() >= settings.ROBOT_TURNS_A_MINUTE


def claimable() -> Q:
    """Due, or left behind by a worker that died."""
    is_due = Q(due_at__isnull=True) | Q(due_at__lte=Now())
    return Q(is_due, status=RobotStatus.PENDING) | Q(
        status=RobotStatus.PROCESSING, lease_until__lt=Now()
    )


def rooms_with_open_turns(most: int = 500) -> list[Any]:
    """The rooms in which a robot owes an answer that nobody works on."""
    rows = RobotInteraction.objects.filter(claimable(), status__in=OPEN)
    return list(rows.values_list("room_id", flat=True).distinct()[:most])
