"""What the figures may be narrowed by."""

from django_filters import rest_framework as filters

from analytics.forms import PeriodForm
from analytics.models import ConversationKind, DialogueAnalytics, MessageVolume, SupportAnalytics
from dialogues.models import DialogueType
from rooms.models import Level, RoomType

ISO = ["%Y-%m-%d"]


class PeriodFilter(filters.FilterSet):  # type: ignore[misc]
    """`?date_from=&date_to=&book=&character=`, both days included."""

    date_from = filters.DateFilter(field_name="date", lookup_expr="gte", input_formats=ISO)
    date_to = filters.DateFilter(field_name="date", lookup_expr="lte", input_formats=ISO)
    book = filters.UUIDFilter(field_name="book_id")
    character = filters.UUIDFilter(field_name="character_id")

    class Meta:
        form = PeriodForm


class DialogueAnalyticsFilter(PeriodFilter):
    """… and `?type=`."""

    type = filters.ChoiceFilter(choices=DialogueType.choices)

    class Meta(PeriodFilter.Meta):
        model = DialogueAnalytics
        fields: list[str] = []


class MessageVolumeFilter(PeriodFilter):
    """… and `?type=&conversation=&kind=`."""

    type = filters.ChoiceFilter(choices=[*DialogueType.choices, *RoomType.choices])
    conversation = filters.ChoiceFilter(choices=ConversationKind.choices)
    kind = filters.CharFilter(max_length=9)

    class Meta(PeriodFilter.Meta):
        model = MessageVolume
        fields: list[str] = []


class SupportAnalyticsFilter(filters.FilterSet):  # type: ignore[misc]
    """`?date_from=&date_to=&level=&priority=`, both days included."""

    date_from = filters.DateFilter(field_name="date", lookup_expr="gte", input_formats=ISO)
    date_to = filters.DateFilter(field_name="date", lookup_expr="lte", input_formats=ISO)
    level = filters.ChoiceFilter(choices=Level.choices)
    priority = filters.NumberFilter(min_value=1, max_value=5)

    class Meta:
        form = PeriodForm
        model = SupportAnalytics
        fields: list[str] = []
