"""The partitions of the message tables: bounds, sizes, and whether all is well."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from chatcore.admin_site import SYSTEM, Figure, Menu, Page, register_figure, register_page
from chatcore.models import User
from chatcore.partitions.months import Month, Partition, months_ahead
from chatcore.partitions.tables import default_holds_rows, partitioned_models, partitions_of
from chatcore.services.partitions import partition_problems


def may_see_partitions(user: User) -> bool:
    return user.has_perm("chatcore.view_job")


def partitions_page(request: HttpRequest) -> HttpResponse:
    """One table per partitioned model, the present month marked, what is wrong on top."""
    now = timezone.now()
    context = {
        **admin.site.each_context(request),
        "title": "Partitions",
        "problems": partition_problems(),
        "tables": [_table(model, Month.of(now)) for model in partitioned_models()],
    }
    return render(request, "admin/partitions.html", context)


def _table(model: Any, now: Month) -> dict[str, Any]:
    partitions = partitions_of(model)
    return {
        "name": model._meta.db_table,
        "bytes": filesizeformat(sum(p.bytes for p in partitions)),
        "rows_estimate": sum(p.rows_estimate for p in partitions),
        "ahead": months_ahead(partitions, timezone.now()),
        "default_is_empty": not default_holds_rows(model),
        "partitions": [_row(p, now) for p in partitions],
    }


def _row(partition: Partition, now: Month) -> dict[str, Any]:
    month = partition.month
    return {
        "name": partition.name,
        "from": month.start if month else None,
        "to": month.plus(1).start if month else None,
        "lower": partition.lower,
        "upper": partition.upper,
        "bytes": filesizeformat(partition.bytes),
        "rows_estimate": partition.rows_estimate,
        "is_now": month == now,
        "is_default": partition.is_default,
    }


def _figure() -> tuple[str, str]:
    problems = partition_problems()
    ahead = min(
        (months_ahead(partitions_of(m), timezone.now()) for m in partitioned_models()), default=0
    )
    return f"{max(ahead, 0)} months", problems[0] if problems else "ahead; DEFAULT is empty"


register_page(
    Page(
        "partitions",
        "partitions/",
        "Partitions",
        Menu(SYSTEM, 5, "view_week"),
        partitions_page,
        may_see_partitions,
    )
)
register_figure(
    Figure(60, "Partitions", "view_week", _figure, "admin:partitions", "chatcore.view_job")
)
