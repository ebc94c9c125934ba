"""History: who changed what and when, written by the database itself and never touched again.

Every table that django-pghistory keeps is registered here, of whichever app it tells.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import CharField, Model, QuerySet
from django.http import HttpRequest
from pghistory.core import event_models

from chatcore.admin.base import PrivateWords, ReadOnly, display
from chatcore.admin.paging import BigTable
from chatcore.admin_site import HISTORY, Menu

LABELS = {
    "insert": "success",
    "update": "info",
    "password": "warning",
    "secret": "warning",
    "delete": "danger",
}

# Columns that name a row are called so.
TELLING = ("name", "title", "code", "action", "prefix")


class LabelFilter(admin.SimpleListFilter):
    """What was done. Written out, since asking the table for its labels would read all of it."""

    title = "change"
    parameter_name = "change"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(label, label) for label in LABELS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(pgh_label=self.value()) if self.value() else queryset


class HistoryAdmin(ReadOnly[Any], BigTable[Any]):
    """A history table. Its rows outlive what they tell of, so keys are shown, never joined."""

    menu = Menu(HISTORY, 10, "history")
    ordering = ("-pgh_id",)
    list_filter: ClassVar[Any] = (LabelFilter,)
    list_select_related = ("pgh_context",)
    search_help_text = "The id of what was changed"

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """By what a row tells of; of memberships, which nobody has a page of, by whose they are."""
        columns = {field.name for field in self.model._meta.fields}
        return ("pgh_obj__exact",) if "pgh_obj" in columns else ("user__exact",)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        return ["at", "change", *self._about(), "by", "page"]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        columns = [f.attname for f in self.model._meta.concrete_fields]
        return [c for c in columns if c not in ("pgh_id", "pgh_context_id")] + ["by", "page"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        return self.get_fields(request, obj)

    def _about(self) -> list[str]:
        """The columns that tell what a row is about: names and states, then whose and of what."""
        columns = self.model._meta.concrete_fields
        short = [f for f in columns if isinstance(f, CharField)]
        named = [f.name for f in short if f.choices or any(word in f.name for word in TELLING)]
        keys = [f.attname for f in columns if f.is_relation and not f.name.startswith("pgh_")]
        return (named + keys)[:4]

    @admin.display(description="at", ordering="pgh_id")
    def at(self, row: Any) -> datetime:
        made: datetime = row.pgh_created_at
        return made

    @display(description="change", label=LABELS)
    def change(self, row: Any) -> str:
        return str(row.pgh_label)

    @admin.display(description="by")
    def by(self, row: Any) -> str:
        return str(row.pgh_context.metadata.get("user") or "–") if row.pgh_context else "–"

    @admin.display(description="at the address")
    def page(self, row: Any) -> str:
        return str(row.pgh_context.metadata.get("url") or "–") if row.pgh_context else "–"


# Columns that hold what people wrote for themselves or for a few.
PRIVATE_COLUMNS = {"content", "notes", "feedback_text"}


class PrivateHistoryAdmin(PrivateWords[Any], HistoryAdmin):
    """The history of what people said."""


def register_histories() -> None:
    for model in event_models():
        private = any(field.name in PRIVATE_COLUMNS for field in model._meta.fields)
        admin.site.register(model, PrivateHistoryAdmin if private else HistoryAdmin)


register_histories()
