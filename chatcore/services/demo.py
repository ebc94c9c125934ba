"""The demo: people and things to try the product with, and their removal without a rest."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pgtrigger
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.utils import timezone
from pghistory.core import event_models

from chatcore.demo import Demo, delete_without_trace, demo_parts
from chatcore.models import (
    AccountStatus,
    AccountType,
    DemoObject,
    GroupMembership,
    SupportLevel,
    User,
)
from chatcore.selectors.users import email_taken, username_taken
from chatcore.services.logins import revoke_all
from chatcore.services.users import change_password, create_account

# One run at a time, so that two do not make everything twice.
_DEMO_LOCK = 0x64656D6F


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody of the cast. `role` is what other programs look for in the accounts' file."""

    username: str
    display_name: str
    role: str
    columns: dict[str, Any]
    group: str = ""


CAST = (
    Part(
        "admin",
        "Ada Lindqvist",
        "admin",
        {"account_type": AccountType.STAFF, "is_staff": True, "is_superuser": True},
        "staff",
    ),
    Part(
        "sofia",
        "Sofia Marques",
        "supervisor",
        {
            "account_type": AccountType.SUPERVISOR,
            "support_level": SupportLevel.MANAGER,
            "is_staff": True,
        },
        "staff",
    ),
    Part(
        "tomas",
        "Tomáš Novák",
        "agent",
        {"account_type": AccountType.AGENT, "support_level": SupportLevel.T1},
    ),
    Part(
        "nadia",
        "Nadia Haddad",
        "agent",
        {"account_type": AccountType.AGENT, "support_level": SupportLevel.T2},
    ),
    Part("mira", "Mira Okafor", "member", {"account_type": AccountType.MEMBER}),
    Part("jonas", "Jonas Weber", "member", {"account_type": AccountType.MEMBER}),
)
Account = dict[str, str]


@dataclass(frozen=True, slots=True)
class Made:
    """`accounts` with their passwords where this run set them; `made` names what is new."""

    accounts: list[Account]
    made: list[str]
    path: Path


@dataclass(frozen=True, slots=True)
class Removed:
    """How many accounts went, and in sentences what stayed because others stand on it."""

    accounts: int
    kept: list[str]


def make_demo() -> Made:
    """Make what is not there yet. Passwords are random, told once and kept in the accounts' file.

    Where that file is lost, the accounts that are there get new passwords.
    """
    with transaction.atomic():
        _lock()
        passwords: dict[str, str] = {}
        people = {part.username: _person(part, passwords) for part in CAST}
        demo = Demo({name: person for name, person in people.items() if person})
        demo.made += [f"people/{name}" for name in passwords]
        for part in demo_parts():
            part.make(demo)
        accounts = _accounts(demo, passwords)
    if accounts:
        _write(accounts)
    for run in demo.later:
        run()
    return Made(accounts, demo.made, accounts_file())


def remove_demo() -> Removed:
    """Take away what the demo made and what its accounts made since, in histories, too.

    What other people stand on stays: a book they talk about, the words they were answered with;
    then the account is closed and loses its name instead.
    """
    with transaction.atomic(), pgtrigger.ignore():
        _lock()
        demo = Demo({part.username: person for part in CAST if (person := _known(part))})
        for demo_part in reversed(demo_parts()):
            demo_part.remove(demo)
        gone = _remove_people(demo)
        DemoObject.objects.all().delete()
    accounts_file().unlink(missing_ok=True)
    if gone and not User.objects.filter(is_superuser=True).exists():
        demo.kept.append("No administrator is left: make one with `manage.py createsuperuser`.")
    return Removed(gone, demo.kept)


def accounts_file() -> Path:
    return Path(settings.DATA_DIR) / "demo-accounts.json"


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_DEMO_LOCK])


def _known(part: Part) -> User | None:
    """The account that an earlier run made for this part, whatever it is called by now."""
    row = DemoObject.objects.filter(pk=f"people/{part.username}").first()
    return User.all_objects.filter(pk=row.object_id).first() if row else None


def _person(part: Part, passwords: dict[str, str]) -> User | None:
    """The account of a part; made, with its password noted, unless an earlier run did."""
    if DemoObject.objects.filter(pk=f"people/{part.username}").exists():
        return User.objects.filter(pk=getattr(_known(part), "pk", None)).first()
    username = _free_name(part.username)
    passwords[part.username] = secrets.token_urlsafe(12)
    user = create_account(
        username=username,
        email=f"{username}@demo.example",
        password=passwords[part.username],
        display_name=part.display_name,
        **part.columns,
    )
    if part.group:
        user.groups.add(Group.objects.get_or_create(name=part.group)[0])
    Demo({}).remember(f"people/{part.username}", user)
    return user


def _free_name(wanted: str) -> str:
    """A real account may have the name already."""
    names = (wanted, f"{wanted}-demo", *(f"{wanted}-demo-{n}" for n in range(2, 1000)))
    return next(n for n in names if not username_taken(n) and not email_taken(f"{n}@demo.example"))


def _accounts(demo: Demo, passwords: dict[str, str]) -> list[Account]:
    """What the accounts' file is to hold; empty when it stands and nothing is new."""
    known = _read()
    if not passwords and known:
        return []
    for part in CAST:
        person = demo.people.get(part.username)
        if person and part.username not in passwords and person.username not in known:
            passwords[part.username] = secrets.token_urlsafe(12)
            change_password(person, passwords[part.username])
    return [
        {
            "username": person.username,
            "email": person.email,
            "password": passwords.get(part.username) or known[person.username]["password"],
            "role": part.role,
        }
        for part in CAST
        if (person := demo.people.get(part.username))
    ]


def _read() -> dict[str, Account]:
    try:
        return {a["username"]: a for a in json.loads(accounts_file().read_text())}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _write(accounts: list[Account]) -> None:
    """Readable by its owner only, from its first byte on, and never half written."""
    path = accounts_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(accounts, file, indent=1)
    part.replace(path)


def _remove_people(demo: Demo) -> int:
    ids = demo.people_ids
    for person in demo.people.values():
        if person.pk in demo.stay:
            _close(person)
            demo.kept.append(f"{person.username} is closed, without a name: others hold its words.")
    gone = [pk for pk in ids if pk not in demo.stay]
    histories: list[Any] = list(event_models())
    for history in histories:
        if history.pgh_tracked_model is GroupMembership:  # it refers to no row, only to people
            history.objects.filter(user__in=gone).delete()
    return delete_without_trace(User.all_objects.filter(pk__in=gone))


def _close(person: User) -> None:
    """Nobody can sign in to it, find it, or tell who it was."""
    revoke_all(person, because="demo_removed")
    EmailAddress.objects.filter(user=person).delete()
    name = f"former-{secrets.token_hex(6)}"
    User.all_objects.filter(pk=person.pk).update(
        username=name,
        email="",
        display_name="",
        first_name="",
        last_name="",
        avatar_url="",
        password=make_password(None),
        is_staff=False,
        is_superuser=False,
        deleted_at=timezone.now(),
        account_status=AccountStatus.DEACTIVATED,
    )
