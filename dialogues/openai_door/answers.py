"""One answer at this door: whole, or as chunks. Going away stops nothing: the answer is stored."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import async_to_sync
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from rest_framework.request import Request

from chatcore.errors import ChatcoreError
from chatcore.http.later import Later
from chatcore.http.rendering import json_bytes
from chatcore.ids import public_code
from dialogues.openai_door.errors import error_body, error_headers, status_of
from dialogues.openai_door.writing import completion_out, extension_of, head_of, usage_of
from dialogues.selectors.messages import MessageObject
from dialogues.selectors.openai_models import OpenAIModel
from dialogues.services.following import Ended, Piece, ReplyPending, ending_of, steps_of
from dialogues.services.leases import Cancelled
from dialogues.services.openai_turns import Sent
from dialogues.services.turns import Asked

_SILENT_SECONDS = 10


class AnswerFailed(ChatcoreError):
    code = "answer_failed"
    status = 500
    title = "The answer failed"


def answered(request: Request, asked: Asked, model: OpenAIModel, sent: Sent) -> HttpResponseBase:
    """The answer once it is whole, or what went wrong with it."""
    _give_connection_back()

    async def finish() -> HttpResponse:
        try:
            reply = _reply_of(await ending_of(asked))
        except ChatcoreError as error:
            return _json(error_body(error), status_of(error), error_headers(error))
        return _json(completion_out(asked, model, sent, reply), 200, _headers(asked))

    # Under WSGI, and in Django's test client, there is no loop to wait on.
    if isinstance(request._request, ASGIRequest):  # noqa: SLF001
        return Later(finish)
    return async_to_sync(finish)()


def _json(body: dict[str, Any], status: int, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(
        json_bytes(body), status=status, content_type="application/json", headers=headers
    )


def streamed(asked: Asked, model: OpenAIModel, sent: Sent, *, with_usage: bool) -> HttpResponseBase:
    """The answer as it is written."""
    _give_connection_back()
    return StreamingHttpResponse(
        _events(asked, model, sent, with_usage=with_usage),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", **_headers(asked)},
    )


def _headers(asked: Asked) -> dict[str, str]:
    return {"X-Dialogue": public_code("dlg", asked.session_id)}


def _give_connection_back() -> None:
    """Waiting may take minutes."""
    if not connection.in_atomic_block:
        connection.close()


def _reply_of(ended: Ended) -> MessageObject:
    """The answer that was stored, also one that its person stopped halfway; else what went wrong: half
    an answer of a model that failed must not pass for a whole one."""
    stopped = ended.error_code == Cancelled.code and ended.reply and ended.reply["content"]
    if ended.reply is None or (ended.error_code and not stopped):
        raise AnswerFailed(ended.error_detail, code=ended.error_code or "answer_failed")
    return ended.reply


async def _events(
    asked: Asked, model: OpenAIModel, sent: Sent, *, with_usage: bool
) -> AsyncIterator[bytes]:
    head = head_of(asked, model, "chat.completion.chunk")
    yield _chunk(head, {"role": "assistant", "content": ""})
    try:
        told = ""
        silent = 0
        async for step in steps_of(asked):
            if isinstance(step, Piece):
                if step.offset == len(told):  # an answer begun anew waits for its end
                    told += step.text
                    yield _chunk(head, {"content": step.text})
            elif isinstance(step, Ended):
                for event in _end(head, asked, sent, told, _reply_of(step), with_usage=with_usage):
                    yield event
            elif (silent := silent + 1) % _SILENT_SECONDS == 0:
                yield b": still here\n\n"
    except (AnswerFailed, ReplyPending) as error:
        yield _event(error_body(error))
    yield b"data: [DONE]\n\n"


def _end(
    head: dict[str, Any],
    asked: Asked,
    sent: Sent,
    told: str,
    reply: MessageObject,
    *,
    with_usage: bool,
) -> list[bytes]:
    whole = reply["content"]
    rest = whole[len(told) :] if whole.startswith(told) else f"\n\n{whole}"
    events = [_chunk(head, {"content": rest})] if rest else []
    last = {"index": 0, "delta": {}, "finish_reason": "stop", "logprobs": None}
    events.append(_event({**head, "choices": [last], "chatcore": extension_of(asked, reply)}))
    if with_usage:
        events.append(_event({**head, "choices": [], "usage": usage_of(sent, reply)}))
    return events


def _chunk(head: dict[str, Any], delta: dict[str, str]) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": None, "logprobs": None}
    return _event({**head, "choices": [choice]})


def _event(body: dict[str, Any]) -> bytes:
    return b"data: " + json_bytes(body) + b"\n\n"
