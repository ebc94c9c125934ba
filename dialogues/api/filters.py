"""What lists may be narrowed by."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from dialogues.models import (
    Book,
    DialogueSession,
    DialogueStatus,
    DialogueTemplate,
    DialogueType,
    LifeEvent,
    LifeEventType,
    SavedDialogue,
    Task,
)
from dialogues.models.saved import TAG_LENGTH


class DialogueFilter(filters.FilterSet):  # type: ignore[misc]
    """`?type=&status=&book=&character=`."""

    type = filters.ChoiceFilter(choices=DialogueType.choices)
    status = filters.ChoiceFilter(choices=DialogueStatus.choices)
    book = filters.UUIDFilter(field_name="book_id")
    character = filters.UUIDFilter(field_name="character_id")

    class Meta:
        model = DialogueSession
        fields = ["type", "status", "book", "character"]


class BookFilter(filters.FilterSet):  # type: ignore[misc]
    """`?title=&author=&language=&is_knowledge_base=`; parts of title and author are enough."""

    title = filters.CharFilter(lookup_expr="icontains", max_length=200)
    author = filters.CharFilter(lookup_expr="icontains", max_length=200)
    language = filters.CharFilter(max_length=35)
    is_knowledge_base = filters.BooleanFilter()

    class Meta:
        model = Book
        fields = ["title", "author", "language", "is_knowledge_base"]


class TemplateFilter(filters.FilterSet):  # type: ignore[misc]
    """`?type=&category=`."""

    type = filters.ChoiceFilter(choices=DialogueTemplate.Type.choices)
    category = filters.CharFilter(max_length=50)

    class Meta:
        model = DialogueTemplate
        fields = ["type", "category"]


class SavedFilter(filters.FilterSet):  # type: ignore[misc]
    """`?tag=&is_public=`."""

    tag = filters.CharFilter(method="with_tag", max_length=TAG_LENGTH)
    is_public = filters.BooleanFilter()

    class Meta:
        model = SavedDialogue
        fields = ["tag", "is_public"]

    def with_tag(self, rows: QuerySet[Any], _name: str, tag: str) -> QuerySet[Any]:
        """Through the index on tags: `@>`."""
        return rows.filter(tags__contains=[tag])


class PublicFilter(filters.FilterSet):  # type: ignore[misc]
    """`?book=&type=`."""

    book = filters.UUIDFilter(field_name="session__book_id")
    type = filters.ChoiceFilter(field_name="session__type", choices=DialogueType.choices)

    class Meta:
        model = SavedDialogue
        fields = ["book", "type"]


class TaskFilter(filters.FilterSet):  # type: ignore[misc]
    """`?completed=`."""

    completed = filters.BooleanFilter()

    class Meta:
        model = Task
        fields = ["completed"]


class LifeEventFilter(filters.FilterSet):  # type: ignore[misc]
    """`?event_type=&since=&until=`: times; `until` is not in it."""

    event_type = filters.ChoiceFilter(choices=LifeEventType.choices)
    since = filters.IsoDateTimeFilter(field_name="timestamp", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="timestamp", lookup_expr="lt")

    class Meta:
        model = LifeEvent
        fields = ["event_type", "since", "until"]
