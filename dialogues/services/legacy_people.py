"""Whose an old conversation is: a source's id of a person to an account here."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from chatcore.errors import Conflict
from chatcore.models import User
from chatcore.selectors.users import account_named, email_taken, username_taken
from chatcore.services.users import create_account
from dialogues.legacy.records import LegacyPerson
from dialogues.models import LegacyImport, LegacyKind
from dialogues.services.legacy_keys import fingerprint

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_NAME_MOST = 50


@dataclass(slots=True)
class People:
    """Answers by, in this order: the operator's map, what an earlier run was told or made, id, username
    or e-mail address; at last, with `create`, a new member who has to reset the password first."""

    source: str
    mapping: Mapping[str, User] = field(default_factory=dict)
    known: Mapping[str, LegacyPerson] = field(default_factory=dict)
    create: bool = False
    dry_run: bool = False
    made: list[str] = field(default_factory=list)
    _found: dict[str, UUID | str] = field(default_factory=dict)

    def account(self, owner: str) -> UUID | str:
        """The account's id, or the reason why there is none."""
        if owner not in self._found:
            self._found[owner] = self._look(owner)
        return self._found[owner]

    def _look(self, owner: str) -> UUID | str:
        if not owner:
            return "no_owner"
        account = self.mapping.get(owner)
        if account and not self.dry_run:
            self._remember(owner, account)
        account = account or self._remembered(owner) or self._by_name(owner)
        if account:
            return account.pk if account.deleted_at is None else "account_closed"
        return self._make(owner) if self.create else "unknown_person"

    def _remembered(self, owner: str) -> User | None:
        row = LegacyImport.objects.filter(
            source=self.source, kind=LegacyKind.ACCOUNT, legacy_key=owner
        ).select_related("user")
        return next((found.user for found in row), None)

    def _by_name(self, owner: str) -> User | None:
        person = self.known.get(owner)
        names = [owner, person.email if person else ""]
        return next((found for name in names if name and (found := account_named(name))), None)

    def _make(self, owner: str) -> UUID:
        person = self.known.get(owner) or LegacyPerson(owner)
        email = person.email or (owner if "@" in owner else "")
        self.made.append(owner)
        if self.dry_run:
            return UUID(int=len(self.made))  # stands for an account that would be made
        with transaction.atomic():
            user = create_account(
                username=_free_name(person.username or email.partition("@")[0] or owner),
                email="" if email_taken(email) else email,
                password=None,
                display_name=person.name[:100],
            )
            self._remember(owner, user)
        return user.pk

    def _remember(self, owner: str, user: User) -> None:
        """So that a later run needs neither the map nor a second account."""
        LegacyImport.objects.update_or_create(
            source=self.source,
            kind=LegacyKind.ACCOUNT,
            legacy_key=owner,
            defaults={"fingerprint": fingerprint(owner), "object_id": user.pk, "user": user},
        )


def _free_name(wanted: str) -> str:
    base = _NOT_IN_NAMES.sub("-", wanted)[:_NAME_MOST].strip("._-")
    base = base or f"person-{hashlib.blake2b(wanted.encode(), digest_size=4).hexdigest()}"
    for number in range(1, 10_000):
        name = base if number == 1 else f"{base}-{number}"
        if not username_taken(name):
            return name
    raise Conflict(f"No username like {base} is free.")
