"""What the list of escalations may be narrowed by."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone

from chatcore.errors import Invalid
from rooms.models import HELD, OPEN, Escalation, EscalationStatus, Level
from rooms.selectors.queue import awake, breached, watched_by

OPEN_CHOICE = ("open", "open")


class EscalationFilter(django_filters.FilterSet):  # type: ignore[misc]
    """`?state=open&level=T2&mine=true`; what is snoozed comes only where it is asked for."""

    state = django_filters.ChoiceFilter(
        method="in_state", choices=[OPEN_CHOICE, *EscalationStatus.choices]
    )
    level = django_filters.ChoiceFilter("to_level", choices=Level.choices)
    priority = django_filters.NumberFilter("priority", min_value=1, max_value=5)
    assignee = django_filters.UUIDFilter("assigned_to_user")
    customer = django_filters.UUIDFilter("customer")
    room = django_filters.UUIDFilter(method="of_room")
    tag = django_filters.CharFilter(method="tagged", max_length=50)
    breached = django_filters.BooleanFilter(method="only_breached")
    mine = django_filters.BooleanFilter(method="only_mine")
    unassigned = django_filters.BooleanFilter(method="only_unassigned")
    watched = django_filters.BooleanFilter(method="only_watched")
    snoozed = django_filters.BooleanFilter(method="only_snoozed")

    class Meta:
        model = Escalation
        fields: tuple[str, ...] = ()

    def in_state(self, found: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return found.filter(status__in=OPEN if value == "open" else [value])

    def of_room(self, found: QuerySet[Any], _name: str, value: Any) -> QuerySet[Any]:
        return found.filter(source_room=value) | found.filter(target_room=value)

    def tagged(self, found: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return found.filter(tags__contains=[value.lower()])

    def only_breached(self, found: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001
        return found.filter(breached()) if value else found.exclude(breached())

    def only_mine(self, found: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001
        me = self.request.user
        mine = {"assigned_to_user": me, "status__in": HELD}
        return found.filter(**mine) if value else found.exclude(assigned_to_user=me)

    def only_unassigned(self, found: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001
        waiting = {"status": EscalationStatus.CREATED}
        return found.filter(**waiting) if value else found.exclude(**waiting)

    def only_watched(self, found: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001
        mine = watched_by(self.request.user)
        return found.filter(mine) if value else found.exclude(mine)

    def only_snoozed(self, found: QuerySet[Any], _name: str, value: bool) -> QuerySet[Any]:  # noqa: FBT001
        asleep = found.filter(snoozed_until__gt=timezone.now())
        return asleep if value else found.filter(awake())

    def checked(self) -> QuerySet[Any]:
        """The filtered rows. Raises Invalid by field for a value that is not one."""
        if not self.is_valid():
            raise Invalid(errors={k: [str(e) for e in v] for k, v in self.errors.items()})
        rows: QuerySet[Any] = self.qs
        return rows
