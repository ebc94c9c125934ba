"""The chats to compare with, where CHATCORE_BENCH_PEERS names a folder that holds them.

`naive/`: the chat of the Channels tutorial, saved through the ORM, at the best settings known for it.
`ceiling/`: no product but a bare probe without users, rights or refused repeats. Both speak the
tutorial's protocol; each gets an empty database on the stand's PostgreSQL.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from chatcore.embedded.ports import kept_or_free
from tests.benchmarks.drivers import Tutorial
from tests.benchmarks.figures import PEERS
from tests.benchmarks.stand import Stand, process


@dataclass(frozen=True, slots=True)
class Peer:
    """A running peer."""

    driver: Tutorial
    pid: int


def peers_folder() -> Path | None:
    """The folder with the peers, if one is named and holds them."""
    folder = Path(os.environ.get("CHATCORE_BENCH_PEERS") or "/nowhere")
    return folder if all((folder / name).is_dir() for name in PEERS) else None


@contextmanager
def running(name: str, folder: Path, stand: Stand) -> Iterator[Peer]:
    """Start a peer beside the product, with a database of its own."""
    port = kept_or_free(None)
    env = _environment(name, stand)
    if name == "naive":
        words = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(words, cwd=folder / name, env=env, check=True)
    app = {"naive": "asgi:application", "ceiling": "app:app"}[name]
    words = [
        sys.executable, "-m", "uvicorn", app, f"--port={port}", "--loop=uvloop",
        "--ws-per-message-deflate=false", "--no-access-log", "--log-level=warning",
    ]  # fmt: skip
    with process(words, cwd=folder / name, env=env, port=port, path="/health/") as pid:
        yield Peer(Tutorial(f"http://127.0.0.1:{port}"), pid)


def _environment(name: str, stand: Stand) -> Mapping[str, str]:
    database = f"bench_{name}"
    with psycopg.connect(stand.services["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {database}".encode())
    at = urlsplit(stand.services["DATABASE_URL"])
    env = {
        **os.environ,
        "PGHOST": at.hostname or "",
        "PGPORT": str(at.port),
        "PGUSER": at.username or "",
        "PGPASSWORD": at.password or "",
        "DBNAME": database,
        "BENCH_DSN": f"dbname={database}",
        "REDIS_URL": stand.services["REDIS_URL"],
        # Kept connections, the quicker layer, and no time limit that cuts idle sockets off.
        "CMA": "60",
        "LAYER": "pubsub",
        "ST": "1",
        "DJANGO_SETTINGS_MODULE": "settings",
        # What they compile lands nowhere.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    env.pop("DATABASE_URL", None)
    return env
