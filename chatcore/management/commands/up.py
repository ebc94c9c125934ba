"""`manage.py up`. `manage.py` itself starts it, before the settings are read; this is for help."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from chatcore.embedded.up import add_arguments, run


class Command(BaseCommand):
    """Runs until Ctrl-C."""

    help = "Run everything: PostgreSQL, Valkey, web, worker and beat."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        raise SystemExit(run(argparse.Namespace(**options)))
