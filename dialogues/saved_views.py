"""Pages of what is kept of dialogues: verdicts, ratings, saved ones, public ones; all by forms."""

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.pages import PageRequest, page, position
from dialogues.forms import FeedbackForm, RatingForm, SaveForm
from dialogues.models import DialogueSession, SavedDialogue
from dialogues.models.saved import TAG_LENGTH
from dialogues.pages import PAGE_LENGTH, public_lines
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.messages import message_row
from dialogues.selectors.saved import (
    newest,
    public_dialogue,
    public_dialogues,
    public_out,
    public_page,
    saved_by,
    saved_of,
    tags_of,
)
from dialogues.services.feedback import give_feedback, withdraw_feedback
from dialogues.services.saving import SHARE, change_saved, forget_saved, save_dialogue
from dialogues.services.sessions import rate_dialogue
from dialogues.shelf import dialogue_title

LIST_LENGTH = PAGE_LENGTH
READING_LENGTH = 200


@page
@require_POST
def message_feedback(request: PageRequest, dialogue_id: UUID, message_id: UUID) -> HttpResponse:
    """A verdict without script; the page comes back where the answer stands."""
    session = dialogue_for(request.user, dialogue_id)
    form = FeedbackForm(request.POST)
    if form.is_valid() and form.cleaned_data["feedback_type"] == "withdraw":
        withdraw_feedback(request.user, session, message_id)
    elif form.is_valid():
        give_feedback(request.user, session, message_id, **form.cleaned_data)
    return redirect(_place_of(session, message_id))


def _place_of(session: DialogueSession, message_id: UUID) -> str:
    """The page on which the message stands: the newest, or one of the past that ends with it."""
    seq = message_row(session.pk, message_id)["seq"]
    past = f"?before={seq + 1}" if seq <= session.last_seq - PAGE_LENGTH else ""
    return f"{reverse('dialogue', args=[session.pk])}{past}#m{seq}"


@page
@require_POST
def dialogue_rate(request: PageRequest, dialogue_id: UUID) -> HttpResponse:
    session = dialogue_for(request.user, dialogue_id)
    form = RatingForm(request.POST)
    if form.is_valid():
        rate_dialogue(session, form.cleaned_data["user_rating"])
        notices.success(request, f"Rated {form.cleaned_data['user_rating']} of 5.")
    return redirect("dialogue", session.pk)


@page
@require_http_methods(["GET", "HEAD", "POST"])
def dialogue_save(request: PageRequest, dialogue_id: UUID) -> HttpResponse:
    session = dialogue_for(request.user, dialogue_id)
    saved = saved_of(request.user, session)
    form = SaveForm(request.POST or None, session=session, saved=saved)
    if request.method == "POST" and form.is_valid():
        try:
            _keep(request, session, saved, form)
            return redirect("saved")
        except ChatcoreError as refused:
            form.add_error(None, refused.detail)
    return render(request, "web/dialogue_save.html", _saving(request, session, saved, form))


def _keep(
    request: PageRequest, session: DialogueSession, saved: SavedDialogue | None, form: SaveForm
) -> None:
    if saved is None:
        save_dialogue(request.user, session, **form.columns())
    else:
        change_saved(request.user, saved, **form.columns())
    notices.success(request, "Saved.")


def _saving(
    request: PageRequest, session: DialogueSession, saved: SavedDialogue | None, form: SaveForm
) -> dict[str, Any]:
    return {
        "session": session,
        "saved": saved,
        "form": form,
        "title": dialogue_title(session),
        "may_share": request.user.can(SHARE),
        "unshared": session.last_seq - (saved.shared_up_to or 0) if saved else 0,
    }


@page
@require_POST
def dialogue_unsave(request: PageRequest, dialogue_id: UUID) -> HttpResponse:
    session = dialogue_for(request.user, dialogue_id)
    if saved := saved_of(request.user, session):
        forget_saved(saved)
        notices.success(request, "It is not kept any more; the dialogue is still there.")
    return redirect("dialogue", session.pk)


@page
@require_safe
def saved(request: PageRequest) -> HttpResponse:
    tag = request.GET.get("tag", "")[:TAG_LENGTH]
    mine = saved_by(request.user).filter(tags__contains=[tag]) if tag else saved_by(request.user)
    rows, earlier = newest(mine, request.GET.get("before", ""), LIST_LENGTH)
    context = {"rows": rows, "earlier": earlier, "tag": tag, "tags": tags_of(request.user)}
    return render(request, "web/saved.html", context)


@page
@require_safe
def shown(request: PageRequest) -> HttpResponse:
    rows, earlier = newest(public_dialogues(), request.GET.get("before", ""), LIST_LENGTH)
    context = {"rows": [public_out(saved) for saved in rows], "earlier": earlier}
    return render(request, "web/public_dialogues.html", context)


@page
@require_safe
def shown_dialogue(request: PageRequest, saved_id: UUID) -> HttpResponse:
    saved = public_dialogue(saved_id)
    read = public_page(saved, position(request, "after") or 0, READING_LENGTH)
    context = {
        "shown": public_out(saved),
        "lines": public_lines(saved, read.messages),
        "further": read.messages[-1]["seq"] if read.has_more else None,
    }
    return render(request, "web/public_dialogue.html", context)
