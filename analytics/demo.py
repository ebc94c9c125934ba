"""The demo adds nothing of its own here; it has the figures counted at once, not at the next quarter."""

from django.db import transaction

from analytics.services.refreshing import refresh_all
from chatcore.demo import Demo, DemoPart, register_demo


def recount(_demo: Demo) -> None:
    """When all of it has come, or gone."""
    transaction.on_commit(_refresh)


def _refresh() -> None:
    refresh_all()


register_demo(DemoPart("analytics", 90, recount, recount))
