"""Pages of single messages: the thread that one began, one as the room shows it, its versions."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from chatcore.pages import PageRequest, page, render_page
from rooms.contexts import message_context, thread_context
from rooms.selectors.access import read_room_for
from rooms.selectors.history import earlier_versions
from rooms.selectors.messages import message_of
from rooms.shelf import room_title


@page
@require_safe
def room_thread(request: PageRequest, room_id: UUID, message_id: UUID) -> HttpResponse:
    """A thread: the message it begins with, and its answers."""
    access = read_room_for(request.user, room_id)
    context = thread_context(request, access, message_of(access, message_id))
    return render_page(request, "web/room.html", **context)


@page
@require_safe
def room_message(request: PageRequest, room_id: UUID, message_id: UUID) -> HttpResponse:
    """One message as its room shows it, for the page that hears of it while it is open."""
    access = read_room_for(request.user, room_id)
    context = message_context(access, [message_of(access, message_id)])
    return render(request, "_message.html", context | {"line": context["lines"][0]})


@page
@require_safe
def room_message_versions(request: PageRequest, room_id: UUID, message_id: UUID) -> HttpResponse:
    """What a message said before it was edited, latest first."""
    access = read_room_for(request.user, room_id)
    message = message_of(access, message_id)
    place = f"?around={message['seq']}#m{message['seq']}"
    context = {
        "message": message,
        "versions": earlier_versions(access, message_id),
        "title": room_title(request.user, access.room),
        "back_url": f"{reverse('room', args=[room_id])}{place}",
    }
    return render(request, "web/message_versions.html", context)
