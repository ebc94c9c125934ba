"""The search page: hits by kind, each a link to its place. It needs no script."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from chatcore.http.limits import Rule
from chatcore.http.throttles import enforce
from chatcore.pages import PageRequest, page, position
from chatcore.search import OFFSET_MOST, Hit, search, searchables
from chatcore.selectors.search_query import QUERY_MOST

# Of each kind beside the others, and of one alone.
FEW, MANY = 5, 20


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind, and where the rest of them is."""

    name: str
    title: str
    hits: Sequence[Hit]
    more_url: str


@page
@require_safe
def search_page(request: PageRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:QUERY_MOST]
    chosen = request.GET.get("in", "")
    kinds = searchables()
    if text:
        enforce(Rule.SEARCH, str(request.user.pk))
    context = {
        "q": text,
        "chosen": chosen if chosen in kinds else "",
        "kinds": [(name, searchable.title) for name, searchable in kinds.items()],
        "groups": _groups(request, text, chosen) if text else [],
    }
    return render(request, "web/search.html", context)


def _groups(request: PageRequest, text: str, chosen: str) -> list[Group]:
    kinds = searchables()
    names = [chosen] if chosen in kinds else list(kinds)
    groups = [_group(request, text, name, alone=name == chosen) for name in names]
    return [group for group in groups if group.hits]


def _group(request: PageRequest, text: str, name: str, *, alone: bool) -> Group:
    offset = min(position(request, "offset") or 0, OFFSET_MOST) if alone else 0
    limit = MANY if alone else FEW
    found = search(request.user, text, [name], limit=limit, offset=offset)
    further: dict[str, str | int] = {"q": text, "in": name}
    if alone:
        further["offset"] = offset + limit
    more = found.has_more and offset + limit <= OFFSET_MOST
    more_url = f"{reverse('search')}?{urlencode(further)}" if more else ""
    return Group(name, searchables()[name].title, found.hits, more_url)
