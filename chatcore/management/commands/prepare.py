"""`manage.py prepare`: bring the database to where this code needs it; safe to repeat."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand

from chatcore.models import User


class Command(BaseCommand):
    """What `up` and the container of a release run before anything serves."""

    help = "Migrate, create the partitions ahead and, in an empty database, load the demo."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="never load the demo")

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=1 if options["verbosity"] > 1 else 0)
        self.stdout.write("migrated")
        call_command("partitions", create=True, stdout=_Silent())
        if not options["no_demo"] and "demo" in get_commands() and _is_empty():
            self.stdout.write("loading the demo")
            call_command("demo", quiet=True)  # `up` prints the accounts


class _Silent:
    """An output that keeps nothing."""

    def write(self, _text: str) -> None:
        return


def _is_empty() -> bool:
    return not User.all_objects.exists()
