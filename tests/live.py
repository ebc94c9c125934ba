"""A real web process and a plain client for its socket.

`serve()` runs the product's ASGI application with the product's own flags in a thread of the tests, so
that a test may change a clock's pace or lose a hint; `WebProcess` is a process of its own, that can be
killed. Both use the test database, for real: what happens there is committed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server
from typing import Any, Self
from urllib.parse import quote
from urllib.request import urlopen
from uuid import UUID, uuid4

import uvicorn
from django.db import OperationalError, connection, transaction
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from chatcore.embedded.programs import command
from chatcore.live.db import connection_settings
from chatcore.models import User
from tests.world import Cast, access_for

ROOT = Path(__file__).resolve().parent.parent
# What does not come fails the test anyway; on a busy machine what does come takes its time.
PATIENCE = 15.0
Json = dict[str, Any]


class Client:
    """One socket. Frames that were not asked for yet wait in `waiting`, in the order they came."""

    def __init__(self, port: int, *, access: str = "", query: str = "", **options: Any) -> None:
        headers = options.pop("headers", {})
        if access:
            headers["Authorization"] = f"Bearer {access}"
        self.connection: ClientConnection = connect(
            f"ws://127.0.0.1:{port}/ws/v1/{query}",
            additional_headers=headers,
            compression=None,
            max_size=None,
            open_timeout=10,
            legacy=True,
            **options,
        )
        self.waiting: deque[Json] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    # -- frames out --

    def send(self, **frame: Any) -> None:
        self.send_text(json.dumps(frame, default=str))

    def send_text(self, text: str | bytes) -> None:
        self.connection.send(text)

    def say(self, topic: str, content: str, ref: UUID | None = None, **more: Any) -> Json:
        """Send a message and wait for its ack (or its error)."""
        ref = ref or uuid4()
        self.send(op="send", topic=topic, ref=ref, content=content, **more)
        return self.answer_to(ref)

    def subscribe(self, topic: str, after_version: int | None = None) -> tuple[list[Json], Json]:
        """The replayed events and the frame that ends them."""
        more = {} if after_version is None else {"after_version": after_version}
        self.send(op="subscribe", topic=topic, **more)
        replayed: list[Json] = []
        while True:
            frame = self.receive()
            if frame["op"] in {"subscribed", "reset", "error"}:
                return replayed, frame
            (replayed if frame.get("topic") == topic else self.waiting).append(frame)

    # -- frames in --

    def receive(self, seconds: float = PATIENCE) -> Json:
        """The next frame off the wire."""
        frame: Json = json.loads(self.connection.recv(timeout=seconds))
        return frame

    def expect(self, seconds: float = PATIENCE, **wanted: Any) -> Json:
        """The first frame that has these values; what comes before it stays in `waiting`."""
        for frame in self.waiting:
            if wanted.items() <= frame.items():
                self.waiting.remove(frame)
                return frame
        until = time.monotonic() + seconds
        while True:
            try:
                frame = self.receive(max(until - time.monotonic(), 0.01))
            except TimeoutError:
                raise AssertionError(f"no {wanted} among {list(self.waiting)}") from None
            if wanted.items() <= frame.items():
                return frame
            self.waiting.append(frame)

    def event(self, type: str, seconds: float = PATIENCE) -> Json:
        return self.expect(seconds, op="event", type=type)

    def answer_to(self, ref: UUID, seconds: float = PATIENCE) -> Json:
        return self.expect(seconds, ref=str(ref))

    def error(self, seconds: float = PATIENCE) -> Json:
        return self.expect(seconds, op="error")

    def pings(self) -> bool:
        """Whether the consumer lives and answers."""
        self.send(op="ping")
        return self.expect(op="pong") == {"op": "pong"}

    def everything(self, seconds: float = 0.4) -> list[Json]:
        """All that is waiting and all that comes until it is quiet for so long, but who came and went."""
        try:
            while True:
                self.waiting.append(self.receive(seconds))
        except (TimeoutError, ConnectionClosed):
            found, self.waiting = list(self.waiting), deque()
            return [frame for frame in found if frame.get("type") != "presence"]

    def up_to(self, version: int, seconds: float = PATIENCE) -> list[int]:
        """Read until an event of this version; the versions of all that waited or came, in order."""
        found = [f["version"] for f in self.waiting if f["op"] == "event" and "version" in f]
        until = time.monotonic() + seconds
        while not found or found[-1] < version:
            frame = self.receive(max(until - time.monotonic(), 0.01))
            self.waiting.append(frame)
            if frame["op"] == "event" and "version" in frame:
                found.append(frame["version"])
        return found

    def close_code(self, seconds: float = PATIENCE) -> int | None:
        """Read until the server closes; its code."""
        until = time.monotonic() + seconds
        try:
            while True:
                self.waiting.append(self.receive(max(until - time.monotonic(), 0.01)))
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


@dataclass
class Stage:
    """The cast on a running server."""

    world: Cast
    port: int

    def client(self, user: User, **options: Any) -> Client:
        """A socket of this user, past its `ready`."""
        client = Client(self.port, access=access_for(user), **options)
        client.expect(op="ready")
        return client

    def on(self, port: int) -> Stage:
        """The same cast at another process."""
        return Stage(self.world, port)


@contextmanager
def serve() -> Iterator[int]:
    """The application in a thread; its port."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            "config.asgi:application",
            port=port,
            loop="uvloop",
            http="httptools",
            ws="chatcore.live.protocol:GatheringProtocol",
            ws_max_size=65_536,
            ws_per_message_deflate=False,
            lifespan="on",
            log_level="warning",
            timeout_graceful_shutdown=3,
        )
    )
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    eventually(lambda: server.started or not thread.is_alive(), 20)
    assert server.started, "the server does not start"
    yield port
    server.should_exit = True
    thread.join(30)
    assert not thread.is_alive(), "the server does not stop"


class WebProcess:
    """A web process of its own on the test database, started as `manage.py up` starts it."""

    def __init__(self) -> None:
        self.port = free_port()
        self._start()

    def _start(self) -> None:
        self.process = subprocess.Popen(
            command("web", "127.0.0.1", self.port),
            cwd=ROOT,
            env={**os.environ, **own_environment()},
        )
        eventually(self._answers, 30)

    def _answers(self) -> bool:
        assert self.process.poll() is None, "the web process has ended"
        with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)

    def kill_and_restart(self) -> None:
        """As if the machine had pulled the plug."""
        self.process.kill()
        self.process.wait()
        self._start()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def own_environment() -> dict[str, str]:
    wanted = connection_settings()
    user = quote(wanted["user"] or "")
    password = f":{quote(wanted['password'])}" if wanted["password"] else ""
    where = f"{wanted['host']}:{wanted['port']}/{wanted['dbname']}"
    return {"DATABASE_URL": f"postgres://{user}{password}@{where}", "RATE_LIMITS": "off"}


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def eventually(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until it holds; an address that refuses does not hold yet."""
    until = time.monotonic() + seconds
    while True:
        try:
            if holds():
                return
        except OSError:
            pass
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.02)


# What migrations wrote: the tests that follow need it.
_SEEDED = {
    "django_migrations",
    "django_content_type",
    "django_site",
    "auth_permission",
    "auth_group",
    "auth_group_permissions",
    "access_permission_domains",
    "access_permission_grants",
}


def empty_tables(attempts: int = 5) -> None:
    """Take away what was committed; what migrations seeded stays.

    The second process may be looking for lost events in the same tables: then again.
    """
    try:
        with transaction.atomic():
            _empty_tables()
    except OperationalError:  # a deadlock
        if attempts == 1:
            raise
        empty_tables(attempts - 1)


def _empty_tables() -> None:
    kept = {*_SEEDED, User._meta.db_table}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        )
        tables = [name for (name,) in cursor.fetchall() if name not in kept]
        cursor.execute("DELETE FROM access_permission_grants WHERE user_id IS NOT NULL")
        cursor.execute(f"TRUNCATE {', '.join(tables)}")
        cursor.execute(f"DELETE FROM {User._meta.db_table}")  # noqa: S608
        cursor.execute("SELECT to_regclass('users_history')")
        if cursor.fetchone()[0]:
            cursor.execute("TRUNCATE users_history")
