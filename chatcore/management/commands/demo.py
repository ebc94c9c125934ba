"""`manage.py demo [--remove] [--json]`: people, rooms and dialogues to try the product with."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from chatcore.services.demo import Made, Removed, make_demo, remove_demo


class Command(BaseCommand):
    help = (
        "Make the demo's accounts (random passwords, printed once), rooms, book and dialogues; "
        "repeating it makes only what was never made. --remove takes all of it away again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--remove", action="store_true", help="remove all that the demo made")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--quiet", action="store_true", help="print no passwords")

    def handle(self, *args: Any, **options: Any) -> None:
        done = remove_demo() if options["remove"] else make_demo()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(done, quiet=options["quiet"])))
        elif isinstance(done, Removed):
            self._tell_removed(done)
        else:
            self._tell_made(done, quiet=options["quiet"])

    def _tell_made(self, done: Made, *, quiet: bool) -> None:
        if not done.made:
            self.stdout.write("The demo was there already.")
        if not quiet:
            for account in done.accounts:
                self.stdout.write(
                    "{role:<11} {username:<16} {password}   {email}".format(**account)
                )
        self.stdout.write(f"{len(done.made)} things made; accounts in {done.path}")

    def _tell_removed(self, done: Removed) -> None:
        for sentence in done.kept:
            self.stdout.write(self.style.WARNING(sentence))
        self.stdout.write(f"The demo is gone, {done.accounts} accounts with it.")


def _as_json(done: Made | Removed, *, quiet: bool) -> dict[str, Any]:
    if isinstance(done, Removed):
        return {"removed_accounts": done.accounts, "kept": done.kept}
    accounts = [] if quiet else done.accounts
    return {"accounts": accounts, "made": done.made, "file": str(done.path)}
