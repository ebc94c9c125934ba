"""The kernel's background work."""

from celery import shared_task

from chatcore.services.logins import forget_outlived_logins
from chatcore.services.partitions import create_partitions


@shared_task(name="chatcore.create_partitions")
def create_partitions_ahead() -> None:
    """Daily: the months ahead."""
    create_partitions()


@shared_task(name="chatcore.forget_outlived_logins")
def forget_logins() -> None:
    """Daily: sign-ins that have run out."""
    forget_outlived_logins()
