"""A backup is worth what its restore is worth: dumped, restored beside it, and gone through."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from chatcore.embedded.binaries import postgres_home
from chatcore.embedded.owner import services_owner
from chatcore.live.db import connection_settings
from rooms.services.escalation_states import accept_escalation
from rooms.services.messages import edit_message
from tests.live import own_environment
from tests.rooms import said
from tests.support import escalation_of
from tests.world import cast

Facts = dict[str, int]

# Everything that holds the house together, by its kind and name.
_STRUCTURE = """
SELECT 'trigger ' || tgrelid::regclass || ' ' || tgname, 1 FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname, convalidated::int
  FROM pg_constraint WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace
UNION ALL SELECT 'index ' || indexrelid::regclass, indisvalid::int FROM pg_index
  JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = 'public'::regnamespace
UNION ALL SELECT 'partition ' || inhrelid::regclass || ' of ' || inhparent::regclass, 1 FROM pg_inherits
  JOIN pg_class c ON c.oid = inhparent WHERE c.relnamespace = 'public'::regnamespace
UNION ALL SELECT 'view ' || matviewname, ispopulated::int FROM pg_matviews"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def program(name: str) -> str:
    data_dir = Path(os.environ["CHATCORE_DATA_DIR"])
    return str(postgres_home(data_dir, services_owner(data_dir)) / "bin" / name)


def facts(database: psycopg.Connection[tuple[str, int]]) -> Facts:
    """How many rows each table has, and its structure."""
    found: Facts = dict(database.execute(_STRUCTURE).fetchall())
    for (table,) in database.execute(_TABLES).fetchall():  # type: ignore[misc]
        count = sql.SQL("SELECT '', count(*) FROM {}").format(sql.Identifier(table))
        row = database.execute(count).fetchone()
        found[f"rows of {table}"] = row[1] if row else -1
    return found


@pytest.fixture
def restored(committed: None, tmp_path: Path) -> Iterator[dict[str, object]]:
    """How to connect to a database made from a dump of this one, in which a matter is under way."""
    world = cast()
    row = accept_escalation(escalation_of(world.mira).pk, by=world.ana)
    message = said(row.source_room, world.mira, "kept").id
    edit_message(user=world.mira, room=row.source_room_id, message=message, content="kept well")
    name, dump = f"restored_{uuid4().hex[:8]}", tmp_path / "chatcore.dump"
    url = own_environment()["DATABASE_URL"]
    subprocess.run([program("pg_dump"), "--format=custom", f"--file={dump}", url], check=True)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
    try:
        target = f"--dbname={url.rpartition('/')[0]}/{name}"
        options = ["--no-owner", "--exit-on-error", "--jobs=2", target]
        subprocess.run([program("pg_restore"), *options, str(dump)], check=True)
        yield {**connection_settings(), "dbname": name}
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_a_dump_restores_every_row_and_all_that_guards_them(restored: dict[str, object]) -> None:
    with (
        psycopg.connect(**connection_settings()) as here,
        psycopg.connect(**restored, autocommit=True) as there,  # type: ignore[arg-type]
    ):
        kept, back = facts(here), facts(there)
        assert kept["rows of room_messages"] == 3
        assert back == kept

        changed = "UPDATE room_messages SET content = 'by hand' WHERE content = 'kept well'"
        assert there.execute(changed).rowcount == 1
        assert facts(there)["rows of room_messages_history"] == 2, "its triggers write on"
        with pytest.raises(psycopg.errors.CheckViolation):
            there.execute("UPDATE escalations SET priority = 9")
