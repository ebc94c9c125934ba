"""The page of one escalation: its conversation, what led to it, and every step one may take."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages as notices
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from chatcore.pages import PageRequest
from rooms.console.door import console_page, render_console
from rooms.console.forms import CannedForm, Composed
from rooms.console.looking import others_looking
from rooms.console.sheet import Sheet, sheet_of
from rooms.console.step_forms import StepForm
from rooms.console.steps import STEPS
from rooms.console.talk import newer_words, said
from rooms.models import CannedResponse
from rooms.selectors.escalation_access import worked_escalation_for
from rooms.selectors.replies import usable_one
from rooms.services.reading import mark_read
from rooms.services.replies import fill_canned

P = ParamSpec("P")


def form_of_page(
    view: Callable[Concatenate[PageRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Where a form of the page goes. Its address may stay in the browser when the form comes back;
    asked for, it is the page."""

    @console_page
    @wraps(view)
    def posted(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method != "POST":
            return redirect("console_escalation", kwargs["escalation_id"])
        return view(request, *args, **kwargs)

    return posted


@console_page
@require_safe
def console_escalation(request: PageRequest, escalation_id: UUID) -> HttpResponse:
    """The page. Who is in its room and opens it has read it; a script that fetches it has not."""
    sheet = sheet_of(request, escalation_id)
    is_opened = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    if is_opened and sheet.access and not sheet.access.is_observing:
        room = sheet.access.room
        if room.last_seq > sheet.access.participant.last_read_seq:
            mark_read(user_id=request.user.pk, room_id=room.pk, seq=room.last_seq)
    return _page(request, sheet)


def _page(
    request: PageRequest,
    sheet: Sheet,
    refused: tuple[str, StepForm] | None = None,
    **context: Any,
) -> HttpResponse:
    shown = sheet.context(request, refused)
    return render_console(request, "console/escalation.html", **shown, **context)


@form_of_page
def console_say(request: PageRequest, escalation_id: UUID) -> HttpResponse:
    """A reply or a note. What stops it, or what somebody else has answered since the page was made,
    comes back with our words in the box."""
    sheet = sheet_of(request, escalation_id)
    form = Composed(request.POST, request.FILES)
    newer = newer_words(sheet.access, form.cleaned_data) if form.is_valid() else []
    if not newer and said(sheet.escalation, request.user, form):
        return redirect(f"{sheet.address}#end")
    _tell(request, form)
    return _page(request, sheet, newer=newer, draft=form["content"].value(), said=form)


@form_of_page
def console_step(request: PageRequest, escalation_id: UUID, step: str) -> HttpResponse:
    """One step, by a form, which comes back as it was filled in with what stopped it."""
    if step not in STEPS:
        raise Http404
    access = worked_escalation_for(request.user, escalation_id)
    form = STEPS[step].form(step, request.POST)
    if STEPS[step].taken(access.escalation, request.user, form):
        return redirect("console_escalation", escalation_id)
    _tell(request, form)
    return _page(request, sheet_of(request, escalation_id), (step, form))


def _tell(request: PageRequest, form: Form) -> None:
    """Say at the top of the page what is wrong with a form, each thing once."""
    for words in sorted({str(each) for errors in form.errors.values() for each in errors}):
        notices.error(request, words)


@form_of_page
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
    typed = Composed(request.POST)
    draft = f"{typed['content'].value() or ''}\n{text}".strip()
    return _page(request, sheet, draft=draft, said=typed)


@console_page
@require_safe
def console_others(request: PageRequest, escalation_id: UUID) -> HttpResponse:
    """Who else looks at it; asked for every few seconds by an open page."""
    worked_escalation_for(request.user, escalation_id)
    answering = "answering" in request.GET
    lookers = others_looking(escalation_id, request.user, answering=answering)
    return render(request, "console/_others.html", {"lookers": lookers})
