"""What `doctor` looks at. Each look says how the thing is, or raises `Wrong` with the mend."""

import asyncio
import os
import re
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.core import checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from chatcore.embedded.errors import CannotRun
from chatcore.embedded.folder import CHECKOUT, ROOM_NEEDED_MB
from chatcore.embedded.given import check_database, check_redis
from chatcore.embedded.urls import service_urls
from chatcore.health import Probe, probes

CLOCK_TOLERANCE_SECONDS = 5
_PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==(\S+)")


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    name: str
    ok: bool
    state: str
    mend: str = ""


class Wrong(Exception):
    """How the thing is, and what to do about it."""

    def __init__(self, state: str, mend: str) -> None:
        super().__init__(state)
        self.state = state
        self.mend = mend


def examine() -> list[Finding]:
    """Everything, from the machine up to the settings."""
    machine: dict[str, Callable[[], str]] = {
        "Python": _python,
        "packages": _packages,
        "data folder": _data_folder,
        "disk": _disk,
        "secret key": _secret_key,
        "database server": _database_server,
        "Valkey server": _redis_server,
    }
    found = [_looked(name, look) for name, look in machine.items()]
    # Without a database the rest would only say so once more, after 20 s each.
    if found[-2].ok:
        found += [_looked("clock", _clock), _looked("migrations", _migrations)]
        found += [_from_probe(probe) for probe in asyncio.run(probes())]
    found.append(_looked("language model", _language_model))
    return [*found, *_from_checks()]


def _looked(name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(name, ok=True, state=look())
    except Wrong as wrong:
        return Finding(name, ok=False, state=wrong.state, mend=wrong.mend)
    except CannotRun as wrong:
        return Finding(name, ok=False, state=" ".join(wrong.cause.split()), mend=wrong.mend)
    except Exception as error:  # a doctor who faints helps nobody
        return Finding(
            name, ok=False, state=" ".join(str(error).split()), mend="see the lines above"
        )


def _python() -> str:
    told = ".".join(str(part) for part in sys.version_info[:3])
    if not (3, 11) <= sys.version_info[:2] <= (3, 14):
        raise Wrong(told, "use Python 3.11 to 3.14: remove .venv, then make run PYTHON=…")
    return told


def _packages() -> str:
    wrong = [*_wrong_packages()]
    if wrong:
        raise Wrong(", ".join(wrong), "run `make run`, or pip install -r requirements.txt")
    return "as in requirements.txt"


def _wrong_packages() -> Iterator[str]:
    for line in (CHECKOUT / "requirements.txt").read_text().splitlines():
        pinned = _PINNED.match(line)
        if not pinned:
            continue
        name, wanted = pinned.groups()
        try:
            there = version(name)
        except PackageNotFoundError:
            there = "missing"
        if there != wanted:
            yield f"{name} is {there}, not {wanted}"


def _data_folder() -> str:
    folder = settings.DATA_DIR
    if not folder.is_dir():
        raise Wrong(f"{folder} is not there", "run `manage.py up`, which makes it")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Wrong(f"{folder} can't be written", "run as its owner, or set CHATCORE_DATA_DIR")
    open_files = [
        name
        for name in ("secret-key", "services.json", "demo-accounts.json", "postgres.json")
        if (folder / name).exists() and stat.S_IMODE((folder / name).stat().st_mode) & 0o077
    ]
    if open_files:
        names = " ".join(open_files)
        raise Wrong(f"others may read {names} in {folder}", f"cd {folder} && chmod 600 {names}")
    return str(folder)


def _disk() -> str:
    place = settings.DATA_DIR if settings.DATA_DIR.exists() else CHECKOUT
    room = shutil.disk_usage(place).free // 2**20
    if room < ROOM_NEEDED_MB:
        raise Wrong(f"only {room} MB free", "free some space, or move CHATCORE_DATA_DIR")
    return f"{room:,} MB free"


def _secret_key() -> str:
    stored = settings.DATA_DIR / "secret-key"
    if not stored.exists() and "SECRET_KEY" not in os.environ:
        raise Wrong(
            "none kept: sign-ins end with this process", "run `manage.py up`, or set SECRET_KEY"
        )
    if len(settings.SECRET_KEY) < 40:
        raise Wrong("too short", "set SECRET_KEY to 50 random characters")
    return "set by SECRET_KEY" if os.environ.get("SECRET_KEY") else "kept in the data folder"


def _database_server() -> str:
    return f"PostgreSQL {_server('DATABASE_URL', check_database)}"


def _redis_server() -> str:
    return _server("REDIS_URL", check_redis)


def _server(name: str, check: Callable[[str], str]) -> str:
    if url := os.environ.get(name):
        return f"{check(url)}, from {name}"
    url = (service_urls(settings.DATA_DIR) or {}).get(name)
    if not url:
        raise Wrong("none known", f"run `manage.py up`, which starts one, or set {name}")
    try:
        return f"{check(url)}, embedded"
    except CannotRun:
        raise Wrong("the embedded one does not run", "run `manage.py up`") from None


def _clock() -> str:
    """Against the database's: ids and partitions are made of time."""
    before = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        theirs = float(cursor.fetchone()[0])
    off = theirs - (before + time.time()) / 2
    if abs(off) > CLOCK_TOLERANCE_SECONDS:
        raise Wrong(f"{off:+.0f} s against the database's", "set both by NTP")
    return f"within {abs(off):.1f} s of the database's"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        names = ", ".join(f"{step.app_label}.{step.name}" for step, _ in plan[:3])
        raise Wrong(f"{len(plan)} not applied: {names}", "run `manage.py prepare`")
    return "all applied"


def _language_model() -> str:
    if not settings.LLM_BASE_URL:
        return "none set, the librarian answers"
    url = settings.LLM_BASE_URL.rstrip("/") + "/models"
    if not url.startswith(("http://", "https://")):
        raise Wrong(f"LLM_BASE_URL is {settings.LLM_BASE_URL!r}", "let it begin with https://")
    request = Request(url, headers={"Authorization": f"Bearer {settings.LLM_API_KEY}"})  # noqa: S310
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - the scheme is checked above
            answer.read(1)
    except HTTPError as error:
        raise Wrong(f"{url} answers {error.code}", "see to LLM_API_KEY and LLM_BASE_URL") from None
    except (URLError, TimeoutError, OSError) as error:
        raise Wrong(f"{url}: {error}", "see to LLM_BASE_URL, or unset it") from None
    return f"{settings.LLM_MODEL} at {settings.LLM_BASE_URL}"


def _from_probe(probe: Probe) -> Finding:
    return Finding(probe.name.replace("_", " "), probe.ok, probe.state, probe.mend)


def _from_checks() -> list[Finding]:
    """The system checks of ours and of Django that found something."""
    return [
        Finding(f"check {message.id}", ok=False, state=message.msg, mend=message.hint or "")
        for message in checks.run_checks()
        if not message.is_silenced()
    ]
