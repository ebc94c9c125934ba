"""Whether this code has already prepared this database: then a second start need not look again."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from chatcore.embedded.files import read_json, write_json
from chatcore.embedded.folder import CHECKOUT


def is_prepared(data_dir: Path, url: str) -> bool:
    """Whether migrations, requirements, month and database are those of the last preparation."""
    return bool(read_json(data_dir / "prepared.json").get("mark") == _mark(url))


def note_prepared(data_dir: Path, url: str) -> None:
    """Remember what has just been prepared."""
    write_json(data_dir / "prepared.json", {"mark": _mark(url)})


def _mark(url: str) -> str:
    parts = [
        f"{datetime.now(UTC):%Y-%m}",  # a new month is a reason to look at the partitions
        (CHECKOUT / "requirements.txt").read_text(),
        *sorted(str(path) for path in CHECKOUT.glob("*/migrations/*.py")),
        _database_state(url),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _database_state(url: str) -> str:
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            if connection.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,):
                return "never prepared"
            found = connection.execute(
                "SELECT d.oid, m.n, m.last FROM pg_database d,"
                " (SELECT count(*) AS n, max(id) AS last FROM django_migrations) m"
                " WHERE d.datname = current_database()"
            )
            return str(found.fetchone())
    except psycopg.Error:
        return "never prepared"
