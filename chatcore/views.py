"""Pages for people that belong to no app in particular."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from chatcore.pages import PageRequest, page, render_page

THEMES = ("light", "dark")
YEAR = 60 * 60 * 24 * 365


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """My dialogues and rooms; a welcome for a stranger."""
    if not request.user.is_authenticated:
        return render(request, "web/welcome.html")
    return shelves(request)


@page
def shelves(request: PageRequest) -> HttpResponse:
    return render_page(request, "web/home.html", greeting=f"Hello, {request.user.shown_name}")


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """For whoever asks without reading the page: an admin page, an API answer in a tab."""
    return HttpResponseRedirect(static("chatcore/favicon.svg"))


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """The switch between light and dark, for browsers without script."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    response = HttpResponseRedirect(wanted if safe else "/")
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=YEAR, secure=request.is_secure(), samesite="Lax"
        )
    return response
