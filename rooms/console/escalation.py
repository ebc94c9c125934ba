"""The page of one escalation: its conversation, what led to it, and every step one may take."""

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.pages import PageRequest
from rooms.console.door import console_page, render_console
from rooms.console.forms import CannedForm, Composed
from rooms.console.looking import others_looking
from rooms.console.sheet import Sheet, sheet_of
from rooms.console.steps import STEPS
from rooms.console.talk import newer_words, put_in
from rooms.models import CannedResponse
from rooms.selectors.escalation_access import worked_escalation_for
from rooms.selectors.replies import usable_one
from rooms.services.replies import fill_canned


@console_page
@require_safe
def console_escalation(request: PageRequest, escalation_id: UUID) -> HttpResponse:
    return _page(request, sheet_of(request, escalation_id))


def _page(request: PageRequest, sheet: Sheet, **context: Any) -> HttpResponse:
    return render_console(request, "console/escalation.html", **sheet.context(request), **context)


@console_page
@require_POST
def console_say(request: PageRequest, escalation_id: UUID) -> HttpResponse:
    """A reply or a note. Where somebody else has answered since the page was made, the page comes back
    with their words and with ours in the box."""
    form = Composed(request.POST, request.FILES)
    here = reverse("console_escalation", args=[escalation_id])
    if not form.is_valid():
        _say_what_is_wrong(request, form)
        return redirect(f"{here}#composer-box")
    sheet = sheet_of(request, escalation_id)
    newer = newer_words(sheet.access, form.cleaned_data)
    if newer:
        return _page(request, sheet, newer=newer, draft=form.cleaned_data["content"])
    try:
        put_in(sheet.escalation, request.user, form)
    except ChatcoreError as refused:
        notices.error(request, refused.detail)
        return _page(request, sheet, draft=form.cleaned_data["content"])
    return redirect(f"{here}#end")


@console_page
@require_POST
def console_step(request: PageRequest, escalation_id: UUID, step: str) -> HttpResponse:
    """One step, by a form; what stops it is said on the page."""
    if step not in STEPS:
        raise Http404
    access = worked_escalation_for(request.user, escalation_id)
    form = STEPS[step].form(request.POST)
    if not form.is_valid():
        _say_what_is_wrong(request, form)
        return redirect("console_escalation", escalation_id)
    try:
        STEPS[step].take(access.escalation, request.user, form)
    except ChatcoreError as refused:
        notices.error(request, refused.detail)
    return redirect("console_escalation", escalation_id)


def _say_what_is_wrong(request: PageRequest, form: Form) -> None:
    for words in sorted({str(each) for errors in form.errors.values() for each in errors}):
        notices.error(request, words)


@console_page
@require_POST
def console_canned(request: PageRequest, escalation_id: UUID) -> HttpResponse:
    """A canned response, filled for this customer, in the composer; to script its text alone."""
    sheet = sheet_of(request, escalation_id)
    form = CannedForm(request.POST)
    if not form.is_valid():
        raise Http404
    canned = usable_one(CannedResponse, request.user, form.cleaned_data["canned"])
    text = fill_canned(canned, escalation=sheet.escalation, by=request.user)
    if request.headers.get("Accept") == "text/plain":
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    return _page(request, sheet, draft=text)


@console_page
@require_safe
def console_others(request: PageRequest, escalation_id: UUID) -> HttpResponse:
    """Who else looks at it; asked for every few seconds by an open page."""
    worked_escalation_for(request.user, escalation_id)
    answering = "answering" in request.GET
    lookers = others_looking(escalation_id, request.user, answering=answering)
    return render(request, "console/_others.html", {"lookers": lookers})
