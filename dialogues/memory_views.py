"""The panel “What it remembers of you”: plain forms, so it works without script."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.pages import PageRequest, page
from dialogues.forms import FactForm
from dialogues.models import DialogueSession
from dialogues.pages import panel_of
from dialogues.selectors.access import dialogue_for, public_id
from dialogues.services.memory import correct_fact, forget_fact, forget_memory


@page
@require_safe
def memory(request: PageRequest, dialogue_id: UUID) -> HttpResponse:
    """The panel alone, for a page that is open while something is learned."""
    session = dialogue_for(request.user, dialogue_id)
    return render(request, "web/_memory.html", {"memory": panel_of(session)})


@page
@require_POST
def memory_forget(request: PageRequest, dialogue_id: UUID) -> HttpResponse:
    forget_memory(dialogue_for(request.user, dialogue_id))
    notices.success(request, "All of it is forgotten. What was said is still here.")
    return _panel(dialogue_id)


@page
@require_POST
def memory_fact(request: PageRequest, dialogue_id: UUID, fact_id: UUID) -> HttpResponse:
    """One button of a fact: `do` names what it does."""
    session = dialogue_for(request.user, dialogue_id)
    try:
        _change(request, session, public_id(fact_id, "fct"))
    except ChatcoreError as refused:
        notices.error(request, refused.detail or refused.title)
    return _panel(dialogue_id)


def _change(request: PageRequest, session: DialogueSession, fact_id: UUID) -> None:
    if request.POST.get("do") == "forget":
        forget_fact(session, fact_id)
        notices.success(request, "Forgotten.")
        return
    form = FactForm(request.POST)
    if form.is_valid():
        correct_fact(session, fact_id, form.cleaned_data["value"])
        notices.success(request, "Corrected.")
    else:
        notices.error(request, "Say how it is, or forget it.")


def _panel(dialogue_id: UUID) -> HttpResponseRedirect:
    return redirect(f"{reverse('dialogue', args=[dialogue_id])}?memory=open#memory")
