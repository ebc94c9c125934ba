"""`manage.py make_accounts N --prefix bench --json`: members for load tests."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chatcore.services.many_accounts import make_accounts


class Command(BaseCommand):
    help = (
        "Make N active members and print their names, passwords and access tokens "
        "(good for 10 minutes). Repeating it with the same prefix makes further ones."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, metavar="N")
        parser.add_argument("--prefix", default="bench", help="names are PREFIX-<number>")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        made = make_accounts(options["count"], prefix=options["prefix"])
        if options["json"]:
            json.dump([account.as_dict() for account in made], sys.stdout)
            self.stdout.write("")
            return
        for account in made:
            self.stdout.write(f"{account.username}  {account.password}  {account.access}")
