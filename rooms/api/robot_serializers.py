"""Bodies of `robots/` and `robot-interactions/`."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chatcore.http.serializers import PlainObjectField, StrictSerializer
from rooms.models import RobotKind, RobotStatus
from rooms.models.robots import ROBOT_ID


def _limit(when: str) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=12,
        decimal_places=4,
        min_value=Decimal(0),
        required=False,
        allow_null=True,
        help_text=f"US dollars {when} for models. Null: the installation's limit; 0: none.",
    )


class RobotChanges(StrictSerializer):
    name = serializers.CharField(max_length=100, required=False)
    settings = PlainObjectField(required=False, help_text="By kind: see `docs/robots.md`.")
    is_enabled = serializers.BooleanField(required=False)
    is_visible_to_guests = serializers.BooleanField(required=False)
    answers_first = serializers.BooleanField(
        required=False, help_text="Comes into each new support room and answers first."
    )

    day_usd = _limit("in a day (UTC)")
    month_usd = _limit("in a calendar month (UTC)")


class NewRobot(RobotChanges):
    robot_id = serializers.RegexField(ROBOT_ID, help_text="Its name after the @.")
    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(RobotKind.choices)


class _ManagedFloat(serializers.FloatField):
    """US dollars, for who manages robots; null for everybody else."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, allow_null=True, **options)

    def to_representation(self, value: Any) -> float | None:  # type: ignore[override]
        return float(value) if self.context.get("manages") else None


class RobotOut(serializers.Serializer[Any]):
    robot_id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(RobotKind.choices)
    settings = serializers.SerializerMethodField(help_text="Null unless you manage robots.")
    is_enabled = serializers.BooleanField()
    is_visible_to_guests = serializers.BooleanField()
    answers_first = serializers.BooleanField()
    day_usd = _ManagedFloat(
        help_text="What models may cost in a day; null unless you manage robots."
    )
    month_usd = _ManagedFloat(help_text="The same for a calendar month.")
    user = serializers.UUIDField(source="user_id", help_text="Its account: invite it into a room.")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_settings(self, robot: Any) -> dict[str, Any] | None:
        return robot.settings if self.context.get("manages") else None


class MadeRobot(RobotOut):
    secret = serializers.CharField(
        allow_null=True, help_text="Of a webhook; shown this once. It verifies our requests."
    )


class SecretOut(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="Shown this once.")


class InteractionOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    robot_id = serializers.CharField()
    room = serializers.UUIDField(source="room_id")
    message = serializers.UUIDField(source="message_id")
    answer = serializers.UUIDField(source="answer_id", allow_null=True)
    status = serializers.ChoiceField(RobotStatus.choices)
    attempts = serializers.IntegerField()
    request_data = serializers.DictField()
    observation_data = serializers.DictField(allow_null=True)
    response_data = serializers.DictField(allow_null=True)
    error_message = serializers.CharField(allow_null=True)
    model_used = serializers.CharField(help_text="Empty where no model was asked.")
    tokens_used = serializers.IntegerField()
    cost = _ManagedFloat(
        help_text="US dollars; null without a known price, and unless you manage robots."
    )
    started_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class AttemptOut(serializers.Serializer[Any]):
    created_at = serializers.DateTimeField()
    response_status = serializers.IntegerField(allow_null=True)
    response_excerpt = serializers.CharField()
    error = serializers.CharField()
    duration_ms = serializers.IntegerField()


class InteractionDetail(InteractionOut):
    log = serializers.SerializerMethodField(
        help_text="Each request; empty unless you manage robots."
    )

    @extend_schema_field(AttemptOut(many=True))
    def get_log(self, turn: Any) -> list[Any]:
        if not self.context.get("manages"):
            return []
        return list(AttemptOut(turn.log.order_by("id"), many=True).data)


class UsageQuery(StrictSerializer):
    """`?month=2026-11`, this month (UTC) without it."""

    month = serializers.DateField(input_formats=["%Y-%m"], required=False)


class UsagePart(serializers.Serializer[Any]):
    answers = serializers.IntegerField(help_text="How often a model was asked.")
    tokens = serializers.IntegerField()
    cost = serializers.FloatField(help_text="US dollars.")


class RobotDay(UsagePart):
    day = serializers.DateField()


class RobotLimits(serializers.Serializer[Any]):
    """Null: no limit."""

    day_usd = serializers.FloatField(allow_null=True)
    month_usd = serializers.FloatField(allow_null=True)


class RobotUsage(UsagePart):
    month = serializers.CharField()
    limits = RobotLimits()
    by_day = RobotDay(many=True)
