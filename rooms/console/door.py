"""Who comes into the console: agents of a level, supervisors, and staff with their right."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from chatcore.errors import Forbidden
from chatcore.models import SupportLevel, User
from chatcore.pages import PageRequest, page
from rooms.console.clock import zone_of
from rooms.console.filters import filter_entries
from rooms.console.lists import Entry, navigation
from rooms.models import Availability
from rooms.selectors.escalation_access import supervises, works_in_support

P = ParamSpec("P")


def console_page(
    view: Callable[Concatenate[PageRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page of the console, its times in the zone of who works there; a page that says so to everybody
    else."""

    @page
    @wraps(view)
    def guarded(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not works_in_support(request.user):
            raise Forbidden("The console is for the people of support.", code="not_support")
        with timezone.override(zone_of(request, request.user)):
            return view(request, *args, **kwargs)

    return guarded


def render_console(
    request: PageRequest, template: str, here: str = "", **context: Any
) -> HttpResponse:
    """A page with the queues beside it; `here` is the list that is open."""
    return render(request, template, {**beside(request.user), "here": here, **context})


def beside(user: User) -> dict[str, Any]:
    """What stands beside every page: the lists with their numbers, and an agent's own switch."""
    queues: dict[str, Sequence[Entry]] = {**navigation(user), "saved": filter_entries(user)}
    profile = getattr(user, "support_profile", None)
    return {
        "queues": queues,
        "availability": profile.availability if profile else Availability.AUTO,
        "availabilities": _SWITCH if user.support_level != SupportLevel.NONE else (),
        "supervises": supervises(user),
        "keeps": user.can("chat:support:own"),
    }


_SWITCH = (
    ("auto", "While I am here"),
    ("online", "Always"),
    ("away", "Not now"),
    ("offline", "Off duty"),
)
