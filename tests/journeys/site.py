"""The product as a person starts it: `manage.py up`, on a database and a folder of its own."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180
STOP_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Account:
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Site:
    """A running Chatcore with its demo accounts."""

    url: str
    accounts: dict[str, list[Account]]
    environment: dict[str, str]
    # Where a journey may serve somebody else's site, whose pages may show the widget.
    shop_port: int

    def manage(self, *arguments: str) -> str:
        """Run `manage.py` against the site; its output."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout


_sites = itertools.count()


@contextmanager
def running_site(**settings: str) -> Iterator[Site]:
    """Start everything, wait until it is ready, stop it as Ctrl-C would; several may run beside each
    other. `settings` are those of the environment."""
    number = next(_sites)
    with (
        tempfile.TemporaryDirectory(prefix="chatcore-journeys-") as made,
        _own_database(os.environ["DATABASE_URL"], number) as database,
    ):
        folder = Path(made)
        folder.chmod(0o755)  # started by root, the services run as somebody else
        environment = _environment(folder, database, number) | settings
        log = folder / "up.log"
        with log.open("w") as output:
            up = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment,
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip
        try:
            url = f"http://localhost:{environment['PORT']}"
            _wait_until_ready(url, up, log)
            yield Site(url, _accounts(folder), environment, int(environment["SHOP_PORT"]))
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(STOP_SECONDS)


def _environment(folder: Path, database: str, site: int) -> dict[str, str]:
    port, shop = _free_port(), _free_port()
    redis = urlsplit(os.environ["REDIS_URL"])
    # Away from the numbers that the other tests use on the same server.
    number = int(redis.path.strip("/") or 0) + 6 + site
    return os.environ | {
        "DATABASE_URL": database,
        "REDIS_URL": urlunsplit(redis._replace(path=f"/{number}")),
        "CHATCORE_DATA_DIR": str(folder),
        "PORT": str(port),
        "SHOP_PORT": str(shop),
        "WIDGET_ORIGINS": f"http://127.0.0.1:{shop}",
        "PUBLIC_URL": "",
        "SECRET_KEY": "",
        "RATE_LIMITS": "off",
        "DEBUG": "false",
    }


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _own_database(server: str, site: int) -> Iterator[str]:
    """A fresh database on the server of the tests, dropped afterwards."""
    name = f"chatcore_journeys_{os.getpid()}_{site}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _wait_until_ready(url: str, up: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and up.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2):  # noqa: S310 - our own
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"The site does not start:\n{log.read_text()}")


def _accounts(folder: Path) -> dict[str, list[Account]]:
    accounts: dict[str, list[Account]] = {}
    for row in json.loads((folder / "demo-accounts.json").read_text()):
        account = Account(row["username"], row["password"])
        accounts.setdefault(row["role"], []).append(account)
    return accounts
