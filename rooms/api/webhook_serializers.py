"""Bodies of `webhooks/`."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import StrictSerializer
from chatcore.outbound import URL_MOST
from rooms.api.robot_serializers import AttemptOut
from rooms.models import EVENT_TYPES, DeliveryState


class WebhookChanges(StrictSerializer):
    name = serializers.CharField(max_length=100, required=False)
    url = serializers.CharField(max_length=URL_MOST, required=False)
    event_types = serializers.ListField(
        child=serializers.ChoiceField(EVENT_TYPES),
        required=False,
        allow_empty=False,
        max_length=len(EVENT_TYPES),
    )
    is_enabled = serializers.BooleanField(required=False)


class NewWebhook(StrictSerializer):
    name = serializers.CharField(max_length=100)
    url = serializers.CharField(max_length=URL_MOST)
    event_types = serializers.ListField(
        child=serializers.ChoiceField(EVENT_TYPES), allow_empty=False, max_length=len(EVENT_TYPES)
    )
    room = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="Null: all rooms."
    )


class WebhookOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField()
    event_types = serializers.ListField(child=serializers.ChoiceField(EVENT_TYPES))
    room = serializers.UUIDField(source="room_id", allow_null=True)
    is_enabled = serializers.BooleanField()
    disabled_because = serializers.CharField()
    failing_since = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class MadeWebhookOut(WebhookOut):
    secret = serializers.CharField(help_text="Shown this once. It verifies our requests.")


class DeliveryOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    event_type = serializers.ChoiceField(EVENT_TYPES)
    room = serializers.UUIDField(source="room_id")
    message = serializers.UUIDField(source="message_id", allow_null=True)
    version = serializers.IntegerField()
    state = serializers.ChoiceField(DeliveryState.choices)
    attempts = serializers.IntegerField()
    due_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class DeliveryDetail(DeliveryOut):
    log = AttemptOut(many=True)
