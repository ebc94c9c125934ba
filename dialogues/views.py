"""Pages of dialogues, live by the socket; without script a form posts and the page reloads."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.http.limits import Rule
from chatcore.http.throttles import enforce
from chatcore.pages import PageRequest, page, render_page
from dialogues.forms import AskForm, NewDialogueForm
from dialogues.models import DialogueType
from dialogues.pages import thread
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.reading import (
    book_to_read,
    books_to_read,
    chapter_to_read,
    characters_to_meet,
)
from dialogues.selectors.templates import offered_templates
from dialogues.services.regenerating import regenerate
from dialogues.services.sessions import create_dialogue
from dialogues.services.turns import ask, cancel_turns


@page
@require_safe
def dialogue(request: PageRequest, dialogue_id: UUID) -> HttpResponse:
    session = dialogue_for(request.user, dialogue_id)
    if session.type == DialogueType.COMPANION:  # it has a page of its own
        return redirect(f"{reverse('companion')}?{request.GET.urlencode()}")
    return render_page(request, "web/dialogue.html", **thread(request, session))


@page
@require_POST
def dialogue_ask(request: PageRequest, dialogue_id: UUID) -> HttpResponse:
    """The composer without script: store the question; the page then waits for the answer."""
    session = dialogue_for(request.user, dialogue_id)
    form = AskForm(request.POST)
    if form.is_valid():
        enforce(Rule.ASK, str(request.user.pk))
        ask(request.user, session.pk, form.cleaned_data["content"], form.cleaned_data["client_ref"])
    return redirect(f"{reverse('dialogue', args=[session.pk])}#end")


@page
@require_POST
def dialogue_again(request: PageRequest, dialogue_id: UUID, message_id: UUID) -> HttpResponse:
    """Another answer, by a button below one, or below a question that has none."""
    session = dialogue_for(request.user, dialogue_id)
    enforce(Rule.ASK, str(request.user.pk))
    regenerate(request.user, session.pk, message_id)
    return redirect(f"{reverse('dialogue', args=[session.pk])}#end")


@page
@require_POST
def dialogue_cancel(request: PageRequest, dialogue_id: UUID) -> HttpResponse:
    cancel_turns(dialogue_for(request.user, dialogue_id).pk)
    return redirect(f"{reverse('dialogue', args=[dialogue_id])}#end")


@page
@require_http_methods(["GET", "HEAD", "POST"])
def dialogue_new(request: PageRequest) -> HttpResponse:
    templates = offered_templates(request.user)
    form = NewDialogueForm(request.POST or None, initial=request.GET.dict(), templates=templates)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("dialogue", create_dialogue(request.user, **form.beginning()).pk)
        except ChatcoreError as refused:
            form.add_error(None, refused.detail)
    context = {"books": books_to_read(), "characters": characters_to_meet(), "templates": templates}
    return render(request, "web/dialogue_new.html", {"form": form, **context})


@page
@require_safe
def books(request: PageRequest) -> HttpResponse:
    return render(request, "web/books.html", {"books": books_to_read()})


@page
@require_safe
def book(request: PageRequest, book_id: UUID) -> HttpResponse:
    found = book_to_read(book_id)
    return render(request, "web/book.html", {"book": found, "chapters": found.chapters.all()})


@page
@require_safe
def chapter(request: PageRequest, book_id: UUID, number: int) -> HttpResponse:
    return render(request, "web/chapter.html", {"reading": chapter_to_read(book_id, number)})
