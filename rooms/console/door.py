"""Who comes into the console: agents of a level, supervisors, and staff with their right."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chatcore.errors import Forbidden
from chatcore.pages import PageRequest, page
from rooms.console.lists import navigation
from rooms.selectors.escalation_access import works_in_support

P = ParamSpec("P")


def console_page(
    view: Callable[Concatenate[PageRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page of the console; a page that says so to everybody else."""

    @page
    @wraps(view)
    def guarded(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not works_in_support(request.user):
            raise Forbidden("The console is for the people of support.", code="not_support")
        return view(request, *args, **kwargs)

    return guarded


def render_console(
    request: PageRequest, template: str, here: str = "", **context: Any
) -> HttpResponse:
    """A page with the queues beside it; `here` is the list that is open."""
    queues = navigation(request.user)
    return render(request, template, {"queues": queues, "here": here, **context})
