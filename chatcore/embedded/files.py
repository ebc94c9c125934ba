"""Small files of the data folder: secrets and states, never open to others, never half written."""

import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any


def write_private(path: Path, text: str, *, uid: int = -1, gid: int = -1) -> None:
    """Replace `path` at one stroke with a file of mode 0600, owned by `uid:gid` where given."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w") as file:
        file.write(text)
    if uid >= 0:
        os.chown(name, uid, gid)
    Path(name).replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in `path`; an empty one when the file is missing or broken."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write `value` to `path`, mode 0600."""
    write_private(path, json.dumps(value, indent=1) + "\n")


def ensure_secret(path: Path) -> None:
    """Make the key file with 64 random characters unless it is there."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48) + "\n")
