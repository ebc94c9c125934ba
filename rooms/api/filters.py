"""Filters of the room list."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from chatcore.errors import Invalid
from rooms.models import RoomParticipant, RoomStatus, RoomType


class RoomFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?room_type=`, `?status=`, `?unread=true`."""

    room_type = django_filters.ChoiceFilter("room__room_type", choices=RoomType.choices)
    status = django_filters.ChoiceFilter("room__status", choices=RoomStatus.choices)
    unread = django_filters.BooleanFilter(method="only_unread")

    class Meta:
        model = RoomParticipant
        fields: tuple[str, ...] = ()

    def only_unread(self, found: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001
        return found.filter(unread__gt=0) if value else found

    def checked(self) -> QuerySet[Any]:
        """The filtered rows. Raises Invalid by field for a value that is not one."""
        if not self.is_valid():
            raise Invalid(errors={k: [str(e) for e in v] for k, v in self.errors.items()})
        rows: QuerySet[Any] = self.qs
        return rows
