"""Pages of rooms, live by the socket; without script a form posts and the page reloads."""

from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chatcore.errors import ChatcoreError
from chatcore.pages import PageRequest, page, render_page
from chatcore.selectors.users import ids_of_people, person_named
from rooms.contexts import history_context
from rooms.forms import InviteForm, NewRoomForm, SayForm
from rooms.models import RoomStatus
from rooms.pages import send
from rooms.selectors.access import moderated_room_for, read_room_for, room_for
from rooms.services.participants import invite, leave
from rooms.services.reading import mark_read
from rooms.services.rooms import create_room, update_room
from rooms.shelf import archive_shelf


@page
@require_safe
def room(request: PageRequest, room_id: UUID) -> HttpResponse:
    access = read_room_for(request.user, room_id)
    return render_page(request, "web/room.html", **history_context(request, access))


@page
@require_POST
def room_say(request: PageRequest, room_id: UUID) -> HttpResponse:
    """The composer without script."""
    form = SayForm(request.POST, request.FILES)
    if form.is_valid():
        send(request.user, room_id, form)
    thread = form.cleaned_data.get("thread")
    room_url = reverse("room", args=[room_id])
    here = reverse("room_thread", args=[room_id, thread]) if thread else room_url
    return redirect(f"{here}#end")


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
@require_POST
def room_archive(request: PageRequest, room_id: UUID) -> HttpResponse:
    """Out of the way, or back again: for moderators."""
    access = moderated_room_for(request.user, room_id, "chat:room:update")
    back = access.room.status == RoomStatus.ARCHIVED
    try:
        status = RoomStatus.ACTIVE if back else RoomStatus.ARCHIVED
        update_room(access=access, changes={"status": status})
    except ChatcoreError as refused:
        notices.error(request, refused.detail)
    return redirect("room", room_id) if back else redirect("rooms_archived")


@page
@require_safe
def rooms_archived(request: PageRequest) -> HttpResponse:
    shelves = [archive_shelf(request.user)]
    return render(request, "web/rooms_archived.html", {"shelves": shelves})


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
