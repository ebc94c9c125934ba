"""The companion and life events: bodies in, checked; objects out, described for OpenAPI."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import PlainObjectField, StrictSerializer
from dialogues.api.serializers import SettingsBody
from dialogues.models import LifeEventType, MessageRole
from dialogues.models.life_events import DESCRIPTION_MAX, LEVEL_MOST
from dialogues.services.personality import ResponseLength, Style, Tone

DAYS_MOST = 90


class PersonalityBody(StrictSerializer):
    """What is named is set, null takes it back."""

    name = serializers.CharField(max_length=50, required=False, allow_null=True)
    tone = serializers.ChoiceField(choices=[*Tone], required=False, allow_null=True)
    style = serializers.ChoiceField(  # type: ignore[assignment]
        choices=[*Style], required=False, allow_null=True
    )
    response_length = serializers.ChoiceField(
        choices=[*ResponseLength], required=False, allow_null=True
    )
    language = serializers.CharField(
        max_length=35, required=False, allow_null=True, help_text="A tag, as in en or pt-BR."
    )


class ChangeCompanion(SettingsBody):
    """`PATCH companion/`."""

    personality_settings = PersonalityBody(required=False)


class StatisticsObject(serializers.Serializer[Any]):
    """Seed 001's statistics; messages erased since are counted, too."""

    total_messages = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    last_activity = serializers.DateTimeField(allow_null=True)
    human_messages = serializers.IntegerField()
    ai_messages = serializers.IntegerField()


class StartOverBody(StrictSerializer):
    """`POST companion/start-over/`: what is to be erased, for good."""

    messages = serializers.BooleanField(required=False, default=False)
    memory = serializers.BooleanField(required=False, default=False)
    life_events = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.values()):
            raise serializers.ValidationError("Say what is to be erased.")
        return attrs


class LifeEventBody(StrictSerializer):
    """`POST life-events/`."""

    event_type = serializers.ChoiceField(choices=LifeEventType.choices)
    description = serializers.CharField(
        max_length=DESCRIPTION_MAX, required=False, allow_blank=True
    )
    energy_level = serializers.IntegerField(min_value=0, max_value=LEVEL_MOST)
    stress_level = serializers.IntegerField(min_value=0, max_value=LEVEL_MOST)
    timestamp = serializers.DateTimeField(
        required=False, help_text="When it happened; now, if not given."
    )


class LifeEventChanges(LifeEventBody):
    """`PATCH life-events/{id}/`: what is not named stays."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.required = False
        return fields


class LifeEventObject(serializers.Serializer[Any]):
    """Something that happened, and how one stood afterwards."""

    id = serializers.UUIDField()
    event_type = serializers.ChoiceField(choices=LifeEventType.choices)
    description = serializers.CharField()
    energy_level = serializers.IntegerField()
    stress_level = serializers.IntegerField()
    timestamp = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class MentalStateQuery(StrictSerializer):
    """`?days=`."""

    days = serializers.IntegerField(min_value=1, max_value=DAYS_MOST, required=False, default=7)


class MentalStateObject(serializers.Serializer[Any]):
    """How one stood at a moment, computed from the life events of the 48 hours before it."""

    at = serializers.DateTimeField()
    energy = serializers.IntegerField(help_text="0 to 100.")
    stress = serializers.IntegerField(help_text="0 to 100.")
    confidence = serializers.FloatField(help_text="0 to 1; 0 where nothing is known.")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=["events_impact", "baseline"]
    )


class MentalStateSeries(serializers.Serializer[Any]):
    """`current` is the last of the series."""

    current = MentalStateObject()
    results = MentalStateObject(many=True)


class SaidQuery(StrictSerializer):
    """`?q=&limit=`."""

    q = serializers.CharField(max_length=1000, help_text="Words that a message holds, all of them.")
    limit = serializers.IntegerField(min_value=1, max_value=100, required=False, default=20)


class FoundMessageObject(serializers.Serializer[Any]):
    """A message that holds the words."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    seq = serializers.IntegerField()
    role = serializers.ChoiceField(choices=MessageRole.choices)
    content = serializers.CharField()
    highlighted = serializers.CharField(help_text="Safe HTML: escaped text, hits in `<mark>`.")
    created_at = serializers.DateTimeField()
    rank = serializers.FloatField()


class FoundMessages(serializers.Serializer[Any]):
    """The best first, the newest of equals first."""

    results = FoundMessageObject(many=True)


class CompanionContextBody(StrictSerializer):
    """`PATCH companion/context/`: each object that is named is replaced. A key of `facts` and
    `personality_insights` outside of their categories goes into `personal_info` or `traits`."""

    facts = PlainObjectField(required=False)
    personality_insights = PlainObjectField(required=False)
    communication_style = PlainObjectField(required=False)


class CompanionContextObject(serializers.Serializer[Any]):
    """Seed 001's `conversation_context`."""

    facts = PlainObjectField()
    personality_insights = PlainObjectField()
    communication_style = PlainObjectField()
    context_themes = PlainObjectField()
    mental_state_summary = serializers.CharField()
    recent_events_summary = serializers.CharField()
    conversation_memory = PlainObjectField()
    personality_state = PlainObjectField()
    conversation_summary = serializers.CharField()
    last_updated = serializers.DateTimeField()
