"""Adding the views up again, beside those who read them."""

from __future__ import annotations

from time import monotonic

import structlog
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from analytics.models import Refresh
from chatcore.errors import ChatcoreError, Conflict

log = structlog.get_logger(__name__)

VIEWS = ("dialogue_analytics", "message_volume", "support_analytics")
# Another refresh of the same view is the only thing that is waited for.
LOCK_TIMEOUT_MS = 5_000


class RefreshUnderWay(Conflict):
    code = "refresh_under_way"
    title = "This view is being refreshed already"


class NoSuchView(ChatcoreError):
    code = "no_such_view"
    title = "There is no such view"
    status = 404


def refresh_all(*, lock_timeout_ms: int = LOCK_TIMEOUT_MS) -> list[Refresh]:
    """Every view, one after the other, as beat does it. One that is under way elsewhere is left out."""
    done = []
    for view in VIEWS:
        try:
            done.append(refresh_view(view, lock_timeout_ms=lock_timeout_ms))
        except RefreshUnderWay:
            log.info("refresh_left_out", view=view)
    return done


def refresh_view(view: str, *, lock_timeout_ms: int = LOCK_TIMEOUT_MS) -> Refresh:
    """Add one view up again (seed 000, test case 5); readers see the old rows until it commits.

    `refreshed_at` is when it began: what was committed later is not in it.
    Raises NoSuchView, RefreshUnderWay (after `lock_timeout_ms`).
    """
    if view not in VIEWS:
        raise NoSuchView(f"{view} is not a view of ours; these are: {', '.join(VIEWS)}.")
    started, clock = timezone.now(), monotonic()
    try:
        rows = _add_up(view, lock_timeout_ms)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise RefreshUnderWay(
                f"{view} was locked for {lock_timeout_ms} ms; another refresh is at work."
            ) from error
        raise
    took = round((monotonic() - clock) * 1000)
    values = {"refreshed_at": started, "duration_ms": took, "rows": rows}
    refresh, _ = Refresh.objects.update_or_create(view=view, defaults=values)
    log.info("refreshed", view=view, duration_ms=took, rows=rows)
    return refresh


@transaction.atomic
def _add_up(view: str, lock_timeout_ms: int) -> int:
    """The number of rows afterwards."""
    with connection.cursor() as cursor:
        # For this transaction only.
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{lock_timeout_ms}ms"])
        cursor.execute("SELECT relispopulated FROM pg_class WHERE oid = to_regclass(%s)", [view])
        found = cursor.fetchone()
        if found is None:
            raise NoSuchView(f"The database has no view {view}. Mend: manage.py migrate")
        # A dump may have left it empty, and what was never filled cannot be refreshed concurrently.
        how = "CONCURRENTLY " if found[0] else ""
        cursor.execute(f"REFRESH MATERIALIZED VIEW {how}{view}")
        cursor.execute(f"SELECT count(*) FROM {view}")  # noqa: S608 - one of VIEWS
        (rows,) = cursor.fetchone()
    return int(rows)
