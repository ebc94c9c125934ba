"""Uvicorn's WebSocket protocol with a shorter way out for text.

Half of what a message costs this process is writing it: a system call for each frame and socket, and two
objects to serialize it. Here the frames that one turn of the event loop gives a socket leave together. All
else, from the handshake to the closing, is Uvicorn's.
"""

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent


class GatheringProtocol(WebSocketsSansIOProtocol):
    """For `--ws`. Text is never compressed: deflate is off (see `embedded/programs.py`)."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._gathered: list[bytes] = []

    async def send(self, message: "ASGISendEvent") -> None:
        text = message.get("text") if message["type"] == "websocket.send" else None
        if text is None or not self._may_gather:
            self._write_gathered()
            await super().send(message)
            return
        if not self._gathered:
            self.loop.call_soon(self._write_gathered)
        body = str(text).encode()
        self._gathered += (_head(len(body)), body)

    @property
    def _may_gather(self) -> bool:
        return (
            self.handshake_complete
            and not self.close_sent
            and not self.disconnected
            and self.initial_response is None
            and self.writable.is_set()
        )

    def _write_gathered(self) -> None:
        gathered, self._gathered = self._gathered, []
        if gathered and not self.transport.is_closing():
            self.transport.write(b"".join(gathered))


def _head(size: int) -> bytes:
    """RFC 6455: a whole text frame, unmasked as a server's are."""
    if size < 126:
        return bytes((0x81, size))
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2)
    return b"\x81\x7f" + size.to_bytes(8)
