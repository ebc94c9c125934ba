"""The product as it runs for everybody, in a folder of its own that is thrown away.

`manage.py up` itself starts it, so that flags and settings are those of the product. Databases that the
environment names are left alone: a benchmark writes a million rows.
"""

from __future__ import annotations

import http.client
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from chatcore.embedded.ports import kept_or_free
from tests.benchmarks.machine import ROOT

_NOT_OURS = ("DATABASE_URL", "DATABASE_REPLICA_URL", "REDIS_URL", "LLM_BASE_URL", "SECRET_KEY")
_PATIENCE = 600.0


class Stand:
    """Services, web, worker and beat. Started and stopped as often as wanted; the data stay."""

    def __init__(self) -> None:
        self.data_dir = Path(tempfile.mkdtemp(prefix="chatcore-bench-"))
        self.port = kept_or_free(None)
        self.env = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
        self.env |= {
            "CHATCORE_DATA_DIR": str(self.data_dir),
            "PORT": str(self.port),
            "RATE_LIMITS": "off",
            # Three minutes stand for a day of eight hours in `support_day`: this is half an hour.
            "QUEUE_STEP_SECONDS": "11",
        }
        self._up: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()
        shutil.rmtree(self.data_dir, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Seconds from the command to the first page."""
        began = time.monotonic()
        with (self.data_dir / "up.log").open("ab") as log:
            self._up = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT, env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        wait_for_page(self.port, self._up, self.data_dir / "up.log")
        return time.monotonic() - began

    def stop(self) -> None:
        if self._up:
            self._up.send_signal(signal.SIGTERM)
            self._up.wait(120)
            self._up = None

    def pid(self, label: str) -> int:
        """`web`, `worker`, `beat`, `postgres` or `valkey`."""
        return int(json.loads((self.data_dir / "run" / f"{label}.json").read_text())["pid"])

    @property
    def services(self) -> dict[str, str]:
        """The addresses of the embedded PostgreSQL and Valkey."""
        found: dict[str, str] = json.loads((self.data_dir / "services.json").read_text())
        return found

    def open_django(self) -> None:
        """Let this process use the product's own services and selectors on the stand's database."""
        for name in _NOT_OURS:
            os.environ.pop(name, None)
        os.environ |= self.env | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        import django

        django.setup()


@contextmanager
def process(
    words: list[str], *, cwd: Path, env: Mapping[str, str], port: int, path: str = "/"
) -> Iterator[int]:
    """Another server, until it answers; its pid. Stopped at the end."""
    with tempfile.NamedTemporaryFile(prefix="chatcore-bench-", suffix=".log") as log:
        started = subprocess.Popen(words, cwd=cwd, env=env, stdout=log, stderr=log)
        try:
            wait_for_page(port, started, Path(log.name), path=path)
            yield started.pid
        finally:
            started.terminate()
            started.wait(30)


def wait_for_page(
    port: int, server: subprocess.Popen[bytes], log: Path, *, path: str = "/"
) -> None:
    """Until the server gives a page. Raises SystemExit with its last words when it ends instead."""
    until = time.monotonic() + _PATIENCE
    while not _answers(port, path):
        if server.poll() is not None or time.monotonic() > until:
            last = "\n  ".join(log.read_text(errors="replace").splitlines()[-12:])
            raise SystemExit(f"The server does not start. Its last words:\n  {last}")
        time.sleep(0.02)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


def allow_many_sockets() -> int:
    """Raise the limit of open files to what the system allows; what is started later inherits it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most
