"""The companion's pages: the conversation, live, and the diary of plain forms beside it."""

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.pages import PageRequest, page, render_page
from dialogues.companion_forms import LifeEventForm, PersonalityForm, StartOverForm
from dialogues.companion_pages import USUAL_DAYS, diary, recent_events, state_panel
from dialogues.models import LifeEvent
from dialogues.pages import thread
from dialogues.selectors.life_events import life_event_for
from dialogues.services.companion import change_companion, companion_of
from dialogues.services.life_events import change_event, delete_event, log_event
from dialogues.services.start_over import start_over


@page
@require_safe
def companion(request: PageRequest) -> HttpResponse:
    """The one conversation, and how one stands beside it."""
    session = companion_of(request.user)
    state = state_panel(request.user, USUAL_DAYS)
    events = recent_events(request.user, 5)
    context = {**thread(request, session), "state": state, "events": events}
    return render_page(request, "web/companion.html", **context)


@page
@require_safe
def companion_diary(request: PageRequest) -> HttpResponse:
    session = companion_of(request.user)
    shown = diary(request.user, session, request.GET.dict())
    return render(request, "web/companion_diary.html", shown)


@page
@require_POST
def event_add(request: PageRequest) -> HttpResponse:
    form = LifeEventForm(request.POST)
    if _is_good(request, form):
        try:
            log_event(request.user, **form.columns())
            messages.success(request, "Written down.")
        except ChatcoreError as refused:
            _tell(request, refused)
    return redirect("companion_diary")


@page
@require_POST
def event_change(request: PageRequest, event_id: UUID) -> HttpResponse:
    """One button of an event: `do` names what it does."""
    event = life_event_for(request.user, event_id)
    try:
        if request.POST.get("do") == "delete":
            delete_event(event, by=request.user)
            messages.success(request, "Deleted.")
        else:
            _edit(request, event)
    except ChatcoreError as refused:
        _tell(request, refused)
    return redirect("companion_diary")


def _edit(request: PageRequest, event: LifeEvent) -> None:
    form = LifeEventForm(request.POST)
    if _is_good(request, form):
        change_event(event, by=request.user, **form.columns())


@page
@require_POST
def personality(request: PageRequest) -> HttpResponse:
    form = PersonalityForm(request.POST)
    session = companion_of(request.user)
    if _is_good(request, form):
        try:
            change_companion(session, personality_settings=form.settings())
            messages.success(request, "Saved.")
        except ChatcoreError as refused:
            _tell(request, refused)
    return redirect("companion_diary")


@page
@require_POST
def companion_over(request: PageRequest) -> HttpResponse:
    """Start over: what is ticked goes for good."""
    form = StartOverForm(request.POST)
    chosen = form.cleaned_data if form.is_valid() else {}
    if any(chosen.values()):
        start_over(companion_of(request.user), **chosen)
        messages.success(request, "Erased.")
    else:
        messages.error(request, "Tick what is to be erased.")
    return redirect("companion_diary")


def _is_good(request: PageRequest, form: Form) -> bool:
    for name, errors in form.errors.items():
        told = f"{name.replace('_', ' ').capitalize()}: {' '.join(map(str, errors))}"
        messages.error(request, told)
    return form.is_valid()


def _tell(request: PageRequest, refused: ChatcoreError) -> None:
    fields = [f"{name}: {' '.join(said)}" for name, said in refused.errors.items()]
    messages.error(request, " ".join(fields) or refused.detail)
