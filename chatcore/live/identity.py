"""Who is at the other end of a socket: by session cookie, Bearer token, ticket or first frame."""

from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.http.request import validate_host
from django.utils import timezone

from chatcore.live.db import Row, fetch
from chatcore.live.threads import in_thread
from chatcore.models import User
from chatcore.selectors.logins import AccessClaims, parse_access_token
from chatcore.services.tickets import aredeem_socket_ticket
from chatcore.sessions import SessionStore

_BY_LOGIN = """
SELECT u.id, u.username, u.display_name, u.account_type FROM logins l JOIN users u ON u.id = l.user_id
WHERE l.id = %s AND l.user_id = %s AND l.revoked_at IS NULL
  AND u.account_status = 'active' AND u.deleted_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person on a socket, and the sign-in that the socket lives and dies with."""

    user_id: UUID
    username: str
    display_name: str
    account_type: str
    login_id: UUID | None = None
    session_key: str | None = None

    def out(self) -> dict[str, Any]:
        return {
            "id": self.user_id,
            "username": self.username,
            "display_name": self.display_name,
            "account_type": self.account_type,
        }


async def visitor_of_scope(scope: dict[str, Any]) -> Visitor | None:
    """By what the opening request carries; None when it carries nothing that is good."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    scheme, _, token = headers.get(b"authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await visitor_of_token(token.strip())
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    if ticket := query.get("ticket", [""])[0]:
        return await _visitor_of_ticket(ticket)
    # Only the cookie is sent by a browser unasked, so only the cookie needs an allowed Origin.
    if origin_is_allowed(headers.get(b"origin", ""), headers.get(b"host", "")):
        return await _visitor_of_cookie(headers.get(b"cookie", ""))
    return None


async def visitor_of_token(token: str) -> Visitor | None:
    claims = parse_access_token(token)
    return await _visitor_of_claims(claims) if claims else None


def origin_is_allowed(origin: str, host: str) -> bool:
    """Our own pages: the origin's host is the host that was asked, and one that we serve."""
    try:
        parts = urlsplit(origin)
    except ValueError:  # half an IPv6 address, for example
        return False
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return False
    if origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    hosts = settings.ALLOWED_HOSTS
    return parts.netloc == host and validate_host(parts.hostname or "", hosts)


async def _visitor_of_claims(claims: AccessClaims) -> Visitor | None:
    rows = await fetch(_BY_LOGIN, [claims.login_id, claims.user_id])
    return _visitor(rows[0], claims.login_id) if rows else None


def _visitor(row: Row, login_id: UUID | None) -> Visitor:
    return Visitor(row["id"], row["username"], row["display_name"], row["account_type"], login_id)


async def _visitor_of_ticket(ticket: str) -> Visitor | None:
    claims = await aredeem_socket_ticket(ticket)
    if claims is None:
        return None
    if claims.login_id is None:  # given to a page
        key = claims.session_key
        return await in_thread(_visitor_of_session, key=key) if key else None
    return await _visitor_of_claims(AccessClaims(claims.user_id, claims.login_id, timezone.now()))


async def _visitor_of_cookie(header: str) -> Visitor | None:
    try:
        cookie: SimpleCookie = SimpleCookie(header)
    except CookieError:
        return None
    morsel = cookie.get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return None
    return await in_thread(_visitor_of_session, key=morsel.value)


def _visitor_of_session(key: str) -> Visitor | None:
    request = HttpRequest()
    request.session = SessionStore(key)
    user = get_user(request)
    if not isinstance(user, User) or not user.may_sign_in:
        return None
    return Visitor(user.pk, user.username, user.display_name, user.account_type, session_key=key)
