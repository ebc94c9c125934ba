"""One-time tickets that open a socket where no header can be sent."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.cache import cache

_SALT = "chatcore.socket-ticket"


@dataclass(frozen=True, slots=True)
class TicketClaims:
    """Who may open a socket, and the sign-in it lives and dies with: a login or a browser's session."""

    user_id: UUID
    login_id: UUID | None
    session_key: str | None = None


def issue_socket_ticket(
    user_id: UUID, login_id: UUID | None, session_key: str | None = None
) -> str:
    """A ticket of `SOCKET_TICKET_SECONDS`. It stands in an address, and addresses land in logs:
    that is why it is short-lived and good only once, and why a session's key is not in it.
    """
    nonce = secrets.token_urlsafe(12)
    if login_id is None:
        cache.set(_session_key(nonce), session_key, settings.SOCKET_TICKET_SECONDS * 2)
    return signing.dumps([user_id.hex, login_id.hex if login_id else "", nonce], salt=_SALT)


def redeem_socket_ticket(ticket: str) -> TicketClaims | None:
    """The claims, the first time only. None when it is bad, late or used, and also while the cache
    is away, which remembers what was used. Does not look whether the login still stands.
    """
    claims = _read(ticket)
    if claims is None or not cache.add(_used_key(claims), 1, settings.SOCKET_TICKET_SECONDS * 2):
        return None
    return _claims(claims, None if claims[1] else cache.get(_session_key(claims[2])))


async def aredeem_socket_ticket(ticket: str) -> TicketClaims | None:
    """The same from a coroutine."""
    claims = _read(ticket)
    if claims is None or not await cache.aadd(
        _used_key(claims), 1, settings.SOCKET_TICKET_SECONDS * 2
    ):
        return None
    return _claims(claims, None if claims[1] else await cache.aget(_session_key(claims[2])))


def _read(ticket: str) -> list[str] | None:
    try:
        found: Any = signing.loads(ticket, salt=_SALT, max_age=settings.SOCKET_TICKET_SECONDS)
    except signing.BadSignature:
        return None
    return list(found)


def _used_key(claims: list[str]) -> str:
    return f"socket-ticket:{claims[2]}"


def _session_key(nonce: str) -> str:
    return f"socket-ticket:{nonce}:session"


def _claims(claims: list[str], session_key: str | None) -> TicketClaims:
    user, login, _ = claims
    return TicketClaims(UUID(user), UUID(login) if login else None, session_key)
