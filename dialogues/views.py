"""Pages of dialogues, live by the socket; without script a form posts and the page reloads."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.http.limits import Rule
from chatcore.http.throttles import enforce
from chatcore.ids import uuid7
from chatcore.pages import Line, PageRequest, is_past, page, place_in, render_page
from dialogues.forms import AskForm, NewDialogueForm
from dialogues.models import DialogueSession
from dialogues.pages import PAGE_LENGTH, lines_of
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.feedback import verdicts_on
from dialogues.selectors.messages import message_page
from dialogues.selectors.reading import book_to_read, books_to_read, chapter_to_read
from dialogues.selectors.saved import saved_of
from dialogues.selectors.sessions import is_long
from dialogues.selectors.templates import offered_templates
from dialogues.selectors.turns import open_turns
from dialogues.services.sessions import create_dialogue
from dialogues.services.turns import ask
from dialogues.shelf import answerer_name, composer_label, dialogue_title


@page
@require_safe
def dialogue(request: PageRequest, dialogue_id: UUID) -> HttpResponse:
    session = dialogue_for(request.user, dialogue_id)
    return render_page(request, "web/dialogue.html", **_thread(request, session))


def _thread(request: PageRequest, session: DialogueSession) -> dict[str, Any]:
    """Everything one page of a dialogue shows."""
    place = place_in(request, session.last_seq, PAGE_LENGTH)
    history, past = message_page(session, place), is_past(request, place, session.last_seq)
    first_seq = history.results[0]["seq"] if history.results else 0
    verdicts = verdicts_on(request.user.pk, [UUID(one["id"]) for one in history.results])
    lines = lines_of(session, history.results, request.user.shown_name, verdicts)
    return {
        "topic": f"dialogue:{session.pk}",
        "conversation": session,
        "title": dialogue_title(session),
        "answerer": answerer_name(session),
        "lines": lines,
        "message_footer": "_feedback.html",
        "suggestions": _suggestions(session, lines),
        "suggestion_ref": uuid7(),
        "saved": saved_of(request.user, session),
        "ratings": range(1, 6),
        "earlier_url": f"?before={first_seq}" if first_seq > 1 else "",
        "later_url": request.path if past else "",
        "is_long": is_long(session),
        "answering": open_turns(session.pk) > 0,
        "send_url": reverse("dialogue_ask", args=[session.pk]),
        "new_ref": uuid7(),
        "composer_label": composer_label(session),
        "composer_closed": session.status == "ended",
    }


def _suggestions(session: DialogueSession, lines: list[Line]) -> list[str]:
    """The template's questions, until the first one is asked."""
    begun = session.status != "active" or any(line.mine for line in lines)
    return [] if begun or session.template is None else session.template.suggested_questions


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
@require_http_methods(["GET", "HEAD", "POST"])
def dialogue_new(request: PageRequest) -> HttpResponse:
    books = books_to_read()
    templates = offered_templates(request.user, "book")
    form = NewDialogueForm(request.POST or None, initial=request.GET.dict(), books=books)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("dialogue", create_dialogue(request.user, **form.beginning()).pk)
        except ChatcoreError as refused:
            form.add_error(None, refused.detail)
    context = {"form": form, "books": books, "templates": templates}
    return render(request, "web/dialogue_new.html", context)


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
