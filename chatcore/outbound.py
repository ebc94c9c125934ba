"""Requests to addresses that somebody else chose: signed, bounded, and never into our own network.

A name is resolved once, every address it has must be allowed, and the connection goes to that very
address: a second answer of the name server changes nothing. Redirects are not followed.
"""

import base64
import hashlib
import hmac
import http.client
import secrets
import socket
import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from chatcore.errors import ChatcoreError, Invalid

MOST_BYTES = 64 * 1024
URL_MOST = 2000
MOST_ADDRESSES = 3
TOLERANCE_SECONDS = 300
_NAT64 = ip_network("64:ff9b::/96")


class OutboundRefused(ChatcoreError):
    """We do not call this address. Trying again does not help."""

    code = "address_refused"
    title = "This address is not called"


class OutboundFailed(ChatcoreError):
    """Nobody answered, or not in time, or too much. Trying again may help."""

    code = "no_answer"
    title = "Nobody answered"


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    body: bytes
    seconds: float

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    @property
    def may_be_repeated(self) -> bool:
        return self.status in (408, 425, 429) or self.status >= 500


def new_salt() -> str:
    """What a secret is made from; worth nothing without this installation's SECRET_KEY."""
    return secrets.token_urlsafe(32)


def secret_of(salt: str) -> str:
    """The secret that both sides sign with; nowhere stored."""
    made = hmac.digest(settings.SECRET_KEY.encode(), f"webhook:{salt}".encode(), "sha256")
    return "whsec_" + base64.b64encode(made).decode()


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """`v1,…`: HMAC-SHA256 over id, time and body, as standardwebhooks.com has it."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def is_signed(secret: str, id: str, timestamp: str, given: str, body: bytes) -> bool:
    """Whether a request is ours and new; compared in constant time. For receivers, and our tests."""
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    wanted = signature(secret, id, int(timestamp), body).encode()
    return any(hmac.compare_digest(wanted, each.encode()) for each in given.split(" "))


def checked_url(url: str) -> SplitResult:
    """A web address as we call them. Raises Invalid; who it leads to is asked at each call."""
    try:
        parts = urlsplit(url)
        port = parts.port
        (parts.hostname or "").encode("idna")
    except ValueError:
        raise Invalid("This is not a web address.") from None
    good = parts.scheme in ("http", "https") and parts.hostname and port != 0
    printable = url.isascii() and url.isprintable() and " " not in url and len(url) <= URL_MOST
    if not (good and printable) or parts.username is not None or parts.password is not None:
        raise Invalid("Give an address that begins with https:// or http://, without a password.")
    return parts


def post_signed(url: str, *, id: str, body: bytes, secret: str, seconds: float) -> Answered:
    """POST JSON, signed. Raises OutboundRefused, OutboundFailed; `seconds` bounds it as a whole."""
    parts, now = checked_url(url), int(time.time())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Chatcore",
        "webhook-id": id,
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, id, now, body),
    }
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    began = time.monotonic()
    connection = _connection(parts, began + seconds)
    ended = threading.Timer(began + seconds - time.monotonic(), _break_off, [connection])
    ended.daemon = True
    ended.start()
    try:
        connection.request("POST", path, body, headers)
        status, read = _read(connection)
    except (OSError, http.client.HTTPException, AttributeError, ValueError) as error:
        took = time.monotonic() - began
        words = f"No answer in {seconds:g} s." if took >= seconds else f"No answer: {error!r}"
        raise OutboundFailed(words[:500]) from error
    finally:
        ended.cancel()
        connection.close()
    if len(read) > MOST_BYTES:
        raise OutboundFailed(f"The answer is larger than {MOST_BYTES} bytes.", code="too_large")
    return Answered(status, read, time.monotonic() - began)


def _read(connection: "_Pinned") -> tuple[int, bytes]:
    """Status and body, a byte more than we take. Raises OSError where it was cut short."""
    response = connection.getresponse()
    read = response.read(MOST_BYTES + 1)
    if len(read) <= MOST_BYTES and (response.length or connection.seconds_left <= 0):
        raise ConnectionError("The answer broke off.")
    return response.status, read


def _break_off(connection: "_Pinned") -> None:
    """Somebody who sends a byte now and then does not hold us longer."""
    if connection.wire:
        with suppress(OSError):
            connection.wire.shutdown(socket.SHUT_RDWR)


def _connection(parts: SplitResult, ends_at: float) -> "_Pinned":
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    addresses = _allowed_addresses(host, port, ends_at)
    return (_PinnedTls if is_tls else _Pinned)(host, port, addresses, ends_at)


class _Pinned(http.client.HTTPConnection):
    """Speaks to `host` at the first of its addresses that answers; all of them were looked at.

    `ends_at` bounds it as a whole, by the monotonic clock.
    """

    def __init__(self, host: str, port: int, addresses: Sequence[str], ends_at: float) -> None:
        super().__init__(host, port)
        self._addresses = addresses
        self._ends_at = ends_at
        # Beside `sock`, which is forgotten where the answer has no length, and still read from.
        self.wire: socket.socket | None = None

    @property
    def seconds_left(self) -> float:
        return self._ends_at - time.monotonic()

    def connect(self) -> None:
        *others, last = self._addresses[:MOST_ADDRESSES]
        for address in others:
            with suppress(OSError):
                self._open(address)
                return
        self._open(last)

    def _open(self, address: str) -> None:
        left = self.seconds_left
        if left <= 0:
            raise TimeoutError
        self.sock = self.wire = socket.create_connection((address, self.port), left)


class _PinnedTls(_Pinned):
    """The same; the certificate must be the host's."""

    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        super().connect()
        wrapped = ssl.create_default_context().wrap_socket(
            self.sock, server_hostname=self.host, do_handshake_on_connect=False
        )
        # Known before the handshake, so that one that never ends can be broken off.
        self.sock = self.wire = wrapped
        wrapped.do_handshake()


def _allowed_addresses(host: str, port: int, ends_at: float) -> list[str]:
    """The addresses to call. Raises OutboundRefused where any that the name has is not allowed: who
    mixes a public with a private one is up to something."""
    addresses = _resolved(host, port, ends_at)
    for address in addresses:
        if not may_call(address, settings.WEBHOOK_ALLOW_PRIVATE):
            raise OutboundRefused(
                f"{host} is at {address}, which is not a public address. An operator may allow it"
                " by WEBHOOK_ALLOW_PRIVATE."
            )
    return addresses


def _resolved(host: str, port: int, ends_at: float) -> list[str]:
    """Every address of a name. In a thread: a name server may be anybody's, and takes its time."""
    found: list[str] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(each[4][0]) for each in told))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    asking = threading.Thread(target=look_up, daemon=True)
    asking.start()
    asking.join(max(ends_at - time.monotonic(), 0))
    if not found:
        words = f"The name {host} is not known."
        raise OutboundFailed(words, code="unknown_name") from next(iter(failed), None)
    return found


def may_call(address: str, allowed: Sequence[str] = ()) -> bool:
    """Whether an address is public, or in a network that the operator allows."""
    ip = _embedded(ip_address(address.partition("%")[0]))
    if any(ip in ip_network(each, strict=False) for each in allowed):
        return True
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _embedded(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one leads to, where it does."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)
