"""A real HTTP server that speaks OpenAI's chat completions, streaming, with scripted answers.

`with LlmServer() as server:` listens on a free port of 127.0.0.1, in threads. What it does is set by
its fields before the request, or for one request after the other by `will_say`; what it was sent
stands in `requests`.
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Call:
    """A tool call, streamed as OpenAI does: id and name first, then the arguments in `pieces`."""

    name: str
    pieces: Sequence[str] = ("{}",)
    id: str | None = "call_abc"
    index: int | None = 0


# A piece of text; a pause in seconds; something to wait for; 0 to break off; a tool call.
Step = str | float | threading.Event | Call


@dataclass
class LlmServer:
    """`pieces`: the deltas of the answer. `status` other than 200: an error body instead."""

    pieces: list[str] = field(default_factory=lambda: ["Hello."])
    status: int = 200
    error: dict[str, Any] = field(default_factory=lambda: {"message": "scripted"})
    # After so many pieces: hang until `release`, cut the connection, or send an error event.
    hang_after: int | None = None
    cut_after: int | None = None
    fail_after: int | None = None
    tells_usage: bool = True
    # (prompt, completion) in tokens.
    usage: tuple[int, int] = (120, 30)
    key: str = "test-key"
    requests: list[dict[str, Any]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    _next: deque[Sequence[Step]] = field(default_factory=deque)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"script": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def will_say(self, *steps: Step) -> None:
        """What to do at one further request: say this, or fail with a status as the only step."""
        self._next.append(steps)

    def start_over(self) -> None:
        self.requests.clear()
        self.usage, self.tells_usage = (120, 30), True
        self._next.clear()

    def steps(self) -> Sequence[Step]:
        """What to do now."""
        if self._next:
            return self._next.popleft()
        return [self.status] if self.status != 200 else self.pieces

    def events(self, model: str, steps: Sequence[Step]) -> Iterator[dict[str, Any] | None]:
        """The stream's chunks as OpenAI sends them; None where the script breaks off."""
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
        for place, step in enumerate(steps):
            if place == self.cut_after or step == 0:
                yield None
            if place == self.hang_after:
                self.released.wait(60)
            if place == self.fail_after:
                yield {"error": {"message": "the GPU is on fire", "code": 500}}
                return
            if isinstance(step, str):
                yield {**head, "choices": [{"index": 0, "delta": {"content": step}}]}
            elif isinstance(step, Call):
                for delta in _call_deltas(step):
                    yield {**head, "choices": [{"index": 0, "delta": {"tool_calls": [delta]}}]}
            elif isinstance(step, threading.Event):
                step.wait(20)
            else:
                time.sleep(step)
        reason = "tool_calls" if any(isinstance(step, Call) for step in steps) else "stop"
        yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
        if self.tells_usage:
            yield {**head, "choices": [], "usage": _told(*self.usage)}


def _told(prompt: int, completion: int) -> dict[str, int]:
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _call_deltas(call: Call) -> Iterator[dict[str, Any]]:
    place = {"index": call.index} if call.index is not None else {}
    head = {"id": call.id, "type": "function"} if call.id else {"type": "function"}
    yield {**place, **head, "function": {"name": call.name, "arguments": ""}}
    for piece in call.pieces:
        yield {**place, "function": {"arguments": piece}}


class _Handler(BaseHTTPRequestHandler):
    script: LlmServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.script.requests.append({"path": self.path, **body})
        if self.headers["Authorization"] != f"Bearer {self.script.key}":
            self._refuse(401, {"message": "Incorrect API key provided"})
        else:
            self._answer(body["model"], self.script.steps())

    def _answer(self, model: str, steps: Sequence[Step]) -> None:
        if isinstance(steps[0], int) and steps[0] >= 400:
            self._refuse(steps[0], self.script.error)
        else:
            self._stream(model, steps)

    def _refuse(self, status: int, error: dict[str, Any]) -> None:
        body = json.dumps({"error": error}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, model: str, steps: Sequence[Step]) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for event in self.script.events(model, steps):
                if event is None:
                    return  # no final chunk: the client sees a connection that broke
                self._chunk(f"data: {json.dumps(event)}\n\n")
            self._chunk("data: [DONE]\n\n")
            self._chunk("")
        except (BrokenPipeError, ConnectionResetError):
            pass  # the client went away, as it may

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
