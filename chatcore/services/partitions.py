"""Keep the months ahead of the clock, and DEFAULT empty."""

from django.conf import settings
from django.db.models import Model
from django.utils import timezone

from chatcore.partitions.months import Month, months_ahead
from chatcore.partitions.tables import (
    create_months,
    default_holds_rows,
    missing_months,
    move_strays,
    partitioned_models,
    partitions_of,
    stray_months,
)


def create_partitions(months: int | None = None, *, dry_run: bool = False) -> list[str]:
    """Create this month and the `months` that follow (12 by default) where missing; their names."""
    ahead = settings.PARTITION_MONTHS_AHEAD if months is None else months
    now = Month.of(timezone.now())
    names: list[str] = []
    for model in partitioned_models():
        missing = missing_months(model, now, now.plus(ahead))
        if dry_run:
            names += [f"{model._meta.db_table}_{month.label}" for month in missing]
        else:
            names += create_months(model, missing)
    return names


def repair_partitions(*, dry_run: bool = False) -> dict[str, dict[str, int]]:
    """Move stray rows from DEFAULT to their months: `{table: {"2026_11": rows}}`."""
    mend = stray_months if dry_run else move_strays
    found = {model._meta.db_table: mend(model) for model in partitioned_models()}
    return {
        table: {month.label: rows for month, rows in strays.items()}
        for table, strays in found.items()
        if strays
    }


def partition_problems() -> list[str]:
    """What is red: too few months ahead, or a row in DEFAULT. Empty when all is well."""
    return [problem for model in partitioned_models() for problem in _problems_of(model)]


def _problems_of(model: type[Model]) -> list[str]:
    table = model._meta.db_table
    problems = []
    ahead = months_ahead(partitions_of(model), timezone.now())
    if ahead < settings.PARTITION_MONTHS_RED:
        problems.append(
            f"{table} has {max(ahead, 0)} months ahead: run `manage.py partitions --create`"
        )
    if default_holds_rows(model):
        problems.append(f"{table} holds rows in DEFAULT: run `manage.py partitions --repair`")
    return problems
