"""A model's server that speaks OpenAI's chat completions, for real, and says what a test tells it to."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Json = dict[str, Any]
# A piece of text, a pause in seconds, an event to wait for, or (first of all) a status to fail with.
Step = str | float | threading.Event | int


class LanguageServer:
    """`server.will_say("Yes", gate, ", of course.")`; one script for each request, in order."""

    def __init__(self) -> None:
        self.asked: list[Json] = []
        self._scripts: deque[Sequence[Step]] = deque()
        self._http = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"server_of_words": self})
        )
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def will_say(self, *steps: Step) -> None:
        self._scripts.append(steps)

    def start_over(self) -> None:
        self.asked.clear()
        self._scripts.clear()

    def script_for(self, body: Json) -> Sequence[Step]:
        """What to say now: as told, or else the question once more."""
        self.asked.append(body)
        if self._scripts:
            return self._scripts.popleft()
        return ["You said: ", body["messages"][-1]["content"][-200:]]


class _Handler(BaseHTTPRequestHandler):
    server_of_words: LanguageServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        steps = list(self.server_of_words.script_for(body))
        if steps and isinstance(steps[0], int):
            self._fail(steps[0])
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self._stream(body["model"], steps)

    def _stream(self, model: str, steps: Sequence[Step]) -> None:
        try:
            for step in steps:
                if isinstance(step, str):
                    self._event({"choices": [_choice(step, None)], "model": model})
                elif isinstance(step, threading.Event):
                    step.wait(20)
                elif isinstance(step, int):
                    return  # it breaks off
                else:
                    time.sleep(step)
            self._event({"choices": [_choice("", "stop")], "model": model})
            usage = {"prompt_tokens": 30, "completion_tokens": 12, "total_tokens": 42}
            self._event({"choices": [], "model": model, "usage": usage})
            self.wfile.write(b"data: [DONE]\n\n")
        except OSError:
            pass  # whoever asked has gone away

    def _event(self, chunk: Json) -> None:
        whole = {"id": "c", "object": "chat.completion.chunk", "created": 0, **chunk}
        self.wfile.write(b"data: " + json.dumps(whole).encode() + b"\n\n")
        self.wfile.flush()

    def _fail(self, status: int) -> None:
        told = json.dumps({"error": {"message": "told to fail", "type": "test"}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def log_message(self, *_: object) -> None:
        pass


def _choice(text: str, finish_reason: str | None) -> Json:
    return {"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}
