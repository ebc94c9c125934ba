"""One client's socket: who it is, what it follows, what waits to be written to it."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any
from uuid import UUID

import structlog

from chatcore.errors import ChatcoreError
from chatcore.frames import encode, error_frame
from chatcore.live.hub import Hub
from chatcore.live.identity import Visitor
from chatcore.live.me import MeFollow
from chatcore.live.outbox import Outbox, Send
from chatcore.live.subscription import Subscription
from chatcore.services.append import Appended

_numbers = itertools.count()
log = structlog.get_logger(__name__)

# The one code of these that RFC 6455 knows.
CLOSE_TRY_AGAIN = 1013
CLOSE_REVOKED = 4001
CLOSE_NOT_SIGNED_IN = 4003
CLOSE_FLOOD = 4008
CLOSE_SLOW = 4009

# A client that sends faster than the database stores is held here, not in memory.
MOST_UNANSWERED = 1_000
# More topics than this on one socket is a mistake of the client.
MOST_TOPICS = 1_000


class Socket:
    """The state of one connection. Everything here runs on the event loop."""

    def __init__(self, hub: Hub, visitor: Visitor, send: Send) -> None:
        self.hub = hub
        self.visitor = visitor
        self.user_id: UUID = visitor.user_id
        # Names this socket among all of the process, also those that were closed.
        self.number = str(next(_numbers))
        self.subscriptions: dict[str, Subscription] = {}
        # The topics of those that this socket only looks on at.
        self.unseen: set[str] = set()
        self.me: MeFollow | None = None
        self._send = send
        self._outbox = Outbox(send, self.give_up)
        self._closing: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()

    # -- writing --

    def push(self, text: str, *, passing: bool) -> None:
        self._outbox.push(text, passing=passing)

    def tell(self, body: dict[str, Any]) -> None:
        self.push(encode(body), passing=False)

    def refuse(self, error: ChatcoreError, ref: UUID | None = None) -> None:
        self.push(error_frame(error, ref), passing=False)

    async def push_patiently(self, text: str) -> None:
        await self._outbox.push_patiently(text)

    def heartbeat(self) -> None:
        versions = {topic: sub.told for topic, sub in self.subscriptions.items() if topic != "me"}
        self.tell({"op": "heartbeat", "versions": versions})

    def answer_later(
        self,
        work: Coroutine[Any, Any, Appended],
        ref: UUID | None,
        render: Callable[[Appended], dict[str, Any]],
    ) -> None:
        """Answer with an ack or an error when the work is done; meanwhile the next frame is read."""
        if len(self._answers) >= MOST_UNANSWERED:
            work.close()
            self.flood()
            return
        task = asyncio.get_running_loop().create_task(self._answer(work, ref, render))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(
        self,
        work: Coroutine[Any, Any, Appended],
        ref: UUID | None,
        render: Callable[[Appended], dict[str, Any]],
    ) -> None:
        try:
            body = render(await work)
        except ChatcoreError as error:
            self.refuse(error, ref)
        except Exception:
            log.exception("frame_failed", user=str(self.user_id))
            self.refuse(ChatcoreError("Something went wrong on our side.", code="internal"), ref)
        else:
            self.tell(body | {"ref": ref} if ref else body)

    # -- losing --

    def lose(self, topic: str) -> None:
        """The right to read is gone; the hub has already taken the subscription out."""
        if self.subscriptions.pop(topic, None):
            self._gone(topic)
            self.tell({"op": "revoked", "topic": topic})

    def revoke(self) -> None:
        self._close(CLOSE_REVOKED)

    def give_up(self) -> None:
        """The reader is too slow: close, so that it comes back and resumes by version."""
        self._outbox.stop()
        self._close(CLOSE_SLOW)

    def flood(self) -> None:
        self._close(CLOSE_FLOOD)

    def _close(self, code: int) -> None:
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(self._write_close(code))

    async def _write_close(self, code: int) -> None:
        await _quietly(self._outbox.finish)
        await _quietly(lambda: self._send({"type": "websocket.close", "code": code}))

    async def closed(self) -> None:
        """Wait until a close that has begun is written: the line is cut when the consumer ends."""
        if self._closing:
            await self._closing

    @property
    def is_closing(self) -> bool:
        return self._closing is not None

    # -- entering and leaving --

    def follow(self, topic: str, subscription: Subscription, *, unseen: bool = False) -> None:
        """The subscription is good: it counts, and whoever follows the topic sees them come, unless
        they only look on."""
        self.subscriptions[topic] = subscription
        if unseen:
            self.unseen.add(topic)
        else:
            self.hub.presence.entered(topic, self.user_id)

    def _gone(self, topic: str) -> None:
        if topic in self.unseen:
            self.unseen.discard(topic)
        else:
            self.hub.presence.left(topic, self.user_id)

    def leave(self, topic: str) -> None:
        if subscription := self.subscriptions.pop(topic, None):
            self.hub.leave(subscription.topic, subscription)
            self._gone(topic)
        if topic == "me" and self.me:
            self.me.stop()
            self.me = None

    def leave_all(self) -> None:
        for topic in list(self.subscriptions):
            self.leave(topic)
        self._outbox.stop()


async def _quietly(work: Callable[[], Awaitable[None]]) -> None:
    """The peer may be gone or deaf: closing must neither fail nor hang."""
    try:
        async with asyncio.timeout(5):
            await work()
    except Exception:
        return
