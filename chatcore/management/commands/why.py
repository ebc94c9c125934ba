"""`manage.py why USER PERMISSION`: why somebody may or may not."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatcore.errors import Invalid
from chatcore.selectors.permissions import explain
from chatcore.selectors.users import account_named


class Command(BaseCommand):
    help = "Tell why an account may or may not do something. Exits with 1 where it may not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="username, e-mail address or id")
        parser.add_argument("permission", help="for example chat:room:create")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        user = account_named(options["user"])
        if user is None:
            raise CommandError(f"There is no account {options['user']}.")
        try:
            found = explain(user, options["permission"])
        except Invalid as wrong:
            raise CommandError(wrong.detail) from None
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "user": str(user.pk),
                        "username": user.username,
                        "permission": found.permission,
                        "allowed": found.allowed,
                        "reasons": found.reasons,
                    }
                )
            )
        else:
            self.stdout.write(
                f"{'Yes' if found.allowed else 'No'}: {user.username} "
                f"{'may' if found.allowed else 'may not'} {found.permission}."
            )
            for reason in found.reasons:
                self.stdout.write(f"  - {reason}")
        if not found.allowed:
            raise SystemExit(1)
