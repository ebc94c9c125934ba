"""Ports on the loopback address."""

import errno
import random
import socket

from chatcore.embedded.errors import CannotRun


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether we could listen there now."""
    return refusal(port, host) is None


def refusal(port: int, host: str) -> CannotRun | None:
    """Why we can't listen there; None if we can."""
    try:
        _bind(port, host)
    except OSError as error:
        return _told(port, host, error)
    return None


def _bind(port: int, host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _told(port: int, host: str, error: OSError) -> CannotRun:
    other = f"or choose another port: PORT={min(port + 1, 65535)} make run"
    if error.errno == errno.EADDRINUSE:
        return CannotRun(
            f"Port {port} on {host} is taken by another program.", f"stop that program, {other}"
        )
    if error.errno == errno.EACCES:
        return CannotRun(
            f"Only root may listen on port {port}.", "choose one from 1024 up: PORT=8000 make run"
        )
    return CannotRun(
        f"Nothing can listen on {host}: {error.strerror}.",
        "set HOST to an address of this machine: 127.0.0.1, or 0.0.0.0 for all",
    )


def kept_or_free(kept: object) -> int:
    """The port of last time while it is free, so that addresses stay; else a free one.

    Below 32768, where no system takes the ports of its outgoing connections from.
    """
    if isinstance(kept, int) and is_free(kept):
        return kept
    tries = random.SystemRandom()
    while True:
        port = tries.randrange(20_000, 32_000)
        if is_free(port):
            return port
