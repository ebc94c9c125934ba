"""Bodies of `saved/`, `public/dialogues/` and of feedback."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import PublicIdField, StrictSerializer
from dialogues.models import DialogueType, MessageRole, ReferenceType, ReviewState, Verdict
from dialogues.models.feedback import FEEDBACK_MAX
from dialogues.models.saved import NOTES_MAX, TAG_LENGTH, TAGS_MOST


class ChangeSaved(StrictSerializer):
    """`PATCH saved/{id}/`."""

    title = serializers.CharField(max_length=500, required=False, allow_blank=True)
    notes = serializers.CharField(
        max_length=NOTES_MAX, required=False, allow_blank=True, help_text="For yourself alone."
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=TAG_LENGTH),
        max_length=TAGS_MOST,
        required=False,
        help_text="For yourself alone.",
    )
    is_public = serializers.BooleanField(
        required=False,
        help_text=(
            "True shows everybody who is signed in what was said until now; true once more shows "
            "what was said since."
        ),
    )


class SaveBody(ChangeSaved):
    """`POST saved/`."""

    session = PublicIdField(prefix="dlg", help_text="One of your dialogues, by id or `dlg_…`.")


class SavedObject(serializers.Serializer[Any]):
    """A saved dialogue, for its owner."""

    id = serializers.UUIDField()
    session = serializers.UUIDField()
    title = serializers.CharField()
    notes = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    is_public = serializers.BooleanField()
    shared_up_to = serializers.IntegerField(
        allow_null=True, help_text="The `seq` of the last message that others see."
    )
    shared_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PublicQuery(StrictSerializer):
    """`?after_seq=&limit=`."""

    after_seq = serializers.IntegerField(min_value=0, max_value=2**63 - 1, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=200)


class PublicDialogueObject(serializers.Serializer[Any]):
    """A public dialogue; `id` is that of the sharing and opens nothing else."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    owner = serializers.CharField(help_text="The display name.")
    type = serializers.ChoiceField(choices=DialogueType.choices)
    book = serializers.UUIDField(allow_null=True)
    book_title = serializers.CharField(allow_null=True)
    book_author = serializers.CharField(allow_null=True)
    character_name = serializers.CharField(allow_null=True)
    shared_at = serializers.DateTimeField()


class PublicReferenceObject(serializers.Serializer[Any]):
    reference_type = serializers.ChoiceField(choices=ReferenceType.choices)
    chapter_number = serializers.IntegerField(allow_null=True)
    page_number = serializers.IntegerField(allow_null=True)
    paragraph_index = serializers.IntegerField(allow_null=True)
    source_text = serializers.CharField()
    highlighted_text = serializers.CharField()
    similarity_score = serializers.FloatField(allow_null=True)


class PublicMessageObject(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    role = serializers.ChoiceField(choices=MessageRole.choices)
    content = serializers.CharField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    references = PublicReferenceObject(many=True)


class PublicReadingObject(PublicDialogueObject):
    """A public dialogue with its messages, in ascending order."""

    messages = PublicMessageObject(many=True)
    has_more = serializers.BooleanField()


class FeedbackBody(StrictSerializer):
    """`PUT dialogues/{id}/messages/{mid}/feedback/`."""

    feedback_type = serializers.ChoiceField(choices=Verdict.choices)
    feedback_text = serializers.CharField(max_length=FEEDBACK_MAX, required=False, allow_blank=True)


class FeedbackObject(serializers.Serializer[Any]):
    """What I think of an answer; `review_state` is how far staff is with an incorrect one."""

    message = serializers.UUIDField()
    feedback_type = serializers.ChoiceField(choices=Verdict.choices)
    feedback_text = serializers.CharField()
    review_state = serializers.ChoiceField(choices=ReviewState.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
