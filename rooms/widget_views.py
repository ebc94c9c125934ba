"""The widget: a script for other people's pages, the page that it shows in a frame there, and the
messages in that page, for whose token the frame's script sends."""

from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from chatcore.http.middleware import STRICT_CSP
from chatcore.http.positions import Position
from chatcore.pages import PageRequest, position, token_page
from rooms.customer_contexts import PAGE_LENGTH, PARTS, before, widget_messages
from rooms.selectors.access import read_room_for
from rooms.selectors.messages import message_of, messages_page

THEMES = ("light", "dark")
SCRIPT_SECONDS = 300
SCRIPT = Path(__file__).parent / "static/rooms/widget_embed.js"


@require_safe
@xframe_options_exempt
def widget(request: HttpRequest) -> HttpResponse:
    """The page in the frame. It knows nobody: no cookie is read and none is set, since browsers keep
    those of a frame from us; its script gets a guest's tokens and keeps them in the frame's storage."""
    theme = request.GET.get("theme", "")
    context = PARTS | {
        "theme": theme if theme in THEMES else "",
        "origins": " ".join(settings.WIDGET_ORIGINS),
        "attach_url": "?",
        "composer_label": "Write to us",
        "ratings": range(1, 6),
    }
    response = HttpResponse(render_to_string("web/widget.html", context))
    response.headers["Content-Security-Policy"] = _policy()
    return response


def _policy() -> str:
    """As everywhere, but for who may show it in a frame, and pictures fetched by the script."""
    ancestors = " ".join(settings.WIDGET_ORIGINS) or "'none'"
    return STRICT_CSP.replace("frame-ancestors 'none'", f"frame-ancestors {ancestors}").replace(
        "img-src 'self' data:", "img-src 'self' data: blob:"
    )


@require_safe
@cache_control(public=True, max_age=SCRIPT_SECONDS)
def widget_script(_request: HttpRequest) -> HttpResponse:
    """The script that others load; at an address that never changes, so it is not kept for long."""
    response = HttpResponse(SCRIPT.read_bytes(), content_type="text/javascript")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@token_page
@require_safe
def widget_thread(request: PageRequest, room_id: UUID) -> HttpResponse:
    """The newest messages of a room, or those before `?before=`, as the server shows them."""
    access = read_room_for(request.user, room_id)
    place = Position(position(request, "before"), None, None, PAGE_LENGTH)
    messages = messages_page(access, place)["results"]
    context = widget_messages(access, messages) | before(access, messages, _thread_of)
    context |= {"topic": f"room:{room_id}"}
    return HttpResponse(render_to_string("web/widget_thread.html", context))


def _thread_of(room: UUID) -> str:
    return f"{reverse('widget_thread', args=[room])}?"


@token_page
@require_safe
def widget_message(request: PageRequest, room_id: UUID, message_id: UUID) -> HttpResponse:
    """One of them."""
    access = read_room_for(request.user, room_id)
    context = widget_messages(access, [message_of(access, message_id)])
    context |= {"line": context["lines"][0]}
    return HttpResponse(render_to_string("_message.html", context))
