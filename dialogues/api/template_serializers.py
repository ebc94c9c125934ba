"""Bodies of `templates/`."""

from typing import Any

from django.core.exceptions import ValidationError as ModelInvalid
from rest_framework import serializers

from chatcore.http.serializers import StrictSerializer
from chatcore.models.conversations import CONTENT_MAX
from dialogues.models import DialogueTemplate
from dialogues.models.templates import (
    STARTERS_MOST,
    SUGGESTION_LENGTH,
    SUGGESTIONS_MOST,
    StarterRole,
    validate_starters,
)


class StarterBody(StrictSerializer):
    """A message that stands at the beginning of the dialogue."""

    role = serializers.ChoiceField(choices=StarterRole.choices)
    content = serializers.CharField(max_length=CONTENT_MAX, trim_whitespace=False)


class TemplateBody(StrictSerializer):
    """`POST templates/`."""

    name = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=2_000, required=False, allow_blank=True)
    type = serializers.ChoiceField(choices=DialogueTemplate.Type.choices)
    category = serializers.CharField(max_length=50, required=False, allow_blank=True)
    system_prompt = serializers.CharField(max_length=10_000)
    initial_messages = serializers.ListField(
        child=StarterBody(), max_length=STARTERS_MOST, required=False
    )
    suggested_questions = serializers.ListField(
        child=serializers.CharField(max_length=SUGGESTION_LENGTH),
        max_length=SUGGESTIONS_MOST,
        required=False,
    )
    temperature = serializers.DecimalField(
        max_digits=2, decimal_places=1, min_value=0, max_value=2, required=False
    )
    model_preference = serializers.CharField(max_length=100, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False, help_text="Offered to people.")

    def validate_initial_messages(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        plain = [dict(message) for message in value]
        try:
            validate_starters(plain)
        except ModelInvalid as error:
            raise serializers.ValidationError(error.messages) from None
        return plain


class ChangeTemplate(TemplateBody):
    """`PATCH templates/{id}/`: dialogues that were begun from it keep what they took."""

    name = serializers.CharField(max_length=200, required=False)
    type = serializers.ChoiceField(choices=DialogueTemplate.Type.choices, required=False)
    system_prompt = serializers.CharField(max_length=10_000, required=False)


class StarterObject(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=StarterRole.choices)
    content = serializers.CharField()


class TemplateObject(serializers.Serializer[Any]):
    """A beginning that people may choose."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    type = serializers.ChoiceField(choices=DialogueTemplate.Type.choices)
    category = serializers.CharField()
    system_prompt = serializers.CharField()
    initial_messages = StarterObject(many=True)
    suggested_questions = serializers.ListField(child=serializers.CharField())
    temperature = serializers.FloatField()
    model_preference = serializers.CharField()
    usage_count = serializers.IntegerField(help_text="Dialogues begun from it.")
    rating = serializers.FloatField(help_text="The mean of what they were rated, 0 without any.")
    rating_count = serializers.IntegerField()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
