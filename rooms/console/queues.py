"""The lists of the console: look, take the next one, do one thing to several at once."""

from typing import Any

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.pages import PageRequest
from rooms.console.bulk import do_to_all
from rooms.console.clock import SNOOZES
from rooms.console.door import beside, console_page, render_console
from rooms.console.filters import delete_filter, save_filter, saved_filters
from rooms.console.forms import MOST_AT_ONCE
from rooms.console.lists import LISTINGS, SORTS, Rows, listed
from rooms.console.narrow import Narrow
from rooms.console.people import agents_for
from rooms.console.rows import row_of
from rooms.console.step_forms import PRIORITIES
from rooms.services.assignment import pull_next
from rooms.services.clocks import catch_up
from rooms.services.escalation_care import change_profile

PAGE_LENGTH = 50


@console_page
@require_safe
def console_queue(request: PageRequest, name: str = "mine") -> HttpResponse:
    if name not in LISTINGS:
        raise Http404
    context = _list(request, name)
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]
        return render(request, "console/_queue.html", context)
    return render_console(request, "console/queue.html", name, **context)


def _list(request: PageRequest, name: str) -> dict[str, Any]:
    """One page of a list with its filters."""
    listing = LISTINGS[name]
    narrow = Narrow(request.GET)
    found: Rows = narrow.applied(listing.rows(request.user), request.user)
    pages = Paginator(listed(found, narrow.sort), PAGE_LENGTH)
    page = pages.get_page(request.GET.get("page"))
    if catch_up(page.object_list):
        page = pages.get_page(request.GET.get("page"))
    return {
        "listing": listing,
        "rows": [row_of(each) for each in page.object_list],
        "page": page,
        "narrow": narrow,
        "sorts": SORTS,
        "agents": agents_for(request.user),
        "priorities": PRIORITIES,
        "snoozes": SNOOZES,
        "most": MOST_AT_ONCE,
        "back": request.get_full_path(),
        "saved_name": _name_of(request, narrow),
    }


def _name_of(request: PageRequest, narrow: Narrow) -> str:
    """Under which name this very filter is saved."""
    same = (each["name"] for each in saved_filters(request.user) if each["query"] == narrow.query)
    return next(same, "") if narrow.is_narrow else ""


@console_page
@require_safe
def console_counts(request: PageRequest) -> HttpResponse:
    """The navigation alone, read again when something changed."""
    here = request.GET.get("here", "")
    return render(request, "console/_queues.html", {**beside(request.user), "here": here})


@console_page
@require_POST
def console_next(request: PageRequest) -> HttpResponse:
    """Take the next one of one's levels."""
    try:
        taken = pull_next(request.user)
    except ChatcoreError as refused:
        notices.error(request, refused.detail)
        return redirect("console")
    if taken is None:
        notices.info(request, "Nobody waits.")
        return redirect("console")
    return redirect("console_escalation", taken.pk)


@console_page
@require_POST
def console_bulk(request: PageRequest) -> HttpResponse:
    done, refused = do_to_all(request.user, request.POST)
    if done:
        notices.success(request, f"Done for {done}.")
    for words in refused:
        notices.error(request, words)
    return redirect(back_in(request))


@console_page
@require_POST
def console_filters(request: PageRequest) -> HttpResponse:
    """Save the filter that is shown, or delete one by its name."""
    name = request.POST.get("name", "").replace("\x00", "")
    if "delete" in request.POST:
        delete_filter(request.user, name)
        return redirect("console_queue", "all")
    query = request.POST.get("query", "")
    try:
        save_filter(request.user, name, query.replace("\x00", ""))
    except ChatcoreError as refused:
        notices.error(request, refused.detail)
    return redirect(f"{reverse('console_queue', args=['all'])}?{Narrow(QueryDict(query)).query}")


@console_page
@require_POST
def console_availability(request: PageRequest) -> HttpResponse:
    """An agent's own switch."""
    wish = request.POST.get("availability", "")
    try:
        if wish in ("auto", "online", "away", "offline"):
            change_profile(request.user, availability=wish)
    except ChatcoreError as refused:
        notices.error(request, refused.detail)
    return redirect(back_in(request))


def back_in(request: PageRequest) -> str:
    """The page a form was on, if it is one of ours."""
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return back
    return "console"
