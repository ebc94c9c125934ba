"""A real HTTP server that speaks OpenAI's embeddings: a text's vector counts the concepts it speaks of."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

# Words that mean the same are one dimension.
CONCEPTS = (
    "boat vessel ship walrus",
    "paid toll fee buttons cost",
    "heron bird",
    "bottle glass letter message",
    "pim boy",
)


@dataclass
class EmbeddingServer:
    """`with EmbeddingServer() as server:` listens on a free port. `fails_after`: so many requests are
    answered, later ones with 500."""

    fails_after: int | None = None
    key: str = "test-key"
    requests: list[dict[str, Any]] = field(default_factory=list)

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
        self._server.shutdown()
        self._server.server_close()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def texts(self) -> list[str]:
        """All that it was asked to embed."""
        return [text for request in self.requests for text in request["input"]]


def vector(text: str) -> Sequence[float]:
    words = re.findall(r"\w+", text.lower())
    counts = [float(sum(word in concept.split() for word in words)) for concept in CONCEPTS]
    return [*counts, 0.01]


class _Handler(BaseHTTPRequestHandler):
    script: EmbeddingServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.script.requests.append({"path": self.path, **body})
        after = self.script.fails_after
        if after is not None and len(self.script.requests) > after:
            return self._reply(500, {"error": {"message": "out of memory"}})
        data = [
            {"object": "embedding", "index": index, "embedding": vector(text)}
            for index, text in enumerate(body["input"])
        ]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        return self._reply(
            200, {"object": "list", "data": data, "model": body["model"], "usage": usage}
        )

    def _reply(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
