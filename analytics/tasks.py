"""What workers do for analytics."""

from celery import shared_task

from analytics.services import refreshing


@shared_task(name="analytics.refresh_views", ignore_result=True, acks_late=False)
def refresh_views() -> None:
    """Add the views up again; every 15 minutes by beat."""
    refreshing.refresh_all()
