"""Canned responses and macros in the console: the list, one of them, a new one, with a preview."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from chatcore.errors import ChatcoreError
from chatcore.pages import PageRequest
from rooms.console.door import console_page, render_console
from rooms.console.kept_sheet import CannedSheet, KeptSheet, MacroSheet, kept_row
from rooms.models import CannedResponse, Macro
from rooms.selectors.replies import usable, usable_one
from rooms.services.replies import delete_reply

PAGE_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Shelf:
    """One of the two kinds: its page, and how it is found and ordered."""

    name: str
    title: str
    what: str
    empty: str
    model: type[Any]
    sheet: type[KeptSheet]
    order: str
    searched: tuple[str, ...]

    def found(self, request: PageRequest, words: str) -> QuerySet[Any]:
        rows = usable(self.model, request.user).select_related("owner").order_by(self.order, "pk")
        match = Q()
        for column in self.searched:
            match |= Q(**{f"{column}__icontains": words})
        return rows.filter(match) if words else rows


SHELVES = {
    "texts": Shelf(
        "texts",
        "Canned responses",
        "canned response",
        "No canned response yet. What you type every day could be one.",
        CannedResponse,
        CannedSheet,
        "short_code",
        ("short_code", "title", "text"),
    ),
    "macros": Shelf(
        "macros",
        "Macros",
        "macro",
        "No macro yet. Steps that you take together every day could be one.",
        Macro,
        MacroSheet,
        "name",
        ("name",),
    ),
}


@console_page
@require_safe
def console_kept(request: PageRequest, shelf: str) -> HttpResponse:
    """Those one may use: one's own, and what is shared."""
    kind, words = SHELVES[shelf], request.GET.get("words", "").replace("\x00", "").strip()[:200]
    page = Paginator(kind.found(request, words), PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {"shelf": kind, "words": words, "page": page}
    rows = [kept_row(row) for row in page.object_list]
    return render_console(request, "console/kept.html", shelf, rows=rows, **context)


@console_page
@require_http_methods(["GET", "HEAD", "POST"])
def console_keep(request: PageRequest, shelf: str, key: UUID | None = None) -> HttpResponse:
    """One of them, or a new one: looked at, tried out, saved. What is refused comes back."""
    kind = SHELVES[shelf]
    named = key or _id_in(request.GET.get("from", ""))
    row = usable_one(kind.model, request.user, named) if named else None
    sheet = kind.sheet(request.user, row, request.POST or None, is_copy=key is None)
    if "save" in request.POST and sheet.saved():
        notices.success(request, f"{sheet.name} is saved.")
        return redirect("console_kept", shelf)
    return render_console(
        request, f"console/{kind.what.split()[0]}.html", shelf, shelf=kind, **sheet.context()
    )


@console_page
@require_http_methods(["POST"])
def console_forget(request: PageRequest, shelf: str, key: UUID) -> HttpResponse:
    """Delete one of them for good."""
    row = usable_one(SHELVES[shelf].model, request.user, key)
    try:
        delete_reply(row, by=request.user)
    except ChatcoreError as refused:
        notices.error(request, refused.detail)
        return redirect("console_keep", shelf, key)
    notices.success(request, f"{row} is deleted.")
    return redirect("console_kept", shelf)


def _id_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
