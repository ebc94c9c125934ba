"""What one web process runs beside its requests: pool, flusher, hub, presence and their clock."""

import asyncio

import structlog

from chatcore.errors import ChatcoreError
from chatcore.events import LOGINS_TOPIC
from chatcore.live.db import close_pool, open_pool
from chatcore.live.ending import end_tasks, within
from chatcore.live.flusher import Flusher
from chatcore.live.guard import LoginWatch, close_revoked
from chatcore.live.hub import Hub
from chatcore.live.seen import RENEW_SECONDS, Seen
from chatcore.live.socket import Socket
from chatcore.metrics import SOCKETS
from chatcore.services import outlet

log = structlog.get_logger(__name__)

HEARTBEAT_SECONDS = 20
# What the layer lost, and who lost a right, is found within this time even when the layer is away.
CHECK_SECONDS = 4


class Runtime:
    """One per event loop."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.flusher = Flusher()
        self._tasks: list[asyncio.Task[None]] = []
        self.seen = Seen()

    async def start(self) -> None:
        await open_pool()
        self.flusher.start()
        outlet.attach(asyncio.get_running_loop(), self.hub.deliver)
        await self.hub.join(LOGINS_TOPIC, LoginWatch(self.hub))
        self._tasks = [
            asyncio.create_task(self.hub.listen_to_layer(), name="layer"),
            asyncio.create_task(self._beat(), name="heartbeat"),
            asyncio.create_task(self._check(), name="check"),
        ]

    async def stop(self) -> None:
        outlet.detach()
        await end_tasks(self._tasks)
        self.hub.stop()
        await within(4, self.flusher.stop())
        await within(3, self.hub.presence.stop())
        await within(3, close_pool())

    def greet(self, socket: Socket) -> None:
        SOCKETS.inc()
        sockets = self.hub.sockets.setdefault(socket.user_id, set())
        sockets.add(socket)
        if len(sockets) == 1:
            self.seen.came(socket.user_id)

    def farewell(self, socket: Socket) -> None:
        SOCKETS.dec()
        socket.leave_all()
        sockets = self.hub.sockets.get(socket.user_id, set())
        sockets.discard(socket)
        if not sockets:
            self.hub.sockets.pop(socket.user_id, None)
            self.seen.went(socket.user_id)

    async def _beat(self) -> None:
        """A second's work: a twentieth of the heartbeats, unread counts, who came and went."""
        second = 0
        while True:
            await asyncio.sleep(1)
            second += 1
            for sockets in list(self.hub.sockets.values()):
                for socket in list(sockets):
                    if socket.me:
                        socket.me.tell_changes()
                    if hash(socket) // 16 % HEARTBEAT_SECONDS == second % HEARTBEAT_SECONDS:
                        socket.heartbeat()
            await _guarded("presence", self.hub.presence.tell_changes())
            await _guarded("last_seen", self.seen.store_changes())
            if second % RENEW_SECONDS == 0:
                await _guarded("last_seen", self.seen.renew())
            if second % HEARTBEAT_SECONDS == 0:
                await _guarded("presence", self.hub.presence.renew())

    async def _check(self) -> None:
        """Every few seconds: versions and sign-ins; every heartbeat: the rights of all subscriptions."""
        rounds = 0
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            rounds += 1
            await _guarded("layer", self.hub.retry_layer())
            await _guarded("versions", self.hub.poll_versions())
            await _guarded("logins", close_revoked(self.hub))
            if rounds % (HEARTBEAT_SECONDS // CHECK_SECONDS) == 0:
                await _guarded("rights", self.hub.revoke_lost(list(self.hub.feeds.values())))


async def _guarded(what: str, work: object) -> None:
    """One failing chore must not stop the clock of all the others."""
    try:
        await work  # type: ignore[misc]
    except ChatcoreError as error:
        log.warning("chore_failed", chore=what, error=error.detail)
    except Exception:
        log.exception("chore_failed", chore=what)


_runtimes: dict[asyncio.AbstractEventLoop, Runtime] = {}


def runtime() -> Runtime:
    """The runtime of the running loop."""
    return _runtimes[asyncio.get_running_loop()]


def runtime_or_none() -> Runtime | None:
    """The same where there may be none: under a test client, or a server without lifespan."""
    return _runtimes.get(asyncio.get_running_loop())


async def start_runtime() -> None:
    started = Runtime()
    _runtimes[asyncio.get_running_loop()] = started
    await started.start()


async def stop_runtime() -> None:
    if running := _runtimes.pop(asyncio.get_running_loop(), None):
        await running.stop()
