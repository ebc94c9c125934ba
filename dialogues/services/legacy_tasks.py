"""Old tasks: as they were, under the number that people know them by where it is free."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

import pghistory
from django.db import transaction
from django.utils import timezone

from chatcore.ids import uuid7
from dialogues.legacy.records import LegacyTask
from dialogues.legacy.report import Report
from dialogues.legacy.staging import Staging
from dialogues.legacy.values import FUTURE_SLACK
from dialogues.models import LegacyKind, Task, TaskCounter
from dialogues.models.task_list import DESCRIPTION_MAX, TITLE_MAX
from dialogues.services.legacy_keys import Key, fingerprint, known_keys, remember_keys
from dialogues.services.legacy_people import People
from dialogues.services.legacy_rows import insert_as_they_are


def import_tasks(
    staging: Staging, people: People, report: Report, source: str, *, dry_run: bool = False
) -> tuple[int, int]:
    """How many came along (in a dry run: would), and how many were here already. One transaction a
    person."""
    imported = already = 0
    with pghistory.context(source="import_legacy", name=source):
        for owner, tasks in _by_person(staging, people, report):
            known = known_keys(source, LegacyKind.TASK, [task.key for task in tasks])
            fresh = [task for task in tasks if _is_fresh(task, known, report)]
            already += sum(_is_same(task, known) for task in tasks)
            imported += len(fresh)
            if fresh:
                _import(fresh, owner, report, source, dry_run=dry_run)
    return imported, already


def _by_person(
    staging: Staging, people: People, report: Report
) -> Iterator[tuple[UUID, list[LegacyTask]]]:
    for owner, group in groupby(staging.tasks(), key=lambda task: task.owner):
        tasks = list(group)
        account = people.account(owner)
        if isinstance(account, UUID):
            yield account, tasks
            continue
        for task in tasks:
            report.skip(account, task.place, task.key, owner)


def _is_fresh(task: LegacyTask, known: dict[str, tuple[UUID, UUID]], report: Report) -> bool:
    reason = ""
    if task.created_at and task.created_at > timezone.now() + FUTURE_SLACK:
        reason = "in_the_future"
    elif not task.title and not task.description:
        reason = "empty"
    elif task.key in known and not _is_same(task, known):
        reason = "other_record"
    if reason:
        report.skip(reason, task.place, task.key)
    return not reason and task.key not in known


def _is_same(task: LegacyTask, known: dict[str, tuple[UUID, UUID]]) -> bool:
    return task.key in known and known[task.key][0] == _print(task)


def _print(task: LegacyTask) -> UUID:
    """Whose it is and since when: title and state may have changed there since."""
    return fingerprint(task.owner, task.created_at.isoformat() if task.created_at else "")


def _import(
    tasks: Sequence[LegacyTask], owner: UUID, report: Report, source: str, *, dry_run: bool
) -> None:
    with transaction.atomic():
        numbers = _numbers(tasks, owner, report, dry_run=dry_run)
        rows = [_row(task, owner, numbers[task.key], report) for task in tasks]
        if dry_run:
            return
        insert_as_they_are(rows)
        keys = [
            Key(task.key, _print(task), row.pk, owner)
            for task, row in zip(tasks, rows, strict=True)
        ]
        remember_keys(source, LegacyKind.TASK, keys)


def _numbers(
    tasks: Sequence[LegacyTask], owner: UUID, report: Report, *, dry_run: bool
) -> dict[str, int]:
    """Theirs where it is above every number given here, for none is given twice; else the next."""
    last = _last_number(owner, dry_run=dry_run)
    numbers = {task.key: task.number for task in tasks if task.number and task.number > last}
    last = max([last, *numbers.values()])
    for task in tasks:
        if task.key not in numbers:
            last += 1
            numbers[task.key] = last
            if task.number:
                report.change("number", task.place, task.key, f"{task.number} is now {last}")
    if not dry_run:
        TaskCounter.objects.filter(user_id=owner).update(last_number=last)
    return numbers


def _last_number(owner: UUID, *, dry_run: bool) -> int:
    """The row is the lock under which numbers are given."""
    if dry_run:
        found = TaskCounter.objects.filter(user_id=owner).first()
        return found.last_number if found else 0
    TaskCounter.objects.get_or_create(user_id=owner)
    return TaskCounter.objects.select_for_update().get(user_id=owner).last_number


def _row(task: LegacyTask, owner: UUID, number: int, report: Report) -> Task:
    title, description = task.title, task.description
    if len(title) > TITLE_MAX or len(description) > DESCRIPTION_MAX:
        report.change("cut", task.place, task.key, f"{title}\n\n{description}")
    title = title or " ".join(description.split())
    made, changed = _ages(task)
    return Task(
        id=uuid7(made),
        user_id=owner,
        number=number,
        title=title if len(title) <= TITLE_MAX else title[: TITLE_MAX - 1] + "…",
        description=description[:DESCRIPTION_MAX],
        completed=task.completed,
        created_at=made,
        updated_at=changed,
    )


def _ages(task: LegacyTask) -> tuple[datetime, datetime]:
    """When it was made, and last changed."""
    now = timezone.now()
    made = min(task.created_at or task.updated_at or now, now)
    return made, max(made, min(task.updated_at or made, now))
