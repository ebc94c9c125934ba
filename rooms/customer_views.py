"""The customer's pages: open a conversation with support, follow it, rate its end. Each works by
plain forms; support.js makes them live."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.guests import person_or_guest
from chatcore.http.limits import Rule
from chatcore.http.throttles import enforce
from chatcore.ids import uuid7
from chatcore.models import User
from chatcore.pages import PageRequest, open_page, page
from rooms.customer_contexts import support_context, support_messages
from rooms.forms import OpenSupportForm, RatingForm, SayForm, TranscriptForm
from rooms.pages import send
from rooms.selectors.access import read_room_for, room_for
from rooms.selectors.customer import running_room_of, support_state
from rooms.selectors.messages import message_of
from rooms.services.customer import ask_for_person, open_support_room, rate_help
from rooms.services.escalation_states import reopen_escalation
from rooms.services.mail import ask_for_transcript


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def support(request: HttpRequest) -> HttpResponse:
    """Begin; whoever has a conversation running is led back to it."""
    form = OpenSupportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        person = person_or_guest(request, display_name=fields.pop("name"))
        room = open_support_room(by=person, **fields)
        return redirect("support_room", room.pk)
    running = running_room_of(request.user) if isinstance(request.user, User) else None
    if running is not None:
        return redirect("support_room", running.pk)
    return render(request, "web/support.html", {"form": form, "new_ref": uuid7()})


@page
@require_safe
def support_room(request: PageRequest, room_id: UUID) -> HttpResponse:
    access = read_room_for(request.user, room_id)
    state = support_state(access)
    if state["room"] != room_id and not request.GET:  # a place in the older room is meant
        return redirect("support_room", state["room"])
    return render(request, "web/support_room.html", support_context(request, access, state))


@page
@require_safe
def support_message(request: PageRequest, room_id: UUID, message_id: UUID) -> HttpResponse:
    """One message as the page shows it, for the page that hears of it while it is open."""
    access = read_room_for(request.user, room_id)
    context = support_messages(access, [message_of(access, message_id)])
    return render(request, "_message.html", context | {"line": context["lines"][0]})


@page
@require_POST
def support_say(request: PageRequest, room_id: UUID) -> HttpResponse:
    form = SayForm(request.POST, request.FILES)
    if form.is_valid():
        send(request.user, room_id, form)
    return _back(room_id)


@page
@require_POST
def support_person(request: PageRequest, room_id: UUID) -> HttpResponse:
    access = room_for(request.user, room_id)
    try:
        ask_for_person(access=access, by=request.user)
    except ChatcoreError as refused:
        notices.error(request, refused.detail)
    return _back(room_id)


@page
@require_POST
def support_rate(request: PageRequest, room_id: UUID) -> HttpResponse:
    access = room_for(request.user, room_id)
    form = RatingForm(request.POST)
    if form.is_valid():
        rate_help(access=access, by=request.user, **form.cleaned_data)
        notices.success(request, "Thank you. This helps us to help better.")
    else:
        notices.error(request, "Choose one to five stars.")
    return _back(room_id)


@page
@require_POST
def support_reopen(request: PageRequest, room_id: UUID) -> HttpResponse:
    state = support_state(room_for(request.user, room_id))
    if state["may_reopen"]:
        reopen_escalation(state["escalation"], by=request.user)
    return _back(room_id)


@page
@require_POST
def support_transcript(request: PageRequest, room_id: UUID) -> HttpResponse:
    enforce(Rule.TRANSCRIPT, str(request.user.pk))
    access, form = room_for(request.user, room_id), TranscriptForm(request.POST)
    if not form.is_valid():
        notices.error(request, "That is no e-mail address.")
        return _back(room_id)
    try:
        mail = ask_for_transcript(access=access, by=request.user, **form.cleaned_data)
        notices.success(request, f"The conversation is on its way to {mail.to_address}.")
    except ChatcoreError as refused:
        notices.error(request, refused.detail or refused.title)
    return _back(room_id)


def _back(room_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('support_room', args=[room_id])}#end")
