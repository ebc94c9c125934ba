"""Accounts: made, verified, changed, closed."""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import setup_user_email
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from chatcore.errors import Conflict, Forbidden, Invalid
from chatcore.models import AccountStatus, AccountType, SupportLevel, User
from chatcore.selectors.users import email_taken, username_taken
from chatcore.services.logins import revoke_all
from chatcore.services.search_feed import read_anew

PROFILE_COLUMNS = frozenset(
    {
        "first_name",
        "last_name",
        "display_name",
        "avatar_url",
        "current_status",
        "chat_preferences",
        "language",
    }
)


class UsernameTaken(Conflict):
    code = "username_taken"
    title = "This username is taken"


def sign_up(
    request: HttpRequest, *, username: str, email: str, password: str, **profile: Any
) -> User:
    """A member who has yet to verify the address; the mail with the link is on its way.

    Where the address already has an account, nobody may learn so: its owner gets a mail, and
    the caller the same answer, an account that is not stored (`_state.adding` is true).
    Raises Invalid (password too weak, fields), UsernameTaken.
    """
    user = User(
        username=username,
        email=email.strip().lower(),
        account_type=AccountType.MEMBER,
        account_status=AccountStatus.PENDING_VERIFICATION,
        **profile,
    )
    check_password_strength(password, user)
    user.set_password(password)
    if username_taken(user.username):
        raise UsernameTaken(errors={"username": ["This username is taken."]})
    if email_taken(user.email):
        get_adapter().send_account_already_exists_mail(user.email)
        return user
    with transaction.atomic():
        _store(user)
        setup_user_email(request, user, [])
    EmailAddress.objects.get_primary(user).send_confirmation(request, signup=True)
    return user


@transaction.atomic
def create_account(
    *,
    username: str,
    password: str | None,
    email: str = "",
    account_type: AccountType = AccountType.MEMBER,
    support_level: SupportLevel = SupportLevel.NONE,
    is_staff: bool = False,
    is_superuser: bool = False,
    **profile: Any,
) -> User:
    """An active, verified account, made by an operator: commands, demo data, imports.

    Without a password nobody can sign in to it. Raises UsernameTaken.
    """
    user = User(
        username=username,
        email=email.lower(),
        account_type=account_type,
        account_status=AccountStatus.ACTIVE,
        is_email_verified=bool(email),
        support_level=support_level,
        is_staff=is_staff,
        is_superuser=is_superuser,
        **profile,
    )
    user.set_password(password)
    _store(user)
    if email:
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


def create_guest(*, display_name: str = "") -> User:
    """A guest: active, without e-mail and without a way to sign in again. Who gives no name is called
    Guest and something short, so that people who help can tell two of them apart."""
    mark = secrets.token_hex(6)
    user = User(
        username=f"guest-{mark}",
        display_name=display_name or f"Guest {mark[:4]}",
        account_type=AccountType.GUEST,
        account_status=AccountStatus.ACTIVE,
    )
    user.set_unusable_password()
    _store(user)
    return user


def _store(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as taken:
        # Somebody took the name or the address between our look and our insert.
        if "uq_users_username" in str(taken):
            raise UsernameTaken(errors={"username": ["This username is taken."]}) from None
        raise Conflict("This e-mail address is in use.", code="email_taken") from None


def check_password_strength(password: str, user: User) -> None:
    """Raises Invalid that says what the password lacks."""
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Invalid("The password is too weak.", errors={"password": weak.messages}) from None


def verify_email(user: User, email: str) -> None:
    """The person has shown that the address is theirs: a pending account becomes active."""
    User.objects.filter(pk=user.pk, email__iexact=email).update(
        is_email_verified=True, updated_at=timezone.now()
    )
    User.objects.filter(pk=user.pk, account_status=AccountStatus.PENDING_VERIFICATION).update(
        account_status=AccountStatus.ACTIVE
    )
    user.refresh_from_db()


@transaction.atomic
def update_profile(user: User, **columns: Any) -> User:
    """Change what a person may change about themselves; unknown names are a fault of the caller."""
    if not columns:
        return user
    if unknown := columns.keys() - PROFILE_COLUMNS:
        raise TypeError(f"not part of a profile: {sorted(unknown)}")
    for name, value in columns.items():
        setattr(user, name, value)
    user.save(update_fields=[*columns, "updated_at"])
    if "language" in columns:
        read_anew(user.pk)
    return user


@transaction.atomic
def change_password(user: User, password: str) -> None:
    """Set it and end every other sign-in of the account, tokens and sockets included."""
    user.set_password(password)
    user.save()
    revoke_all(user, because="password_changed")


@transaction.atomic
def set_account_status(user: User, status: AccountStatus) -> None:
    """Suspend, deactivate or bring back; whoever may not sign in is out at once."""
    if user.is_superuser and status != AccountStatus.ACTIVE and _last_superuser(user):
        raise Forbidden("This is the last superuser; make another one first.", code="last_admin")
    user.account_status = status
    user.save(update_fields=["account_status", "updated_at"])
    if not user.may_sign_in:
        revoke_all(user, because=status)


@transaction.atomic
def begin_erasure(user: User) -> None:
    """Close the account at the owner's wish. Its words are erased later, its name stays reserved.

    From this moment nobody can sign in to it or find it.
    """
    if user.is_superuser and _last_superuser(user):
        raise Forbidden("This is the last superuser; make another one first.", code="last_admin")
    user.deleted_at = timezone.now()
    user.account_status = AccountStatus.DEACTIVATED
    user.save(update_fields=["deleted_at", "account_status", "updated_at"])
    revoke_all(user, because="erasure")


def _last_superuser(user: User) -> bool:
    others = User.objects.filter(is_superuser=True, account_status=AccountStatus.ACTIVE)
    return not others.exclude(pk=user.pk).exists()
