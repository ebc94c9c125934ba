"""The admin site: its menu, its own pages and the figures on its first page.

The kernel knows none of the apps above it. They say where their models belong (`menu` on each model
admin, see `chatcore/admin/base.py`) and register what else they bring: pages and figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite as UnfoldAdminSite

    from chatcore.models import User
else:
    from unfold.sites import UnfoldAdminSite

Allowed = Callable[["User"], bool]


@dataclass(frozen=True, slots=True, order=True)
class Section:
    """A heading of the menu; `order` sorts the headings."""

    order: int
    title: str
    # Models that most visits do not need are folded away.
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A model's place in the menu and its sign (a name of the Material Symbols font)."""

    section: Section
    order: int
    icon: str


PEOPLE = Section(10, "People")
SYSTEM = Section(80, "System")
HISTORY = Section(90, "History", folded=True)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the admin that belongs to no model."""

    name: str
    route: str
    title: str
    menu: Menu
    view: Callable[..., HttpResponseBase]
    allowed: Allowed


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on the first page: what it counts, how to read it, where it leads.

    `read` must be cheap: an estimate rather than a `count(*)` over messages.
    """

    order: int
    title: str
    icon: str
    read: Callable[[], tuple[str, str]]  # the number, and a line below it
    url_name: str
    permission: str


_pages: dict[str, Page] = {}
_figures: dict[str, Figure] = {}


def register_page(page: Page) -> None:
    _pages[page.name] = page


def register_figure(figure: Figure) -> None:
    _figures[figure.title] = figure


class ChatcoreAdminSite(UnfoldAdminSite):
    """Unfold's site with the registered pages."""

    index_title = "Overview"
    empty_value_display = "–"

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """By the accounts' own page: it asks for the second factor and counts the attempts."""
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """On the accounts' page, too, which ends the other sign-ins."""
        return redirect("account_change_password")

    def extra_urls(self) -> list[URLPattern]:
        return [
            path(page.route, self.admin_view(_guarded(page)), name=page.name)
            for page in _pages.values()
        ]


def _guarded(page: Page) -> Callable[..., HttpResponseBase]:
    """The page's view, for whoever it is open to; being staff is not enough."""

    def view(request: HttpRequest) -> HttpResponseBase:
        if not page.allowed(request.user):  # type: ignore[arg-type]
            raise PermissionDenied
        return page.view(request)

    return view


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of the person who asks: only what they may open, by section."""
    entries: list[tuple[Menu, str, str]] = []
    for app in admin.site.get_app_list(request):
        for model in app["models"]:
            menu = getattr(admin.site.get_model_admin(model["model"]), "menu", None)
            if menu and model["admin_url"]:
                entries.append((menu, str(model["name"]), model["admin_url"]))
    entries += [
        (page.menu, page.title, reverse(f"admin:{page.name}"))
        for page in _pages.values()
        if page.allowed(request.user)  # type: ignore[arg-type]
    ]
    return [
        _section(section, entries) for section in sorted({menu.section for menu, *_ in entries})
    ]


def _section(section: Section, entries: list[tuple[Menu, str, str]]) -> dict[str, Any]:
    mine = sorted((e for e in entries if e[0].section == section), key=lambda e: e[0].order)
    return {
        "title": section.title,
        "separator": True,
        "collapsible": section.folded,
        "items": [{"title": title, "icon": menu.icon, "link": url} for menu, title, url in mine],
    }


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The figures of the first page, for whoever may open the list behind each."""
    shown = sorted(
        (f for f in _figures.values() if request.user.has_perm(f.permission)),
        key=lambda figure: figure.order,
    )
    context["figures"] = [_card(figure) for figure in shown]
    return context


def _card(figure: Figure) -> dict[str, str]:
    number, line = figure.read()
    return {
        "title": figure.title,
        "icon": figure.icon,
        "number": number,
        "line": line,
        "url": reverse(figure.url_name),
    }
