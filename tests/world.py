"""The cast. Each one stands for a kind of user, so a test's names say what it is about."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.totp.internal import auth as totp

from chatcore.models import AccountType, Login, SupportLevel, User
from chatcore.selectors.logins import make_access_token
from chatcore.services.users import create_account, create_guest

PASSWORD = "correct-horse-battery"


@dataclass(frozen=True)
class Cast:
    """Everybody, by first name."""

    mira: User  # a member: the one that things happen to
    otto: User  # a member, too, and an outsider to all that is Mira's
    gil: User  # a guest
    ana: User  # an agent of tier 1
    bela: User  # an agent of tier 2
    sven: User  # a supervisor
    ada: User  # the admin, who may everything


def cast() -> Cast:
    """Makes everybody, each with PASSWORD; about 14 quick queries."""
    agent, staff = AccountType.AGENT, AccountType.STAFF
    return Cast(
        mira=_account("mira", display_name="Mira"),
        otto=_account("otto", display_name="Otto"),
        gil=create_guest(display_name="Gil"),
        ana=_account("ana", account_type=agent, support_level=SupportLevel.T1),
        bela=_account("bela", account_type=agent, support_level=SupportLevel.T2),
        sven=_account(
            "sven", account_type=AccountType.SUPERVISOR, support_level=SupportLevel.MANAGER
        ),
        ada=_account("ada", account_type=staff, is_staff=True, is_superuser=True),
    )


def _account(name: str, **columns: object) -> User:
    return create_account(
        username=name,
        email=f"{name}@example.test",
        password=PASSWORD,
        **columns,  # type: ignore[arg-type]
    )


def access_for(user: User) -> str:
    """An access token without signing in, for tests that are not about signing in."""
    return make_access_token(user.pk, Login.objects.create(user=user).pk)


def code_for(secret: str) -> str:
    """What an authenticator app shows at this moment."""
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    code: str = totp.format_hotp_value(totp.hotp_value(secret, counter))
    return code
