"""What lists may be narrowed by."""

from django_filters import rest_framework as filters

from dialogues.models import Book, DialogueSession, DialogueStatus, DialogueType


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
