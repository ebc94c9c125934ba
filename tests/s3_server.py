"""A bucket on this machine: as much of S3 as a storage of files needs, for the real boto3."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_MISSING = b"<Error><Code>NoSuchKey</Code><Message>There is none.</Message></Error>"
_AWAY = b"<Error><Code>InternalError</Code><Message>Away.</Message></Error>"


class Bucket:
    """What lies in it, by key. `is_away`: every request fails."""

    def __init__(self) -> None:
        self.url = ""
        self.objects: dict[str, bytes] = {}
        self.is_away = False


@contextmanager
def bucket_server() -> Iterator[Bucket]:
    bucket = Bucket()
    handler = type("Handler", (_Handler,), {"bucket": bucket})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    bucket.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    bucket: Bucket
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self.bucket.is_away:
            self.bucket.objects[self.path] = body
        self._answer(200)

    def do_GET(self) -> None:
        found = self.bucket.objects.get(self.path)
        self._answer(404, _MISSING) if found is None else self._answer(200, found)

    do_HEAD = do_GET  # noqa: N815 - the standard library's name

    def do_DELETE(self) -> None:
        if not self.bucket.is_away:
            self.bucket.objects.pop(self.path, None)
        self._answer(204)

    def _answer(self, status: int, body: bytes = b"") -> None:
        if self.bucket.is_away:
            status, body = 503, _AWAY
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Thu, 26 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""
