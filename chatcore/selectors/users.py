"""Accounts, as their owner and as others may see them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from chatcore.errors import NotFound
from chatcore.models import AccountStatus, AccountType, User


def username_taken(username: str) -> bool:
    """Also by a deleted account whose erasure is not done."""
    return User.all_objects.filter(username__iexact=username).exists()


def email_taken(email: str) -> bool:
    from allauth.account.models import EmailAddress

    return (
        User.all_objects.filter(email__iexact=email).exists()
        or EmailAddress.objects.filter(email=email.lower(), verified=True).exists()
    )


def mail_addresses(user: User) -> list[str]:
    """Where we write to somebody, and what else they have confirmed to be theirs."""
    from allauth.account.models import EmailAddress

    confirmed = EmailAddress.objects.filter(user=user, verified=True)
    return list(filter(None, [user.email, *confirmed.values_list("email", flat=True)]))


def account_to_sign_in(identifier: str) -> User | None:
    """The account of a username or an e-mail address, whatever the case."""
    column = "email" if "@" in identifier else "username"
    return User.objects.filter(**{f"{column}__iexact": identifier}).first() if identifier else None


def known_people() -> QuerySet[User]:
    """Whom others may see: everybody who is neither pending nor gone."""
    return User.objects.filter(account_status__in=[AccountStatus.ACTIVE, AccountStatus.SUSPENDED])


def people_found(words: str) -> QuerySet[User]:
    """Members, agents and staff whose name holds `words`; guests are nobody's to find."""
    people = known_people().exclude(account_type=AccountType.GUEST)
    if words:
        people = people.filter(
            Q(username__icontains=words)
            | Q(display_name__icontains=words)
            | Q(first_name__icontains=words)
            | Q(last_name__icontains=words)
        )
    return people


def person(user_id: UUID) -> User:
    """Somebody, as others may see them. Raises NotFound."""
    found = known_people().filter(pk=user_id).first()
    if found is None:
        raise NotFound
    return found


def person_named(username: str) -> User:
    """Somebody by username, whatever the case. Raises NotFound; guests are nobody's to find."""
    found = people_found("").filter(username__iexact=username).first()
    if found is None:
        raise NotFound(f"There is nobody called {username}.")
    return found


def ids_of_people(usernames: Sequence[str]) -> list[UUID]:
    """The ids of several. Raises NotFound with the first name that is nobody's."""
    return [person_named(username).pk for username in usernames]


def account_named(name: str) -> User | None:
    """By id, username or e-mail, deleted ones too: for operators."""
    try:
        return User.all_objects.filter(pk=UUID(name)).first()
    except ValueError:
        column = "email" if "@" in name else "username"
        return User.all_objects.filter(**{f"{column}__iexact": name}).first() if name else None


def account_to_explain(asker: User, name: str) -> User:
    """Oneself, or with `account:permission:explain` anybody. Raises NotFound for all else."""
    if not name or name.casefold() in (str(asker.pk), asker.username.casefold()):
        return asker
    found = account_named(name) if asker.can("account:permission:explain") else None
    if found is None:
        raise NotFound
    return found
