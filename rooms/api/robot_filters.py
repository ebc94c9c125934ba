"""What the lists of robots' turns and of webhooks' deliveries may be narrowed by."""

from typing import Any

import django_filters
from django.db.models import QuerySet

from chatcore.errors import Invalid
from rooms.models import DeliveryState, RobotInteraction, RobotStatus, WebhookDelivery


class _Filter(django_filters.FilterSet):  # type: ignore[misc]
    def checked(self) -> QuerySet[Any]:
        """The filtered rows. Raises Invalid by field for a value that is not one."""
        if not self.is_valid():
            raise Invalid(errors={k: [str(e) for e in v] for k, v in self.errors.items()})
        rows: QuerySet[Any] = self.qs
        return rows


class DeliveryFilter(_Filter):
    """`?state=failed`: what was given up."""

    state = django_filters.ChoiceFilter(choices=DeliveryState.choices)

    class Meta:
        model = WebhookDelivery
        fields: tuple[str, ...] = ()


class InteractionFilter(_Filter):
    """`?robot=librarian&status=failed`."""

    robot = django_filters.CharFilter("robot_id", max_length=50)
    room = django_filters.UUIDFilter("room")
    message = django_filters.UUIDFilter("message")
    status = django_filters.ChoiceFilter(choices=RobotStatus.choices)

    class Meta:
        model = RobotInteraction
        fields: tuple[str, ...] = ()
