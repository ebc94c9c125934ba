"""A pytest plugin: the tests run against a PostgreSQL and a Valkey of their own.

Loaded by `-p tests.services`, before Django's settings are read. Servers that DATABASE_URL and
REDIS_URL name are used as they are. Ours live as long as the pipe to them: they stop and remove
their folder however the test run ends.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_NAMES = ("DATABASE_URL", "REDIS_URL")
# What is learned in the background takes versions; only the tests about it want that.
os.environ.setdefault("DIGEST_WITH", "off")
_servers: subprocess.Popen[str] | None = None
_data_dir: Path | None = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None, None, None]:
    """Start the servers ahead of pytest-django, which reads the settings in the same hook."""
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        _keep_apart(int(worker.removeprefix("gw")))
    idle = {"--help", "-h", "--version", "-V", "--fixtures", "--markers"} & set(args)
    if not idle and "PYTEST_XDIST_WORKER" not in os.environ:
        start()
    yield


def _keep_apart(worker: int) -> None:
    """Each process of a run has three numbered databases of the one Valkey to itself."""
    base, _, number = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{base}/{int(number or 0) + 3 * (worker + 1)}"


def start() -> None:
    """Start what the environment does not name, and name it there."""
    global _servers, _data_dir
    atexit.register(stop)
    _data_dir = Path(tempfile.mkdtemp(prefix="chatcore-tests-"))
    os.environ["CHATCORE_DATA_DIR"] = str(_data_dir)
    if all(os.environ.get(name) for name in _NAMES):
        return
    log = _data_dir / "services.log"
    with log.open("w") as errors:
        _servers = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--only=services", "--throwaway", "--until-eof"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            start_new_session=True,
        )
    assert _servers.stdout
    told = _servers.stdout.readline()
    if not told:
        raise pytest.UsageError(f"The test servers do not start:\n{log.read_text()}")
    found = json.loads(told)
    os.environ.update({name: found[name] for name in _NAMES})


def stop() -> None:
    """Close the pipe that keeps them alive, and wait."""
    if _servers and _servers.stdin:
        _servers.stdin.close()
        _servers.wait(60)
    if _data_dir:
        shutil.rmtree(_data_dir, ignore_errors=True)
