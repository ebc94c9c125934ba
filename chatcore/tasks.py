"""The kernel's background work."""

from celery import shared_task

from chatcore.services.partitions import create_partitions


@shared_task(name="chatcore.create_partitions")
def create_partitions_ahead() -> None:
    """Daily: the months ahead."""
    create_partitions()
