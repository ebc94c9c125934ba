#!/usr/bin/env python
"""The one command of the product: `python manage.py help` lists what it can do."""

import os
import sys

_MEND = "Mend: run `make run`, or activate the project's environment (.venv/bin/activate)."


def up(words: list[str]) -> int:
    try:
        from chatcore.embedded.up import main as run
    except ImportError as missing:
        raise SystemExit(f"{missing.name} is not installed in this Python.\n{_MEND}") from missing
    return run(words)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["up"]:
        # Before Django reads its settings: `up` starts the servers that they name.
        raise SystemExit(up(sys.argv[2:]))
    try:
        from django.core.management import execute_from_command_line
    except ImportError as missing:
        raise SystemExit(f"Django is not installed in this Python.\n{_MEND}") from missing
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
