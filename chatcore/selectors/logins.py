"""Is this token good? The signature is checked without the database, the login in one query.

Split so that the socket and the express lane can run the same SQL on their own async cursor.
"""

from __future__ import annotations

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import connection
from django.utils import timezone

from chatcore.models import User

_ACCESS_SALT = "chatcore.access"
_PACKED = struct.Struct(">16s16sQ")

# One row when the login stands and its account may sign in. Parameters: login id, user id.
LOGIN_ALIVE_SQL = """
    SELECT u.id FROM logins l JOIN users u ON u.id = l.user_id
    WHERE l.id = %s AND l.user_id = %s AND l.revoked_at IS NULL
      AND u.account_status = 'active' AND u.deleted_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says, its signature and its time being good."""

    user_id: UUID
    login_id: UUID
    expires_at: datetime


def make_access_token(user_id: UUID, login_id: UUID) -> str:
    """A signed, self-describing token of `ACCESS_TOKEN_SECONDS`; the login has the last word."""
    expires = int(timezone.now().timestamp()) + settings.ACCESS_TOKEN_SECONDS
    packed = _PACKED.pack(user_id.bytes, login_id.bytes, expires)
    return signing.Signer(salt=_ACCESS_SALT).sign(urlsafe_b64encode(packed).decode().rstrip("="))


def parse_access_token(token: str) -> AccessClaims | None:
    """The claims, or None for whatever is not a token of ours or has run out. No database."""
    try:
        body = signing.Signer(salt=_ACCESS_SALT).unsign(token)
        user, login, expires = _PACKED.unpack(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (signing.BadSignature, ValueError, struct.error):
        return None
    if expires <= timezone.now().timestamp():
        return None
    return AccessClaims(UUID(bytes=user), UUID(bytes=login), datetime.fromtimestamp(expires, UTC))


def login_for_access_token(token: str) -> tuple[UUID, UUID] | None:
    """(user id, login id) of a token that is good at this moment; one query."""
    claims = parse_access_token(token)
    if claims is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(LOGIN_ALIVE_SQL, [claims.login_id, claims.user_id])
        alive = cursor.fetchone() is not None
    return (claims.user_id, claims.login_id) if alive else None


def user_of_login(claims: AccessClaims) -> User | None:
    """The account, if the login stands and the account may sign in; one query."""
    return User.objects.filter(
        pk=claims.user_id,
        account_status="active",
        logins__pk=claims.login_id,
        logins__revoked_at__isnull=True,
    ).first()
