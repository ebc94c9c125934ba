#!/usr/bin/env python
"""The one command of the product: `python manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as missing:
        raise SystemExit(
            "Django is not installed in this Python.\n"
            "Mend: run `make run`, or activate the project's environment (.venv/bin/activate)."
        ) from missing
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
