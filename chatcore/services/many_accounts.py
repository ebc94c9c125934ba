"""Accounts by the thousand, for load tests."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from chatcore.errors import Invalid
from chatcore.models import AccountStatus, AccountType, Login, User
from chatcore.models.users import username_validator
from chatcore.selectors.logins import make_access_token

MOST = 100_000


@dataclass(frozen=True, slots=True)
class MadeAccount:
    """What a load generator needs to know of an account."""

    id: UUID
    username: str
    password: str
    access: str

    def as_dict(self) -> dict[str, str]:
        return {name: str(value) for name, value in asdict(self).items()}


@transaction.atomic
def make_accounts(count: int, *, prefix: str = "bench") -> list[MadeAccount]:
    """`count` active members named `<prefix>-<number>`, numbered on from those there are.

    All of one run share one random password: hashing it costs 50 ms, on purpose, and 1,600 of
    them would take over a minute. It is as strong as any (128 bits), it is new in every run, and
    whoever reads this output holds all of the accounts anyway.
    """
    if not 1 <= count <= MOST:
        raise Invalid(f"Make between 1 and {MOST} accounts at a time.")
    username_validator(f"{prefix}-1")
    password = secrets.token_urlsafe(16)
    hashed, first = make_password(password), _last_number(prefix) + 1
    users = User.objects.bulk_create(
        [
            User(
                username=f"{prefix}-{number}",
                password=hashed,
                display_name=f"{prefix} {number}",
                account_type=AccountType.MEMBER,
                account_status=AccountStatus.ACTIVE,
            )
            for number in range(first, first + count)
        ]
    )
    logins = Login.objects.bulk_create([Login(user=user, user_agent=prefix) for user in users])
    return [
        MadeAccount(user.pk, user.username, password, make_access_token(user.pk, login.pk))
        for user, login in zip(users, logins, strict=True)
    ]


def _last_number(prefix: str) -> int:
    names = User.all_objects.filter(username__istartswith=f"{prefix}-").values_list(
        "username", flat=True
    )
    numbers = [re.fullmatch(r"(\d+)", name[len(prefix) + 1 :]) for name in names]
    return max((int(found[1]) for found in numbers if found), default=0)
