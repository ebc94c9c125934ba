"""The rows of the views, and how old they are."""

from datetime import datetime

from django.db.models import QuerySet

from analytics.models import DialogueAnalytics, MessageVolume, Refresh

VIEW_PERMISSION = "analytics:dialogue:view"


def dialogue_rows() -> QuerySet[DialogueAnalytics]:
    return DialogueAnalytics.objects.all()


def volume_rows() -> QuerySet[MessageVolume]:
    return MessageVolume.objects.all()


def refreshed_at(view: str) -> datetime | None:
    """When a view was added up. None when it never was."""
    return Refresh.objects.filter(view=view).values_list("refreshed_at", flat=True).first()
