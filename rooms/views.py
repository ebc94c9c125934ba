"""Pages of rooms, live by the socket; without script a form posts and the page reloads."""

from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.ids import uuid7
from chatcore.pages import PageRequest, is_past, page, place_in, render_page
from chatcore.selectors.presence import online_in
from chatcore.selectors.users import ids_of_people, person_named
from rooms.forms import InviteForm, NewRoomForm, SayForm
from rooms.pages import lines_of, people_in, send
from rooms.selectors.access import RoomAccess, read_room_for, room_for
from rooms.selectors.messages import messages_page
from rooms.selectors.rooms import participants_of
from rooms.selectors.unread import unread_of
from rooms.services.participants import invite, leave
from rooms.services.reading import mark_read
from rooms.services.rooms import create_room
from rooms.shelf import room_title

PAGE_LENGTH = 50


@page
@require_safe
def room(request: PageRequest, room_id: UUID) -> HttpResponse:
    access = read_room_for(request.user, room_id)
    return render_page(request, "web/room.html", **_thread(request, access))


def _thread(request: PageRequest, access: RoomAccess) -> dict[str, Any]:
    """Everything one page of a room shows."""
    found = access.room
    where = place_in(request, found.last_seq, PAGE_LENGTH)
    history, title = messages_page(access, where), room_title(request.user, found)
    first_seq = history["results"][0]["seq"] if history["results"] else 0
    return {
        "topic": f"room:{found.pk}",
        "conversation": found,
        "title": title,
        "people": people_in(list(participants_of(found)), online_in(f"room:{found.pk}")),
        "people_open": "people" in request.GET,
        "lines": lines_of(history["results"], request.user),
        "earlier_url": f"?before={first_seq}" if first_seq > access.sight.first_visible else "",
        "later_url": request.path if is_past(request, where, found.last_seq) else "",
        "unread": 0 if access.is_observing else unread_of(found, access.participant, request.user),
        "may_invite": access.may_invite,
        "new_ref": uuid7(),
        "send_url": reverse("room_say", args=[found.pk]),
        "attach_url": f"/api/v1/rooms/{found.pk}/attachments/",
        "message_footer": "_files.html",
        "composer_label": f"Message {title}",
        "composer_closed": access.is_observing or access.silenced_by is not None,
    }


@page
@require_POST
def room_say(request: PageRequest, room_id: UUID) -> HttpResponse:
    """The composer without script."""
    form = SayForm(request.POST, request.FILES)
    if form.is_valid():
        send(request.user, room_id, form)
    return redirect(f"{reverse('room', args=[room_id])}#end")


@page
@require_POST
def room_read(request: PageRequest, room_id: UUID) -> HttpResponse:
    """Everything read, for browsers without script."""
    access = room_for(request.user, room_id)
    mark_read(user_id=request.user.pk, room_id=room_id, seq=access.room.last_seq)
    return redirect("room", room_id)


@page
@require_POST
def room_invite(request: PageRequest, room_id: UUID) -> HttpResponse:
    access = room_for(request.user, room_id)
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            invited = person_named(form.cleaned_data["username"].lstrip("@"))
            invite(access=access, user_id=invited.pk)
            notices.success(request, f"{invited.shown_name} is in the room now.")
        except ChatcoreError as refused:
            notices.error(request, refused.detail)
    return redirect(f"{reverse('room', args=[room_id])}?people=1")


@page
@require_POST
def room_leave(request: PageRequest, room_id: UUID) -> HttpResponse:
    access = room_for(request.user, room_id)
    try:
        leave(access=access)
    except ChatcoreError as refused:
        notices.error(request, refused.detail)
        return redirect(f"{reverse('room', args=[room_id])}?people=1")
    return redirect("home")


@page
@require_http_methods(["GET", "HEAD", "POST"])
def room_new(request: PageRequest) -> HttpResponse:
    form = NewRoomForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        try:
            members = ids_of_people(fields.pop("people"))
            return redirect("room", create_room(by=request.user, members=members, **fields).room_id)
        except ChatcoreError as refused:
            form.add_error(None, refused.detail)
    return render(request, "web/room_new.html", {"form": form})
