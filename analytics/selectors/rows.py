"""The rows of the views, and how old they are: from the replica, if there is one, since they tell."""

from datetime import datetime

from django.db.models import QuerySet

from analytics.models import DialogueAnalytics, MessageVolume, Refresh, SupportAnalytics
from chatcore.replica import reading_connection

VIEW_PERMISSION = "analytics:dialogue:view"


def dialogue_rows() -> QuerySet[DialogueAnalytics]:
    return DialogueAnalytics.objects.using(_database())


def volume_rows() -> QuerySet[MessageVolume]:
    return MessageVolume.objects.using(_database())


def support_rows() -> QuerySet[SupportAnalytics]:
    return SupportAnalytics.objects.using(_database())


def refreshed_at(view: str) -> datetime | None:
    """When a view was added up. None when it never was."""
    refreshes = Refresh.objects.using(_database()).filter(view=view)
    return refreshes.values_list("refreshed_at", flat=True).first()


def _database() -> str:
    return reading_connection().alias
