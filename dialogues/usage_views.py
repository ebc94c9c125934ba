"""The page of what my answers took."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chatcore.pages import PageRequest, page
from dialogues.selectors.budgets import month_of
from dialogues.selectors.usage import Usage, usage_of


@page
@require_safe
def usage(request: PageRequest) -> HttpResponse:
    found = usage_of(request.user, month_of(timezone.now()))
    return render(request, "web/usage.html", {"usage": found, "shares": list(_shares(found))})


def _shares(usage: Usage) -> Iterator[dict[str, Any]]:
    """The month's limits, each with what is used of it."""
    limits = usage.limits
    if limits.month_usd:
        yield _share("US dollars", usage.cost, limits.month_usd, 2)
    if limits.month_tokens:
        yield _share("Tokens", Decimal(usage.tokens), Decimal(limits.month_tokens), 0)


def _share(name: str, used: Decimal, limit: Decimal, places: int) -> dict[str, Any]:
    return {
        "name": name,
        "used": f"{used:,.{places}f}",
        "limit": f"{limit:,.{places}f}",
        "percent": min(100, int(100 * used / limit)),
    }
