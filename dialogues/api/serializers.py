"""Bodies in, checked; objects out, described for OpenAPI. The selectors render what goes out."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import PlainObjectField, PublicIdField, StrictSerializer
from chatcore.models.conversations import CONTENT_MAX
from dialogues.models import DialogueStatus, DialogueType, MessageRole, ReferenceType

# The companion is made on first use by its own address.
BEGUN_HERE = [DialogueType.BOOK, DialogueType.CHARACTER, DialogueType.ASSISTANT]
CHAPTER_MOST = 100_000


class SettingsBody(StrictSerializer):
    """What may be set at the beginning and changed later."""

    title = serializers.CharField(max_length=500, required=False, allow_blank=True)
    system_prompt = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    temperature = serializers.DecimalField(
        max_digits=2, decimal_places=1, min_value=0, max_value=2, required=False
    )
    model_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    context_window = serializers.IntegerField(
        min_value=256, max_value=1_000_000, required=False, help_text="In tokens."
    )


class CreateDialogue(SettingsBody):
    """`POST dialogues/`."""

    type = serializers.ChoiceField(choices=[(kind.value, kind.label) for kind in BEGUN_HERE])
    book = PublicIdField(required=False, allow_null=True)
    character = PublicIdField(required=False, allow_null=True)
    template = PublicIdField(
        required=False,
        allow_null=True,
        help_text="What is not said here comes from it: prompt, temperature, model, first words.",
    )
    initial_question = serializers.CharField(
        max_length=CONTENT_MAX, required=False, allow_blank=True, help_text="Asked at once."
    )
    current_chapter = serializers.IntegerField(
        min_value=0,
        max_value=CHAPTER_MOST,
        required=False,
        allow_null=True,
        help_text="Nothing of later chapters is shown.",
    )


class ChangeDialogue(SettingsBody):
    """`PATCH dialogues/{id}/`."""

    status = serializers.ChoiceField(choices=["active", "archived"], required=False)


class SayBody(StrictSerializer):
    """`POST dialogues/{id}/messages/`."""

    content = serializers.CharField(max_length=CONTENT_MAX, trim_whitespace=False)
    client_ref = serializers.UUIDField(
        required=False, help_text="A UUID of yours: a repeat with it gives the first message."
    )


class RegenerateBody(StrictSerializer):
    """`POST dialogues/{id}/messages/{mid}/regenerate/`."""

    client_ref = serializers.UUIDField(
        required=False, help_text="A UUID of yours: a repeat with it gives the same new answer."
    )


class RatingBody(StrictSerializer):
    """`PUT dialogues/{id}/rating/`."""

    user_rating = serializers.IntegerField(min_value=1, max_value=5)


class DialogueObject(serializers.Serializer[Any]):
    """A dialogue as its person sees it."""

    id = serializers.UUIDField()
    session_id = serializers.CharField(help_text="`dlg_…`, the id in another spelling.")
    type = serializers.ChoiceField(choices=DialogueType.choices)
    book = serializers.UUIDField(allow_null=True)
    book_title = serializers.CharField(allow_null=True)
    book_author = serializers.CharField(allow_null=True)
    character = serializers.UUIDField(allow_null=True)
    character_name = serializers.CharField(allow_null=True)
    template = serializers.UUIDField(allow_null=True)
    title = serializers.CharField()
    initial_question = serializers.CharField()
    status = serializers.ChoiceField(choices=DialogueStatus.choices)
    current_chapter = serializers.IntegerField(allow_null=True)
    context_window = serializers.IntegerField()
    system_prompt = serializers.CharField()
    temperature = serializers.FloatField()
    model_name = serializers.CharField()
    personality_settings = PlainObjectField(help_text="The companion's: `PATCH companion/`.")
    remembered_count = serializers.IntegerField(help_text="Facts that it remembers.")
    user_rating = serializers.IntegerField(allow_null=True)
    message_count = serializers.IntegerField()
    is_long = serializers.BooleanField(
        help_text="Past the soft limit of messages: nothing is refused; better begin another."
    )
    total_tokens_used = serializers.IntegerField()
    total_cost = serializers.FloatField(help_text="US dollars.")
    last_seq = serializers.IntegerField()
    version = serializers.IntegerField()
    last_message_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(allow_null=True)


class ReferenceObject(serializers.Serializer[Any]):
    """A citation: `highlighted_text` stands in `source_text` letter for letter."""

    id = serializers.UUIDField()
    reference_type = serializers.ChoiceField(choices=ReferenceType.choices)
    passage = serializers.UUIDField(allow_null=True)
    chapter_number = serializers.IntegerField(allow_null=True)
    page_number = serializers.IntegerField(allow_null=True)
    paragraph_index = serializers.IntegerField(allow_null=True)
    source_text = serializers.CharField()
    highlighted_text = serializers.CharField()
    vector_id = serializers.CharField()
    similarity_score = serializers.FloatField(allow_null=True)


class DialogueMessageObject(serializers.Serializer[Any]):
    """A message; a deleted one keeps its place with empty content."""

    id = serializers.UUIDField()
    code = serializers.CharField(help_text="`msg_…`, the id in another spelling.")
    seq = serializers.IntegerField()
    version = serializers.IntegerField()
    role = serializers.ChoiceField(choices=MessageRole.choices)
    content = serializers.CharField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    references = ReferenceObject(many=True)
    client_ref = serializers.UUIDField(allow_null=True)
    reply_to_message = serializers.UUIDField(allow_null=True)
    replaced_by = serializers.UUIDField(
        allow_null=True, help_text="The later answer to the same question that stands instead."
    )
    tokens_used = serializers.IntegerField(allow_null=True)
    cost = serializers.FloatField(
        allow_null=True, help_text="US dollars; null where the model's price is not known."
    )
    model_used = serializers.CharField()
    response_time_ms = serializers.IntegerField(allow_null=True)
    confidence_score = serializers.FloatField(allow_null=True)
    error_code = serializers.CharField()
    error_message = serializers.CharField()
    retry_count = serializers.IntegerField()
    message_type = serializers.IntegerField()
    metadata = PlainObjectField()
    context_snapshot = PlainObjectField(allow_null=True)
    tool_calls = serializers.ListField(child=PlainObjectField(), allow_null=True)


class MessagePageObject(serializers.Serializer[Any]):
    """Messages by position, ascending."""

    results = DialogueMessageObject(many=True)
    has_more = serializers.BooleanField()


class SaidObject(serializers.Serializer[Any]):
    """A question and its answer."""

    message = DialogueMessageObject()
    reply = DialogueMessageObject(
        allow_null=True, help_text="Null when it was called off before a word was said."
    )


class CancelledObject(serializers.Serializer[Any]):
    cancelled = serializers.IntegerField(help_text="How many answers were called off.")
