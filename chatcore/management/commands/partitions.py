"""`manage.py partitions`: list, create and repair the monthly partitions."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from chatcore.partitions.months import months_ahead
from chatcore.partitions.tables import partitioned_models, partitions_of
from chatcore.services.partitions import (
    create_partitions,
    partition_problems,
    repair_partitions,
)


class Command(BaseCommand):
    """Exit code 1 when something is red after the work is done."""

    help = "List the monthly partitions; --create those ahead, --repair strays in DEFAULT."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--create", action="store_true", help="create the months ahead")
        parser.add_argument("--repair", action="store_true", help="move strays out of DEFAULT")
        parser.add_argument("--months", type=int, help="how many months ahead (default 12)")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        dry = bool(options["dry_run"])
        report: dict[str, Any] = {"dry_run": dry}
        if options["repair"]:
            report["moved"] = repair_partitions(dry_run=dry)
        if options["create"]:
            report["created"] = create_partitions(options["months"], dry_run=dry)
        report["tables"] = [_table(model) for model in partitioned_models()]
        report["problems"] = partition_problems()
        self.stdout.write(json.dumps(report, indent=2) if options["json"] else _text(report))
        if report["problems"] and not dry:
            raise SystemExit(1)


def _table(model: Any) -> dict[str, Any]:
    partitions = partitions_of(model)
    return {
        "table": model._meta.db_table,
        "months_ahead": months_ahead(partitions, timezone.now()),
        "partitions": [
            {"name": p.name, "bytes": p.bytes, "rows_estimate": p.rows_estimate} for p in partitions
        ],
    }


def _text(report: dict[str, Any]) -> str:
    verb = "would " if report["dry_run"] else ""
    lines = [f"{verb}create {name}" for name in report.get("created", [])]
    lines += [
        f"{verb}move {rows} rows of {table} to {month}"
        for table, months in report.get("moved", {}).items()
        for month, rows in months.items()
    ]
    for table in report["tables"]:
        lines.append(f"{table['table']}: {table['months_ahead']} months ahead")
        lines += [
            f"  {p['name']:<32} {p['bytes'] / 1024:>10,.0f} KiB  ~{p['rows_estimate']:,} rows"
            for p in table["partitions"]
        ]
    return "\n".join(lines + [f"RED: {problem}" for problem in report["problems"]])
