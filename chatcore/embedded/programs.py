"""The product's own processes, and the flags they are started with everywhere."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from chatcore.embedded.child import Program
from chatcore.embedded.folder import CHECKOUT

OWN = ("web", "worker", "beat")


def command(label: str, host: str, port: int) -> list[str]:
    """The command line of `web`, `worker` or `beat`."""
    words = {"web": _web(host, port), "worker": _worker(), "beat": _beat()}[label]
    # Static files are found where they lie; a folder of collected ones need not exist.
    return [sys.executable, "-W", "ignore:No directory at:UserWarning", "-m", *words]


def _web(host: str, port: int) -> list[str]:
    proxies = os.environ.get("TRUSTED_PROXIES", "").replace(" ", "")
    return [
        "uvicorn", "config.asgi:application", f"--host={host}", f"--port={port}",
        "--loop=uvloop", "--http=httptools", "--lifespan=on",
        "--ws=chatcore.live.protocol:GatheringProtocol",
        # 4-live: frames of at most 64 KiB; deflate would triple the memory of an idle socket.
        "--ws-max-size=65536", "--ws-per-message-deflate=false",
        "--ws-ping-interval=25", "--ws-ping-timeout=25",
        "--timeout-graceful-shutdown=5", "--timeout-keep-alive=30", "--backlog=4096",
        "--no-server-header", "--no-access-log", "--log-level=warning",
        *([f"--forwarded-allow-ips={proxies}"] if proxies else ["--no-proxy-headers"]),
    ]  # fmt: skip


def _worker() -> list[str]:
    # Threads: an AI turn mostly waits, and a thread costs no second copy of Django.
    threads = os.environ.get("WORKER_THREADS", "8")
    return [
        "celery", "--quiet", "-A", "config.celery", "worker", "--pool=threads",
        f"--concurrency={threads}", "--loglevel=WARNING", "--without-mingle", "--without-gossip",
    ]  # fmt: skip


def _beat() -> list[str]:
    return [
        "celery", "--quiet", "-A", "config.celery", "beat", "--loglevel=WARNING", "--pidfile=",
        "--scheduler=django_celery_beat.schedulers:DatabaseScheduler",
    ]  # fmt: skip


def own_program(label: str, host: str, port: int, env: Mapping[str, str]) -> Program:
    """`web`, `worker` or `beat` as the supervisor runs it."""
    return Program(label, command(label, host, port), CHECKOUT, env)


def prepare_program(env: Mapping[str, str], *, demo: bool) -> Program:
    """The one Django process that migrates, makes partitions and loads the demo, then ends."""
    words = [sys.executable, str(CHECKOUT / "manage.py"), "prepare"]
    return Program("prepare", words + ([] if demo else ["--no-demo"]), CHECKOUT, env, once=True)


def child_env(urls: Mapping[str, str], data_dir: Path, host: str, port: int) -> dict[str, str]:
    """Our environment and the addresses of the services."""
    return {
        **os.environ,
        **urls,
        "CHATCORE_DATA_DIR": str(data_dir),
        "HOST": host,
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }
