"""A question answered over HTTP: as one body when the answer is whole, or as server-sent events."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from asgiref.sync import async_to_sync
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request

from chatcore.http.later import Later
from chatcore.http.rendering import JsonRenderer, json_bytes
from dialogues.services.following import Ended, Piece, ReplyPending, ending_of, steps_of
from dialogues.services.turns import Asked

EVENT_STREAM = "text/event-stream"
# Proxies cut a connection on which nothing is said; this long after the last word we say a comment.
_SILENT_SECONDS = 10


class EventStreamRenderer(JsonRenderer):
    """Lets a client ask for events; what is no stream (an error) is rendered as JSON."""

    media_type = EVENT_STREAM
    format = "events"


def said(request: Request, asked: Asked) -> HttpResponseBase:
    """The answer in the form that the client accepts."""
    # Waiting may take minutes: the connection goes back to the pool meanwhile.
    if not connection.in_atomic_block:
        connection.close()
    renderer = request.accepted_renderer
    return _streamed(asked) if isinstance(renderer, EventStreamRenderer) else _whole(request, asked)


def _whole(request: Request, asked: Asked) -> HttpResponseBase:
    async def finish() -> HttpResponse:
        ended = await ending_of(asked)
        body = json_bytes({"message": asked.message, "reply": ended.reply})
        return HttpResponse(body, status=201, content_type=JsonRenderer.media_type)

    # Under WSGI, and in Django's test client, there is no loop to wait on.
    if isinstance(request._request, ASGIRequest):  # noqa: SLF001
        return Later(finish)
    return async_to_sync(finish)()


def _streamed(asked: Asked) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        _events(asked),
        content_type=EVENT_STREAM,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _events(asked: Asked) -> AsyncIterator[bytes]:
    yield _event("message", asked.message)
    silent = 0
    try:
        async for step in steps_of(asked):
            if isinstance(step, Piece):
                delta = {"reply_id": asked.turn_id, "offset": step.offset, "text": step.text}
                yield _event("delta", delta)
            elif isinstance(step, Ended):
                for event in _ending(step):
                    yield event
            elif (silent := silent + 1) % _SILENT_SECONDS == 0:
                yield b": still here\n\n"
    except ReplyPending as error:
        yield _event("error", {"code": error.code, "detail": error.detail, "reply": None})


def _ending(ended: Ended) -> list[bytes]:
    if ended.error_code or ended.reply is None:
        detail = {"code": ended.error_code, "detail": ended.error_detail, "reply": ended.reply}
        return [_event("error", detail)]
    references = [_event("reference", reference) for reference in ended.reply["references"]]
    return [*references, _event("reply", ended.reply)]


def _event(name: str, data: Mapping[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + json_bytes(data) + b"\n\n"
