"""Signing in and out for API clients: short access tokens, rotating refresh tokens."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chatcore.errors import Forbidden, NotAuthenticated
from chatcore.events import LOGINS_TOPIC, LoginRevoked
from chatcore.models import AccountStatus, Login, RefreshToken, User
from chatcore.selectors.logins import make_access_token
from chatcore.selectors.users import account_to_sign_in
from chatcore.services.publish import publish_on_commit

log = structlog.get_logger(__name__)

REFRESH_PREFIX = "ccr_"
_WRONG = "No account has this name and password."


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client holds: `access` for requests, `refresh` for exactly one exchange."""

    access: str
    refresh: str
    expires_in: int
    user: User


@dataclass(frozen=True, slots=True)
class Device:
    """Where a sign-in comes from, for the list of one's sign-ins."""

    ip_address: str | None = None
    user_agent: str = ""


class InvalidCredentials(NotAuthenticated):
    code = "invalid_credentials"
    title = "Sign-in failed"


class InvalidRefresh(NotAuthenticated):
    code = "invalid_refresh"
    title = "This refresh token is of no use"


def sign_in(
    identifier: str, password: str, *, code: str = "", device: Device | None = None
) -> Tokens:
    """Sign in by username or e-mail. `code` is a TOTP or recovery code where MFA is set up.

    Raises InvalidCredentials (wrong name or password, in the same time), NotAuthenticated with
    `mfa_required` or `mfa_invalid`, Forbidden with why the account is shut: said only to whoever
    knows the password.
    """
    user = account_to_sign_in(identifier)
    if user is None:
        # Hash all the same: the time to answer must not tell which names exist.
        User().set_password(password)
        raise InvalidCredentials(_WRONG)
    if not user.check_password(password):
        raise InvalidCredentials(_WRONG)
    _refuse_shut_account(user)
    _check_second_factor(user, code)
    return open_login(user, device=device)


def _refuse_shut_account(user: User) -> None:
    match user.account_status:
        case AccountStatus.PENDING_VERIFICATION:
            raise Forbidden("Verify your e-mail address first.", code="email_not_verified")
        case AccountStatus.SUSPENDED:
            raise Forbidden("This account is suspended.", code="account_suspended")
        case AccountStatus.DEACTIVATED:
            raise Forbidden("This account is closed.", code="account_deactivated")


def _check_second_factor(user: User, code: str) -> None:
    factors = list(Authenticator.objects.filter(user=user).exclude(type="webauthn"))
    if not factors:
        return
    if not code:
        raise NotAuthenticated("Send `code` from your authenticator app.", code="mfa_required")
    for factor in factors:
        if factor.wrap().validate_code(code):
            factor.record_usage()
            return
    raise NotAuthenticated("This code is wrong or was used before.", code="mfa_invalid")


@transaction.atomic
def open_login(user: User, *, device: Device | None = None) -> Tokens:
    """Tokens for an account whose identity is already established; the caller vouches for it."""
    device = device or Device()
    login = Login.objects.create(
        user=user, ip_address=device.ip_address, user_agent=device.user_agent[:255]
    )
    User.objects.filter(pk=user.pk).update(last_login=timezone.now())
    return _tokens(login, user)


def rotate_refresh(refresh: str) -> Tokens:
    """New tokens for a refresh token, which is used up by it.

    A token that comes a second time was copied: whoever holds its successor loses the login,
    too, since nobody can tell thief from owner. Raises InvalidRefresh.
    """
    with transaction.atomic():
        token = (
            RefreshToken.objects.select_for_update(of=("self",))
            .select_related("login__user")
            .filter(token_sha256=_sha256(refresh))
            .first()
        )
        if token is None:
            raise InvalidRefresh("This refresh token is unknown.")
        login, now = token.login, timezone.now()
        replayed = token.used_at is not None
        if replayed:
            revoke_login(login, because="refresh_replayed")
        elif login.revoked_at or token.expires_at <= now or not login.user.may_sign_in:
            raise InvalidRefresh("This sign-in is over. Sign in again.")
        else:
            RefreshToken.objects.filter(pk=token.pk).update(used_at=now)
            Login.objects.filter(pk=login.pk).update(last_used_at=now)
            return _tokens(login, login.user)
    # Outside of the transaction, so that the revocation stays.
    log.warning("refresh_token_replayed", login=str(login.pk), user=str(login.user_id))
    raise InvalidRefresh(
        "This refresh token was used before; the sign-in is revoked. Sign in again.",
        code="refresh_replayed",
    )


def sign_out(*, login_id: UUID | None = None, refresh: str = "") -> None:
    """End one login, named by its id or by a refresh token of it. Repeating it changes nothing."""
    logins = (
        Login.objects.filter(pk=login_id)
        if login_id
        else Login.objects.filter(refresh_tokens__token_sha256=_sha256(refresh))
    )
    with transaction.atomic():
        for login in logins:
            revoke_login(login, because="signed_out")


def revoke_login(login: Login, *, because: str) -> None:
    """Refuse the tokens of a login from now on and close its sockets."""
    changed = Login.objects.filter(pk=login.pk, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_because=because
    )
    if changed:
        publish_on_commit(LOGINS_TOPIC, LoginRevoked(user=login.user_id, login=login.pk))


def revoke_all(user: User, *, because: str) -> None:
    """End every login of an account and close all of its sockets, those of browsers, too."""
    Login.objects.filter(user=user, revoked_at__isnull=True).update(
        revoked_at=timezone.now(), revoked_because=because
    )
    publish_on_commit(LOGINS_TOPIC, LoginRevoked(user=user.pk))


def forget_outlived_logins() -> int:
    """Drop the sign-ins, with their tokens, that have run out. Returns how many."""
    outlived = timezone.now() - timedelta(days=settings.REFRESH_TOKEN_DAYS)
    gone = Login.objects.filter(last_used_at__lt=outlived)
    return gone.delete()[1].get("chatcore.Login", 0)


def _tokens(login: Login, user: User) -> Tokens:
    refresh = REFRESH_PREFIX + secrets.token_urlsafe(32)
    RefreshToken.objects.create(
        login=login,
        token_sha256=_sha256(refresh),
        expires_at=timezone.now() + timedelta(days=settings.REFRESH_TOKEN_DAYS),
    )
    return Tokens(
        access=make_access_token(user.pk, login.pk),
        refresh=refresh,
        expires_in=settings.ACCESS_TOKEN_SECONDS,
        user=user,
    )


def _sha256(token: str) -> str:
    # A fast hash will do: the token is 256 random bits, there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()
