"""What an answer of a robot took: added to its turn and to the robot's day, whatever became of it."""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from chatcore.ids import uuid7
from chatcore.robots import RobotBill
from rooms.models import RobotInteraction

_TO_TURN = """
UPDATE robot_interactions SET model_used = %(model)s,
  tokens_used = least(tokens_used::bigint + %(tokens)s, 2147483647),
  cost = CASE WHEN %(cost)s::numeric IS NULL THEN cost ELSE coalesce(cost, 0) + %(cost)s END,
  updated_at = now()
WHERE id = %(turn)s"""
_TO_ROBOT = """
INSERT INTO robot_spendings (id, robot_id, day, answers, tokens, cost)
VALUES (%(id)s, %(robot)s, %(day)s, 1, %(tokens)s, coalesce(%(cost)s, 0))
ON CONFLICT (robot_id, day) DO UPDATE SET answers = robot_spendings.answers + 1,
  tokens = robot_spendings.tokens + excluded.tokens, cost = robot_spendings.cost + excluded.cost"""


@transaction.atomic
def charge(turn: RobotInteraction, bill: RobotBill) -> None:
    """Nothing where no model was asked. Where its price is not known, its tokens count alone."""
    if not bill.model:
        return
    about: dict[str, Any] = {
        "id": uuid7(),
        "turn": turn.pk,
        "robot": turn.robot_id,
        "day": timezone.now().date(),
        "model": bill.model,
        "tokens": bill.tokens,
        "cost": bill.cost,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TO_TURN, about)
        cursor.execute(_TO_ROBOT, about)
