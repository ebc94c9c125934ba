"""`manage.py import_legacy SOURCE`: bring old conversations along."""

import csv
import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import Progress as Bar

from chatcore.errors import ChatcoreError
from chatcore.models import User
from chatcore.selectors.users import account_named
from dialogues.legacy.records import SourceUnreadable
from dialogues.legacy.report import CHANGED, SKIPPED, Report
from dialogues.services.legacy_run import FORMS, Outcome, Wish, import_legacy

_HEADINGS = {"account", "username", "user", "email", "id"}


class Command(BaseCommand):
    help = (
        "Bring conversations and tasks along from a system before this one. Repeating it imports "
        "nothing twice; a run that was stopped goes on where it was. Exits with 1 when something "
        "could not be read as a whole."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "source",
            help="postgres://user:password@host/name, a folder, a file, or an export's ZIP",
        )
        parser.add_argument("--from", dest="form", default="", choices=("", *FORMS))
        parser.add_argument("--name", default="", help="of the source; serial numbers are its own")
        parser.add_argument("--schema", default="public", help="of PostgreSQL")
        parser.add_argument("--table", default="", help="which table a single file is")
        parser.add_argument("--encoding", default="utf-8", help="of files")
        parser.add_argument("--users", type=Path, help="CSV: their id of a person, account here")
        parser.add_argument("--user", default="", help="whose a ChatGPT export is")
        parser.add_argument(
            "--create-users", action="store_true", help="make accounts for unknown ones"
        )
        parser.add_argument("--report", type=Path, help="where the report goes (JSON lines)")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would happen, store nothing"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        gc.freeze()  # what is loaded stays: looking through it again and again is a tenth of the time
        try:
            wish = _wish(options)
            path = _report_path(options, wish)
            with _writing(path) as file:
                report = Report(file)
                outcome = self._run(wish, report, quiet=options["json"])
        except (SourceUnreadable, ChatcoreError) as error:
            detail = str(error)
            if options["json"]:
                self.stdout.write(json.dumps({"detail": detail}))
            raise CommandError(detail) from None
        self._tell(outcome, report, path, options)

    def _run(self, wish: Wish, report: Report, *, quiet: bool) -> Outcome:
        console = Console(stderr=True, quiet=quiet or not sys.stderr.isatty())
        with Bar(console=console, transient=True) as bar:
            task = bar.add_task("Reading", total=None)

            def progress(what: str, done: int, total: int | None) -> None:
                bar.update(task, description=what, completed=done, total=total)

            return import_legacy(wish, report, progress)

    def _tell(
        self, outcome: Outcome, report: Report, path: Path | None, options: dict[str, Any]
    ) -> None:
        if options["json"]:
            facts = _facts(outcome, report, path) | {"dry_run": options["dry_run"]}
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
            return
        for line in _sentences(outcome, dry_run=options["dry_run"]):
            self.stdout.write(line)
        for heading, counts, reasons in (
            ("Left out", report.skipped, SKIPPED),
            ("Came along changed", report.changed, CHANGED),
        ):
            for reason, count in counts.most_common():
                examples = "; ".join(report.examples[reason])
                self.stdout.write(f"{heading}: {count:,} {reason}: {reasons[reason]} ({examples})")
        for warning in outcome.warnings:
            self.stderr.write(self.style.WARNING(warning))
        if path:
            self.stdout.write(f"Each of them stands in {path}.")
        done = "Nothing was stored (--dry-run)." if options["dry_run"] else "Done."
        self.stdout.write(self.style.SUCCESS(done))


def _wish(options: dict[str, Any]) -> Wish:
    return Wish(
        source=options["source"],
        form=options["form"],
        name=options["name"],
        schema=options["schema"],
        table=options["table"],
        encoding=options["encoding"],
        mapping=_mapping(options["users"]) if options["users"] else None,
        create_users=options["create_users"],
        user=_account(options["user"], "--user") if options["user"] else None,
        dry_run=options["dry_run"],
    )


def _mapping(path: Path) -> dict[str, User]:
    """`their id,account here` a line; a line of headings may stand first."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceUnreadable(
            f"{path} cannot be read: {error}.", "It is to be CSV in UTF-8."
        ) from None
    if rows and rows[0][-1].strip().lower() in _HEADINGS:
        rows = rows[1:]
    if wrong := next((row for row in rows if len(row) != 2), None):
        raise SourceUnreadable(
            f"{path} has a line of {len(wrong)} fields: {','.join(wrong)[:80]}.",
            "Each line holds two: their id of the person, and a username, e-mail or id here.",
        )
    return {theirs.strip(): _account(ours.strip(), str(path)) for theirs, ours in rows}


def _account(name: str, where: str) -> User:
    found = account_named(name)
    if found is None:
        raise SourceUnreadable(
            f"{where} names {name}, and no account here has this id, username or e-mail.",
            "Make it first, or correct the name.",
        )
    return found


def _report_path(options: dict[str, Any], wish: Wish) -> Path | None:
    """A dry run writes nothing, unless it is told where."""
    if options["report"] or wish.dry_run:
        path: Path | None = options["report"]
        return path
    moment = timezone.now().strftime("%Y-%m-%d-%H%M%S-%f")
    return Path(settings.DATA_DIR) / "imports" / f"{moment}.jsonl"


@contextmanager
def _writing(path: Path | None) -> Iterator[TextIO | None]:
    """The report quotes people's words: for its owner only."""
    if path is None:
        yield None
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise SourceUnreadable(
            f"{path} cannot be written: {error.strerror}.", "Use --report."
        ) from None
    with file:
        yield file


def _sentences(outcome: Outcome, *, dry_run: bool) -> Iterator[str]:
    found = outcome.imported
    came = "would come" if dry_run else "came"
    yield f"From “{outcome.name}” ({outcome.form}) {came} along:"
    yield f"  {found.dialogues:,} new dialogues, {found.messages:,} messages, {found.tasks:,} tasks"
    if found.stored > found.messages:
        yield f"  (stored as {found.stored:,} messages, since long ones have parts)"
    if found.memories:
        yield f"  {found.memories:,} companions' memories"
    if found.first and found.last:
        yield f"  from {found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}"
    if found.months:
        yield f"  {len(found.months)} months made for them: {', '.join(found.months)}"
    if outcome.people_made:
        yield f"  {len(outcome.people_made):,} new accounts, which sign in once they reset the password"
    if found.already:
        yield f"Here already: {found.already:,}."


def _facts(outcome: Outcome, report: Report, path: Path | None) -> dict[str, Any]:
    found = asdict(outcome.imported)
    found |= {name: found[name] and found[name].isoformat() for name in ("first", "last")}
    return {
        "name": outcome.name,
        "form": outcome.form,
        **found,
        "accounts": outcome.people_made,
        "skipped": dict(report.skipped),
        "changed": dict(report.changed),
        "warnings": outcome.warnings,
        "report": str(path) if path else None,
    }
