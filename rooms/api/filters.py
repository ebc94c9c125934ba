"""Filters of the room list."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from chatcore.errors import Invalid
from rooms.models import RoomParticipant, RoomStatus, RoomType
from rooms.selectors.rooms import archived, in_use


class RoomFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?room_type=`, `?status=`, `?unread=true`; archived rooms are left out unless `?status=` or
    `?archived=true` asks for them."""

    room_type = django_filters.ChoiceFilter("room__room_type", choices=RoomType.choices)
    status = django_filters.ChoiceFilter("room__status", choices=RoomStatus.choices)
    archived = django_filters.BooleanFilter(method="only_archived")
    unread = django_filters.BooleanFilter(method="only_unread")

    class Meta:
        model = RoomParticipant
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found: QuerySet[Any] = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        if asked["status"] or asked["archived"] is not None:
            return found
        return in_use(found)

    def only_archived(self, found: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001
        return archived(found) if value else in_use(found)

    def only_unread(self, found: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001
        return found.filter(unread__gt=0) if value else found

    def checked(self) -> QuerySet[Any]:
        """The filtered rows. Raises Invalid by field for a value that is not one."""
        if not self.is_valid():
            raise Invalid(errors={k: [str(e) for e in v] for k, v in self.errors.items()})
        rows: QuerySet[Any] = self.qs
        return rows
