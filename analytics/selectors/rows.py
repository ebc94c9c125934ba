"""The rows of the views, and how old they are."""

from datetime import datetime

from django.db.models import QuerySet

from analytics.models import DialogueAnalytics, MessageVolume, Refresh

VIEW_PERMISSION = "analytics:dialogue:view"


def dialogue_rows() -> QuerySet[DialogueAnalytics]:
    return DialogueAnalytics.objects.all()


def volume_rows() -> QuerySet[MessageVolume]:
    return MessageVolume.objects.all()


def refreshed_at(*views: str) -> datetime | None:
    """When these views were added up: the oldest of the times. None when one of them never was."""
    found = Refresh.objects.filter(view__in=views).values_list("refreshed_at", flat=True)
    times = list(found)
    return min(times) if len(times) == len(views) else None
