"""The lists of the console: look, take the next one, do one thing to several at once."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.models import User
from chatcore.pages import PageRequest
from rooms.console.bulk import Outcome, do_to_all
from rooms.console.door import beside, console_page, render_console
from rooms.console.filters import delete_filter, entry_of, save_filter, saved_filters
from rooms.console.forms import BulkForm
from rooms.console.lists import LISTINGS, SORTS, Rows, in_order, shown
from rooms.console.narrow import Narrow
from rooms.console.people import agents_for
from rooms.console.rows import Row, row_of
from rooms.console.step_forms import PRIORITIES
from rooms.models import Escalation, Macro
from rooms.selectors.replies import at_hand
from rooms.selectors.unread import unread_in
from rooms.services.assignment import pull_next
from rooms.services.clocks import catch_up
from rooms.services.escalation_care import change_profile

PAGE_LENGTH = 50


@console_page
@require_http_methods(["GET", "HEAD", "POST"])
def console_queue(request: PageRequest, name: str = "mine") -> HttpResponse:
    """A list; posted, one action for what is ticked in it."""
    if name not in LISTINGS:
        raise Http404
    outcome = do_to_all(request.user, request.POST) if request.method == "POST" else None
    if outcome:
        _tell(request, outcome)
        if not outcome.sentences:
            return redirect(request.get_full_path())
    context = _list(request, name, ticked=outcome.left if outcome else ())
    if request.htmx and not request.htmx.boosted:  # type: ignore[attr-defined]
        return render(request, "console/_queue.html", context)
    here = entry_of(context["saved_name"]) if context["saved_name"] else name
    return render_console(request, "console/queue.html", here, **context)


def _tell(request: PageRequest, outcome: Outcome) -> None:
    if outcome.done:
        notices.success(request, f"Done for {outcome.done}.")
    for words in outcome.sentences:
        notices.error(request, words)


def _list(request: PageRequest, name: str, ticked: Collection[UUID]) -> dict[str, Any]:
    """One page of a list with its filters; what was refused is ticked as before."""
    listing, user = LISTINGS[name], request.user
    narrow = Narrow(request.GET)
    found: Rows = narrow.applied(listing.rows(user), user)
    pages = Paginator(in_order(found, narrow.sort), PAGE_LENGTH)
    page = pages.get_page(request.GET.get("page"))
    rows = shown(page.object_list)
    if catch_up(rows):
        page = pages.get_page(request.GET.get("page"))
        rows = shown(page.object_list)
    return {
        "listing": listing,
        "rows": _rows(rows, user),
        "page": page,
        "narrow": narrow,
        "sorts": SORTS,
        "priorities": PRIORITIES,
        "bulk": _bulk_form(user, request.POST if ticked else None),
        "ticked": ticked,
        "saved_name": _name_of(request, narrow),
    }


def _rows(page: Iterable[Escalation], user: User) -> list[Row]:
    rooms = {each.pk: each.target_room_id or each.source_room_id for each in page}
    unread = unread_in(user, rooms.values())
    return [row_of(each, unread=unread.get(rooms[each.pk], 0)) for each in page]


def _bulk_form(user: User, given: QueryDict | None) -> BulkForm:
    macros = at_hand(Macro, user, "name")
    return BulkForm(
        given,
        user=[(str(agent.user_id), str(agent)) for agent in agents_for(user)],
        macro=[(str(macro.pk), macro.name) for macro in macros],
    )


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
