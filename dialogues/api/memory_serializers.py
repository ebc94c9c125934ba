"""What a dialogue remembers: bodies in, checked; objects out, described for OpenAPI."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chatcore.http.serializers import PlainObjectField, StrictSerializer
from dialogues.api.serializers import CHAPTER_MOST
from dialogues.digesters.cleaning import ITEMS_MAX, VALUE_MAX
from dialogues.models import FactCategory

_ONE = [
    {"type": "string", "maxLength": VALUE_MAX},
    {"type": "number"},
    {"type": "boolean"},
]


@extend_schema_field({"anyOf": [*_ONE, {"type": "array", "items": {"anyOf": _ONE}}]})
class FactValueField(serializers.JSONField):
    """A text, a number, true or false, or a list of these."""

    def to_internal_value(self, data: Any) -> Any:
        for value in data if isinstance(data, list) else [data]:
            if not isinstance(value, str | int | float):
                raise serializers.ValidationError(
                    "Give a text, a number, true or false, or a list of them."
                )
            if isinstance(value, str) and len(value) > VALUE_MAX:
                raise serializers.ValidationError(f"At most {VALUE_MAX} characters.")
        if isinstance(data, list) and len(data) > ITEMS_MAX:
            raise serializers.ValidationError(f"At most {ITEMS_MAX} entries.")
        return data


class ContextBody(StrictSerializer):
    """`PATCH dialogues/{id}/context/`: what is not named stays."""

    current_chapter = serializers.IntegerField(
        min_value=0,
        max_value=CHAPTER_MOST,
        allow_null=True,
        required=False,
        help_text="Nothing of later chapters is shown; null lifts the limit.",
    )
    discussed_topics = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=60, required=False
    )
    key_points = serializers.ListField(
        child=serializers.CharField(max_length=240), max_length=30, required=False
    )
    conversation_summary = serializers.CharField(max_length=2_000, allow_blank=True, required=False)
    facts = PlainObjectField(required=False, help_text="All of them: category, key, value.")
    personality_insights = PlainObjectField(required=False, help_text="As with `facts`.")
    communication_style = PlainObjectField(required=False)


class FactBody(StrictSerializer):
    """`PATCH …/context/facts/{fact_id}/`."""

    value = FactValueField()


class RememberedObject(serializers.Serializer[Any]):
    """A fact as the context carries it."""

    id = serializers.UUIDField()
    category = serializers.ChoiceField(choices=FactCategory.choices)
    key = serializers.CharField()
    value = FactValueField()
    confidence = serializers.FloatField(help_text="0 to 1; 1 where the person put it right.")
    source_message = serializers.UUIDField(
        allow_null=True, help_text="The message that told it; null: the person wrote it down."
    )
    learned_at = serializers.DateTimeField()


class FactObject(RememberedObject):
    """A fact about the person, and where it comes from."""

    learned_by = serializers.CharField(help_text="`rules`, the name of a model, or `person`.")
    corrected_at = serializers.DateTimeField(allow_null=True)
    earlier_values = serializers.ListField(
        child=FactValueField(), help_text="What earlier messages said, oldest first."
    )


class FactListObject(serializers.Serializer[Any]):
    """All facts that hold; a dialogue keeps 200 at most."""

    results = FactObject(many=True)


class ContextObject(serializers.Serializer[Any]):
    """What the dialogue remembers, as far as its reader has read."""

    current_chapter = serializers.IntegerField(allow_null=True)
    discussed_chapters = serializers.ListField(child=serializers.IntegerField())
    discussed_topics = serializers.ListField(child=serializers.CharField())
    key_points = serializers.ListField(child=serializers.CharField())
    conversation_summary = serializers.CharField()
    character_state = serializers.CharField()
    emotional_tone = serializers.CharField()
    remembered_facts = RememberedObject(many=True)
    relationship_level = serializers.IntegerField(help_text="Familiarity, 0 to 100.")
    facts = PlainObjectField(help_text="Category, key, value.")
    personality_insights = PlainObjectField(help_text="Category, key, value.")
    communication_style = PlainObjectField()
    context_themes = PlainObjectField(help_text="Topic, and in how many messages.")
    mental_state_summary = serializers.CharField()
    recent_events_summary = serializers.CharField()
    conversation_memory = PlainObjectField(help_text="Where summary, points and topics come from.")
    personality_state = PlainObjectField()
    context_messages = serializers.ListField(
        child=serializers.UUIDField(), help_text="The messages that the last answer was told."
    )
    context_tokens = serializers.IntegerField(help_text="Of the last question's context.")
    embedded_context = serializers.CharField()
    digested_seq = serializers.IntegerField(help_text="Messages up to here have been digested.")
    created_at = serializers.DateTimeField(allow_null=True)
    updated_at = serializers.DateTimeField()
