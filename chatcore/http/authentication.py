"""Who is asking: a client with a Bearer token, or a browser with its session and CSRF token."""

from __future__ import annotations

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from typing_extensions import override

from chatcore.errors import Forbidden, NotAuthenticated
from chatcore.models import ApiKey, KeyScope, User
from chatcore.selectors.api_keys import KEY_PREFIX, key_of_secret
from chatcore.selectors.logins import AccessClaims, parse_access_token, user_of_login
from chatcore.services.api_keys import note_use


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>`. `request.auth` is the AccessClaims, or with a key of scope `api`
    the ApiKey. A view names in `not_by_key` the methods that a key never opens.

    A token that is bad is refused even where nobody needs to sign in: a client that believes
    it is somebody must not be answered as nobody.
    """

    def authenticate(self, request: Request) -> tuple[User, AccessClaims | ApiKey] | None:
        token = bearer_token(request)
        if token is None:
            return None
        if token.startswith(KEY_PREFIX):
            return _by_key(request, token)
        claims = parse_access_token(token)
        user = user_of_login(claims) if claims else None
        if claims is None or user is None:
            raise NotAuthenticated(
                "The access token is not valid, has run out or was revoked.", code="invalid_token"
            )
        return user, claims

    @override
    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="chatcore"'


def bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _by_key(request: Request, token: str) -> tuple[User, ApiKey]:
    key = key_of_secret(token)
    if key is None:
        raise NotAuthenticated(
            "The key is not valid, has run out or was revoked.", code="invalid_token"
        )
    refused = getattr((request.parser_context or {}).get("view"), "not_by_key", ())
    if key.scope != KeyScope.API or request.method in refused:
        raise Forbidden("This key does not open that. Sign in.", code="key_not_allowed")
    note_use(key)
    return key.user, key


class CookieAuthentication(SessionAuthentication):
    """The session of our own pages; every unsafe method needs the CSRF token, too."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        user = getattr(request._request, "user", None)  # noqa: SLF001 - as DRF itself does
        if not isinstance(user, User) or not user.may_sign_in:
            return None
        self.enforce_csrf(request)
        return user, None

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as refused:
            raise Forbidden(str(refused.detail), code="csrf_failed") from None
