"""Money: what models cost and what people may spend, kept here; what they spent, to look at."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import ChatcoreAdmin, ReadOnly
from chatcore.admin.messages import person_named
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from dialogues.admin.menu import DIALOGUES
from dialogues.models import Budget, ModelPrice, Spending


@admin.register(ModelPrice)
class ModelPriceAdmin(ChatcoreAdmin[ModelPrice]):
    """A new price is a new row with its day: the old one stays for the messages of its time."""

    menu = Menu(DIALOGUES, 80, "sell")
    list_display = ("model", "valid_from", "prompt_price", "completion_price", "updated_at")
    search_fields = ("model",)
    ordering = ("model", "-valid_from")
    fields = (("model", "valid_from"), ("prompt_price", "completion_price"))


@admin.register(Budget)
class BudgetAdmin(ChatcoreAdmin[Budget]):
    """Own limits of single people; everybody else has those of the settings."""

    menu = Menu(DIALOGUES, 81, "account_balance_wallet")
    list_display = (
        *("user", "month_usd", "month_tokens", "session_usd", "session_tokens"),
        "note",
    )
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
    search_fields = ("user__username",)
    ordering = ("-id",)
    fields = (
        "user",
        ("month_usd", "month_tokens"),
        ("session_usd", "session_tokens"),
        "note",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Budget | None = None) -> list[str]:
        return ["user"] if obj else []


@admin.register(Spending)
class SpendingAdmin(ReadOnly[Spending], BigTable[Spending]):
    menu = Menu(DIALOGUES, 82, "payments")
    list_display = ("month", "user", "shown_cost", "tokens")
    list_filter: ClassVar = [("user", AutocompleteSelectFilter)]
    list_select_related = ("user",)
    ordering = ("-month", "-cost")
    search_fields = ("user__username",)
    search_help_text = "A person's name or e-mail"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Spending], search_term: str
    ) -> tuple[QuerySet[Spending], bool]:
        if not search_term.strip():
            return queryset, False
        person = person_named(search_term.strip())
        return (queryset.filter(user=person) if person else queryset.none()), False

    @admin.display(description="US dollars", ordering="cost")
    def shown_cost(self, spending: Spending) -> str:
        return f"{spending.cost:,.4f}"
