"""The kernel's background work."""

from celery import shared_task

from chatcore.services.logins import forget_outlived_logins
from chatcore.services.partitions import create_partitions
from chatcore.services.search_feed import read_behind, read_recent


@shared_task(name="chatcore.create_partitions")
def create_partitions_ahead() -> None:
    """Daily: the months ahead."""
    create_partitions()


@shared_task(name="chatcore.forget_outlived_logins")
def forget_logins() -> None:
    """Daily: sign-ins that have run out."""
    forget_outlived_logins()


@shared_task(name="chatcore.read_recent_for_search", acks_late=False)
def read_recent_for_search() -> None:
    """Every two seconds: the words of what was just said."""
    read_recent()


@shared_task(name="chatcore.read_behind_for_search", acks_late=False)
def read_behind_for_search() -> None:
    """Every minute: the words of whatever was missed."""
    read_behind()
