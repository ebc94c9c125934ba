"""What each op does: one function a client frame, all of them parse, access, hand over, answer."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.utils import timezone

from chatcore.errors import Invalid, TooManyRequests
from chatcore.events import Typing as TypingEvent
from chatcore.frames import event_frame
from chatcore.http.limits import Rule, hit
from chatcore.live.client_frames import (
    AnyFrame,
    Auth,
    Cancel,
    Delete,
    Edit,
    Ping,
    Read,
    Send,
    Subscribe,
    Typing,
    Unsubscribe,
)
from chatcore.live.entering import enter, enter_me
from chatcore.live.socket import Socket
from chatcore.live.topics import canonical, not_possible, parse_topic
from chatcore.metrics import ACKS
from chatcore.services.append import Appended
from chatcore.services.publish import publish


async def handle(socket: Socket, frame: AnyFrame) -> None:
    await _OPS[type(frame)](socket, frame)


async def _ping(socket: Socket, _frame: Ping) -> None:
    socket.tell({"op": "pong"})


async def _auth(_socket: Socket, _frame: Auth) -> None:
    raise Invalid("This socket is signed in already.", code="already_signed_in")


async def _subscribe(socket: Socket, frame: Subscribe) -> None:
    if frame.topic == "me":
        await enter_me(socket)
    else:
        await enter(socket, frame.topic, frame.after_version)


async def _unsubscribe(socket: Socket, frame: Unsubscribe) -> None:
    topic = canonical(frame.topic)
    socket.leave(topic)
    socket.tell({"op": "unsubscribed", "topic": topic})


async def _send(socket: Socket, frame: Send) -> None:
    """Does not wait for the commit before it reads the next frame: the ack comes by its own."""
    kind, id_ = parse_topic(frame.topic)
    _enforce(socket, kind.send_rule)
    socket.answer_later(kind.send(socket.user_id, id_, frame), frame.ref, _ack)


async def _edit(socket: Socket, frame: Edit) -> None:
    _enforce(socket, Rule.WRITE)
    kind, id_ = parse_topic(frame.topic)
    socket.answer_later(kind.edit(socket.user_id, id_, frame), frame.ref, _ack_change)


async def _delete(socket: Socket, frame: Delete) -> None:
    _enforce(socket, Rule.WRITE)
    kind, id_ = parse_topic(frame.topic)
    socket.answer_later(kind.delete(socket.user_id, id_, frame), frame.ref, _ack_change)


async def _read(socket: Socket, frame: Read) -> None:
    kind, id_ = parse_topic(frame.topic)
    await kind.read(socket.user_id, id_, frame)


async def _typing(socket: Socket, frame: Typing) -> None:
    topic = canonical(frame.topic)
    if topic not in socket.subscriptions:
        raise Invalid("Subscribe to the topic first.", code="not_subscribed")
    if topic in socket.unseen:
        raise not_possible("Typing")
    publish([event_frame(topic, TypingEvent(user=socket.user_id, on=frame.on))])


async def _cancel(socket: Socket, frame: Cancel) -> None:
    kind, id_ = parse_topic(frame.topic)
    await kind.cancel(socket.user_id, id_)


def _enforce(socket: Socket, rule: Rule) -> None:
    """The same limits as over HTTP, counted together with it."""
    verdict = hit(rule, str(socket.user_id))
    if not verdict.allowed:
        raise TooManyRequests(retry_after=verdict.retry_after)


def _ack(appended: Appended) -> dict[str, Any]:
    ACKS.inc()
    body = _ack_change(appended) | {"version": appended.version}
    return body | {"duplicate": True} if appended.duplicate else body


def _ack_change(appended: Appended) -> dict[str, Any]:
    return {
        "op": "ack",
        "id": appended.id,
        "seq": appended.seq,
        "version": appended.row["version"],
        "created_at": appended.row["created_at"],
    }


def server_time() -> str:
    return timezone.now().isoformat().replace("+00:00", "Z")


_OPS: dict[type, Callable[[Socket, Any], Awaitable[None]]] = {
    Ping: _ping,
    Auth: _auth,
    Subscribe: _subscribe,
    Unsubscribe: _unsubscribe,
    Send: _send,
    Edit: _edit,
    Delete: _delete,
    Read: _read,
    Typing: _typing,
    Cancel: _cancel,
}
