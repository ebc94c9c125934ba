"""Ports on the loopback address."""

import random
import socket


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether we could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


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
