"""The socket's door, `/ws/v1/`: parse, find the topic, hand over, answer. No rule about a domain.

A Channels consumer with a receive loop of its own: the generic one starts two tasks per frame and keeps
a channel of the layer per socket, where the hub needs one per process.
"""

import asyncio
from typing import Any

import structlog
from channels.consumer import AsyncConsumer

from chatcore.errors import ChatcoreError, NotAuthenticated, Unavailable
from chatcore.frames import error_frame
from chatcore.http.limits import Rule, ahit
from chatcore.live import ops
from chatcore.live.client_frames import Auth, BadFrame, parse_frame, ref_of
from chatcore.live.identity import Visitor, visitor_of_scope, visitor_of_token
from chatcore.live.runtime import runtime
from chatcore.live.socket import CLOSE_NOT_SIGNED_IN, CLOSE_TRY_AGAIN, Socket

log = structlog.get_logger(__name__)

AUTH_SECONDS = 5


class LiveConsumer(AsyncConsumer):  # type: ignore[misc]
    """One connection."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        try:
            visitor = await self._visitor(scope, receive)
        except ChatcoreError as refused:
            await self._send_away(send, refused)
            return
        socket = Socket(runtime().hub, visitor, send)
        runtime().greet(socket)
        try:
            socket.tell({"op": "ready", "user": visitor.out(), "server_time": ops.server_time()})
            await self._serve(socket, receive)
        finally:
            runtime().farewell(socket)

    async def _send_away(self, send: Any, refused: ChatcoreError) -> None:
        code = CLOSE_TRY_AGAIN if isinstance(refused, Unavailable) else CLOSE_NOT_SIGNED_IN
        await send({"type": "websocket.send", "text": error_frame(refused)})
        await send({"type": "websocket.close", "code": code})

    async def _visitor(self, scope: Any, receive: Any) -> Visitor:
        """Who has come. Raises NotAuthenticated, or Unavailable when nobody can tell."""
        if visitor := await visitor_of_scope(scope):
            return visitor
        try:
            async with asyncio.timeout(AUTH_SECONDS):
                event = await receive()
            frame = parse_frame(event.get("text") or "")
        except (TimeoutError, BadFrame):
            raise NotAuthenticated from None
        visitor = await visitor_of_token(frame.token) if isinstance(frame, Auth) else None
        if visitor is None:
            raise NotAuthenticated
        return visitor

    async def _serve(self, socket: Socket, receive: Any) -> None:
        while not socket.is_closing:
            event = await receive()
            if event["type"] == "websocket.disconnect":
                return
            if event["type"] == "websocket.receive":
                await self._frame(socket, event)
        await socket.closed()

    async def _frame(self, socket: Socket, event: dict[str, Any]) -> None:
        text = event.get("text")
        verdict = await ahit(Rule.FRAME, socket.number)
        if not verdict.allowed:
            socket.flood()
            return
        try:
            await ops.handle(socket, parse_frame(text))
        except ChatcoreError as error:
            socket.refuse(error, ref_of(text) if text else None)
        except Exception:
            log.exception("frame_failed", user=str(socket.user_id))
            socket.refuse(ChatcoreError("Something went wrong on our side.", code="internal"))
