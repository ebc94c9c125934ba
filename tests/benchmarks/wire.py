"""A WebSocket and an HTTP client that cost next to nothing.

The generator shares the cores with what it measures: a general client takes as much of them as the
server it asks. These speak just what a benchmark needs, over connections that stay open.
"""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from collections.abc import Callable, Mapping
from typing import cast
from urllib.parse import urlsplit

_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10

OnText = Callable[[bytes], None]


class Closed(Exception):
    """The server ended the connection, or never opened it."""


class WebSocket(asyncio.Protocol):
    """One open socket. `on_text` is called with each text frame, in the order they come."""

    def __init__(self, on_text: OnText) -> None:
        self.on_text = on_text
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed = False
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def connect(
        cls, url: str, path: str, headers: Mapping[str, str], on_text: OnText
    ) -> WebSocket:
        """Raises Closed when the server does not switch to the protocol."""
        at = urlsplit(url)
        loop = asyncio.get_running_loop()
        _, socket = await loop.create_connection(
            lambda: cls(on_text), at.hostname or "", at.port or 80
        )
        key = base64.b64encode(os.urandom(16)).decode()
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        socket._write(
            f"GET {path} HTTP/1.1\r\nHost: {at.netloc}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Version: 13\r\n{more}\r\n".encode()
        )
        async with asyncio.timeout(60):
            await socket.opened
        return socket

    def send(self, text: bytes) -> None:
        self._frame(_TEXT, text)

    def close(self) -> None:
        self._frame(_CLOSE, struct.pack("!H", 1000))
        if self._transport:
            self._transport.close()

    # -- asyncio.Protocol --

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not `isinstance`: uvloop's transports are no subclass.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(Closed(str(exc)))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.opened.done() and not self._is_open():
            return
        at = 0
        while (found := _next_frame(self._buffer, at)) is not None:
            op, start, at = found
            if op == _TEXT:
                self.on_text(bytes(self._buffer[start:at]))
            elif op == _PING:
                self._frame(_PONG, bytes(self._buffer[start:at]))
            elif op == _CLOSE:
                self.closed = True
        del self._buffer[:at]

    def _is_open(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        if head.startswith(b"HTTP/1.1 101"):
            self.opened.set_result(None)
        else:
            self.opened.set_exception(Closed(head.split(b"\r\n")[0].decode()))
        return True

    def _frame(self, op: int, body: bytes) -> None:
        # A client must mask; the mask of zeros is one, and costs nothing to apply.
        size = len(body)
        if size < 126:
            head = struct.pack("!BB", 0x80 | op, 0x80 | size)
        else:
            head = struct.pack("!BBH", 0x80 | op, 0x80 | 126, size)
        self._write(head + b"\0\0\0\0" + body)

    def _write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)


def _next_frame(buffer: bytearray, at: int) -> tuple[int, int, int] | None:
    """(op, start of the body, end of the body) of the frame at `at`; None while it is not whole."""
    if len(buffer) < at + 2:
        return None
    size, start = buffer[at + 1] & 0x7F, at + 2
    if size == 126:
        if len(buffer) < start + 2:
            return None
        size, start = int.from_bytes(buffer[start : start + 2]), start + 2
    elif size == 127:
        if len(buffer) < start + 8:
            return None
        size, start = int.from_bytes(buffer[start : start + 8]), start + 8
    end = start + size
    return (buffer[at] & 0x0F, start, end) if len(buffer) >= end else None


class Http:
    """One kept connection; one request at a time."""

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, headers: Mapping[str, str]) -> bytes:
        """The body. Raises Closed for any answer but 200."""
        return (await self._ask("GET", path, headers, b""))[1]

    async def post(self, path: str, body: bytes) -> tuple[dict[str, str], bytes]:
        """The headers (the last of each name, in lower case) and the body."""
        return await self._ask("POST", path, {"Content-Type": "application/json"}, body)

    async def _ask(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[dict[str, str], bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection(
                self._at.hostname, self._at.port, limit=2**20
            )
        reader, writer = self._streams
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        length = f"Content-Length: {len(body)}\r\n" if method == "POST" else ""
        start = f"{method} {path} HTTP/1.1\r\nHost: {self._at.netloc}\r\n{length}{more}\r\n"
        writer.write(start.encode() + body)
        async with asyncio.timeout(60):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            told = dict(_header(line) for line in head[1:] if line)
            answer = await _body(reader, told)
        if not head[0].startswith("HTTP/1.1 200"):
            raise Closed(f"{path}: {head[0]}")
        return told, answer

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.lower(), value.strip()


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding") != "chunked":
        return await reader.readexactly(int(headers["content-length"]))
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)
