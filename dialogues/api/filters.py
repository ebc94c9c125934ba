"""What a list of dialogues may be narrowed by."""

from django_filters import rest_framework as filters

from dialogues.models import DialogueSession, DialogueStatus, DialogueType


class DialogueFilter(filters.FilterSet):  # type: ignore[misc]
    """`?type=&status=&book=&character=`."""

    type = filters.ChoiceFilter(choices=DialogueType.choices)
    status = filters.ChoiceFilter(choices=DialogueStatus.choices)
    book = filters.UUIDFilter(field_name="book_id")
    character = filters.UUIDFilter(field_name="character_id")

    class Meta:
        model = DialogueSession
        fields = ["type", "status", "book", "character"]
