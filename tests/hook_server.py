"""A small web server that webhooks and robots of the tests call."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from chatcore.outbound import is_signed


class Hooks:
    """What came, and what is answered: the next of `answers`, the last one again and again."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self.port = port
        self.came: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.answers: list[tuple[int, Any]] = [(200, {})]
        self.location = ""

    def next(self) -> tuple[int, bytes]:
        status, body = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()

    def is_signed(self, secret: str, number: int = -1) -> bool:
        headers = self.headers[number]
        return is_signed(
            secret,
            headers["webhook-id"],
            headers["webhook-timestamp"],
            headers["webhook-signature"],
            self.bodies[number],
        )


@contextmanager
def hook_server() -> Iterator[Hooks]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            hooks.bodies.append(body)
            hooks.came.append(json.loads(body))
            hooks.headers.append({name.lower(): value for name, value in self.headers.items()})
            status, answer = hooks.next()
            self.send_response(status)
            if hooks.location:
                self.send_header("Location", hooks.location)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hooks = Hooks(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hooks
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def rude_server(at_once: bytes = b"", again: bytes = b"", *, closes: bool = False) -> Iterator[int]:
    """A server that does not care what it is asked: it says something at once, then something again
    every 20 ms, and goes on so until the caller goes, unless it closes. Its port."""
    over = threading.Event()

    def talk(caller: socket.socket) -> None:
        with caller, suppress(OSError):
            caller.recv(65_536)
            caller.sendall(at_once)
            while not closes and not over.wait(0.02):
                caller.sendall(again)
            # Closed with something unread, the wire is reset and what was said may be lost.
            caller.settimeout(5)
            caller.shutdown(socket.SHUT_WR)
            while caller.recv(65_536):
                pass

    def listen() -> None:
        with suppress(OSError):
            while not over.is_set():
                threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=listen, daemon=True).start()
        try:
            yield server.getsockname()[1]
        finally:
            over.set()
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
