"""`manage.py refresh_analytics`: add the views up now."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from analytics.models import Refresh
from analytics.services.refreshing import LOCK_TIMEOUT_MS, VIEWS, refresh_view
from chatcore.errors import ChatcoreError


class Command(BaseCommand):
    """Readers are not blocked. Exit code 1 when a view could not be refreshed."""

    help = "Refresh the materialized views of analytics, concurrently."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--view", action="append", choices=VIEWS, help="only this one; may be repeated"
        )
        parser.add_argument(
            "--lock-timeout",
            type=float,
            default=LOCK_TIMEOUT_MS / 1000,
            metavar="SECONDS",
            help="how long to wait for another refresh (default %(default)s)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        # 0 would mean to PostgreSQL: wait for ever.
        wait = max(1, round(options["lock_timeout"] * 1000))
        done, problems = [], []
        for view in options["view"] or VIEWS:
            try:
                done.append(refresh_view(view, lock_timeout_ms=wait))
            except ChatcoreError as error:
                problems.append(f"{view}: {error.detail}")
            except DatabaseError as error:
                problems.append(f"{view}: the database says: {str(error).strip()}")
        lines = [_line(one) for one in done]
        if options["json"]:
            self.stdout.write(json.dumps({"refreshed": lines, "problems": problems}, indent=2))
        else:
            self.stdout.write("\n".join(_text(one) for one in lines))
        if problems:
            raise CommandError("\n".join(problems))


def _line(refresh: Refresh) -> dict[str, Any]:
    return {
        "view": refresh.view,
        "refreshed_at": refresh.refreshed_at.isoformat(),
        "duration_ms": refresh.duration_ms,
        "rows": refresh.rows,
    }


def _text(line: dict[str, Any]) -> str:
    return f"{line['view']}: {line['rows']} rows in {line['duration_ms']} ms"
