"""`manage.py migrate`: Django's, and after it the months of the message tables are there."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import connection

from chatcore.partitions.tables import partitioned_models
from chatcore.services.partitions import create_partitions


class Command(Migrate):
    """A fresh database is never one month away from a failed insert."""

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if options["plan"] or options["check_unapplied"] or options["database"] != "default":
            return
        tables = set(connection.introspection.table_names())
        if all(model._meta.db_table in tables for model in partitioned_models()):
            names = create_partitions()
            if names and options["verbosity"] >= 1:
                self.stdout.write(f"  Created {len(names)} monthly partitions.")
