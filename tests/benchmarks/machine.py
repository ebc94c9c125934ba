"""Where and with what it was measured."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]

_PACKAGES = ("Django", "channels", "uvicorn", "websockets", "psycopg", "redis")


def facts(postgres: str) -> list[tuple[str, str]]:
    """Names and values for the head of the page; `postgres` is the server's own word."""
    return [
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("commit", _commit()),
        ("machine", f"{_processor()}, {os.cpu_count()} cores, {_memory()} of memory"),
        ("system", f"{platform.system()} {platform.release()}"),
        ("load before", f"{os.getloadavg()[0]:.1f}"),
        ("Python", platform.python_version()),
        ("PostgreSQL", f"{postgres}, fsync on, the settings that `manage.py up` gives it"),
        ("packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)),
    ]


def _commit() -> str:
    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return (git("rev-parse", "--short=10", "HEAD") or "unknown") + changed


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> str:
    return f"{psutil.virtual_memory().total / 2**30:.0f} GiB"
