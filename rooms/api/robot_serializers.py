"""Bodies of `robots/` and `robot-interactions/`."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chatcore.http.serializers import PlainObjectField, StrictSerializer
from rooms.models import RobotKind, RobotStatus
from rooms.models.robots import ROBOT_ID


class RobotChanges(StrictSerializer):
    name = serializers.CharField(max_length=100, required=False)
    settings = PlainObjectField(required=False, help_text="By kind: see `docs/robots.md`.")
    is_enabled = serializers.BooleanField(required=False)
    is_visible_to_guests = serializers.BooleanField(required=False)
    answers_first = serializers.BooleanField(
        required=False, help_text="Comes into each new support room and answers first."
    )


class NewRobot(RobotChanges):
    robot_id = serializers.RegexField(ROBOT_ID, help_text="Its name after the @.")
    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(RobotKind.choices)


class RobotOut(serializers.Serializer[Any]):
    robot_id = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(RobotKind.choices)
    settings = serializers.SerializerMethodField(help_text="Null unless you manage robots.")
    is_enabled = serializers.BooleanField()
    is_visible_to_guests = serializers.BooleanField()
    answers_first = serializers.BooleanField()
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
