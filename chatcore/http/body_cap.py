"""No request body may be endless: counted as it arrives, before Django spools it to disk."""

from __future__ import annotations

from typing import Any

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    ASGISendEvent,
    HTTPScope,
)
from django.conf import settings

from chatcore.http.problem import PROBLEM_JSON, TooLarge, problem_body
from chatcore.http.rendering import json_bytes

# What a form adds to the file inside it.
FORM_BYTES = 64 * 1024


class BodyCap:
    """ASGI middleware. `Content-Length` is believed when it says too much, and never otherwise."""

    def __init__(self, app: ASGI3Application) -> None:
        self.app = app

    async def __call__(
        self, scope: HTTPScope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        most = _most(scope)
        announced = _header(scope, b"content-length")
        if announced.isdigit() and int(announced) > most:
            await _refuse(send, most)
            return
        await _Counted(self.app, scope, receive, send, most).run()


class _Counted:
    """One request whose body is counted; past the cap the app hears that the client has gone."""

    def __init__(
        self,
        app: ASGI3Application,
        scope: HTTPScope,
        receive: ASGIReceiveCallable,
        send: ASGISendCallable,
        most: int,
    ) -> None:
        self.app, self.scope, self._receive, self._send = app, scope, receive, send
        self.most, self.seen, self.answered = most, 0, False

    async def run(self) -> None:
        await self.app(self.scope, self.receive, self.send)
        if self.seen > self.most and not self.answered:
            await _refuse(self._send, self.most)

    async def receive(self) -> ASGIReceiveEvent:
        event = await self._receive()
        if event["type"] == "http.request":
            self.seen += len(event.get("body", b""))
            if self.seen > self.most:
                return {"type": "http.disconnect"}
        return event

    async def send(self, event: ASGISendEvent) -> None:
        self.answered = True
        await self._send(event)


def _most(scope: HTTPScope) -> int:
    if _header(scope, b"content-type").startswith(b"multipart/"):
        most = max(settings.BOOK_UPLOAD_MAX_BYTES, settings.ATTACHMENT_MAX_BYTES)
        return int(most) + FORM_BYTES
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0


def _header(scope: HTTPScope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key.lower() == name), b"")


async def _refuse(send: ASGISendCallable, most: int) -> None:
    body = json_bytes(problem_body(TooLarge(f"Bodies of this kind may have at most {most} bytes.")))
    headers: Any = [
        (b"content-type", PROBLEM_JSON.encode()),
        (b"content-length", str(len(body)).encode()),
        # What is still on its way is not wanted.
        (b"connection", b"close"),
    ]
    await send(
        {"type": "http.response.start", "status": 413, "headers": headers, "trailers": False}
    )
    await send({"type": "http.response.body", "body": body, "more_body": False})
