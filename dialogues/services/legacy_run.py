"""One run of an import: read the source into order, then store it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from chatcore.errors import Conflict
from chatcore.models import User
from dialogues.legacy import chatgpt
from dialogues.legacy.files import FileTables
from dialogues.legacy.postgres import PostgresTables
from dialogues.legacy.records import SourceUnreadable
from dialogues.legacy.report import Report
from dialogues.legacy.rows import records_of
from dialogues.legacy.staging import Staging
from dialogues.legacy.tables import form_of
from dialogues.services.legacy_import import Imported, Importer
from dialogues.services.legacy_memory import import_memories
from dialogues.services.legacy_people import People
from dialogues.services.legacy_tasks import import_tasks

FORMS = ("companion", "assistant", "chatgpt")
_LOCK = 0x6C656761
# (what is being done, done, total)
Progress = Callable[[str, int, int | None], None]


class ImportAtWork(Conflict):
    code = "import_at_work"
    title = "Another import is at work; wait for it, or stop it"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an operator asks for. `source`: a postgres:// URL or a path; `form` empty: recognised."""

    source: str
    form: str = ""
    name: str = ""
    schema: str = "public"
    table: str = ""
    encoding: str = "utf-8"
    mapping: dict[str, User] | None = None
    create_users: bool = False
    user: User | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    form: str
    imported: Imported
    people_made: list[str]
    warnings: list[str]


def import_legacy(wish: Wish, report: Report, progress: Progress) -> Outcome:
    """Bring a source along. Raises SourceUnreadable, ImportAtWork.

    Safe to kill and to repeat: what is stored is remembered with it.
    """
    with _alone(), _staging() as staging:
        form = _read(wish, staging, report, progress)
        name = wish.name or form
        people = _people(wish, name, form, staging)
        total, done = staging.count("messages"), 0

        def step(count: int) -> None:
            nonlocal done
            done += count
            progress("Storing messages", done, total)

        importer = Importer(name, people, report, dry_run=wish.dry_run, progress=step)
        importer.conversations(staging)
        imported = importer.imported
        progress("Storing tasks", 0, None)
        tasks, already = import_tasks(staging, people, report, name, dry_run=wish.dry_run)
        imported.tasks, imported.already = tasks, imported.already + already
        imported.memories = import_memories(staging, people, report, name, dry_run=wish.dry_run)
        return Outcome(name, form, imported, people.made, _warnings(imported, form))


def _read(wish: Wish, staging: Staging, report: Report, progress: Progress) -> str:
    """Fill the staging; the form that the source was found to have."""

    def watched(records: Iterator[Any]) -> Iterator[Any]:
        for number, record in enumerate(records, 1):
            if number % 1_000 == 0:
                progress("Reading", number, None)
            yield record

    path = Path(wish.source)
    if wish.form == "chatgpt" or (
        not wish.form and _is_path(wish.source) and chatgpt.is_export(path)
    ):
        if wish.user is None:
            raise SourceUnreadable(
                "A ChatGPT export does not say which account here is its person's.",
                "Name it: --user USERNAME.",
            )
        staging.take(watched(chatgpt.records_of(path, str(wish.user.pk), report)))
        form = "chatgpt"
    else:
        form = _read_tables(wish, staging, report, watched)
    staging.ready()
    return form


def _read_tables(
    wish: Wish,
    staging: Staging,
    report: Report,
    watched: Callable[[Iterator[Any]], Iterator[Any]],
) -> str:
    if _is_path(wish.source):
        tables: Any = FileTables(Path(wish.source), table=wish.table, encoding=wish.encoding)
    else:
        tables = PostgresTables(wish.source, wish.schema)
    form = wish.form or form_of(tables.names())
    staging.take(watched(records_of(tables, form, report)))
    return form


def _people(wish: Wish, name: str, form: str, staging: Staging) -> People:
    mapping = dict(wish.mapping or {})
    if form == "chatgpt" and wish.user:
        mapping[str(wish.user.pk)] = wish.user
    known = {person.key: person for person in staging.people()}
    return People(name, mapping, known, create=wish.create_users, dry_run=wish.dry_run)


def _is_path(source: str) -> bool:
    return not source.startswith(("postgres://", "postgresql://"))


def _warnings(imported: Imported, form: str) -> list[str]:
    """What the operator would be sorry to learn tomorrow."""
    days = settings.ASSISTANT_KEPT_DAYS
    old = imported.first and (timezone.now() - imported.first).days >= days
    if form == "companion" or not days or not old:
        return []
    warning = (
        f"ASSISTANT_KEPT_DAYS={days}: the next clean-up deletes dialogues in which nobody spoke for so "
        "long, those that came along just now, too."
    )
    return [warning]


@contextmanager
def _alone() -> Iterator[None]:
    """One import at a time; the lock goes with the connection, so a killed run holds nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise ImportAtWork
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@contextmanager
def _staging() -> Iterator[Staging]:
    staging = Staging()
    try:
        yield staging
    finally:
        staging.close()
