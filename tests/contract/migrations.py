"""`python -m tests.contract.migrations`: do the migrations say all that the models say? No database."""

from __future__ import annotations

import os
import sys

OURS = {"chatcore", "dialogues", "rooms", "analytics"}


def missing() -> list[str]:
    """What `makemigrations` would add to our apps."""
    from django.apps import apps
    from django.db.migrations.autodetector import MigrationAutodetector
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.state import ProjectState

    loader = MigrationLoader(None)
    present = ProjectState.from_apps(apps)
    changes = MigrationAutodetector(loader.project_state(), present).changes(graph=loader.graph)
    return [
        f"{app}: {operation.describe()}"
        for app, migrations in changes.items()
        if app in OURS
        for migration in migrations
        for operation in migration.operations
    ]


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    found = missing()
    if found:
        print("Not in any migration:", *found, "Mend: manage.py pgmakemigrations", sep="\n  ")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
