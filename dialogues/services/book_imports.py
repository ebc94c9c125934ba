"""Importing an uploaded book in a worker, as a job that can be watched."""

from __future__ import annotations

from datetime import timedelta
from pathlib import PurePath
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from chatcore.errors import Invalid
from chatcore.ids import uuid7
from chatcore.jobs import enqueue_on_commit
from chatcore.models import Job, JobState, User
from chatcore.services.jobs import create_job, fail_job, finish_job, job_progress
from dialogues.importing import BookUnreadable
from dialogues.services.books import Imported, import_book

log = structlog.get_logger(__name__)

KIND = "book.import"
IMPORT_BOOK = "dialogues.import_book"
# A worker says how far it is about once a second; one that is silent for so long is dead.
SILENCE = timedelta(minutes=2)
_SAY_EVERY_SECONDS = 0.5


class BookTooLarge(Invalid):
    code = "book_too_large"
    status = 413
    title = "The file is too large"


def start_import(
    file: File[bytes],
    *,
    by: User,
    title: str = "",
    author: str = "",
    language: str = "",
    is_knowledge_base: bool = False,
) -> Job:
    """Keep the file and have a worker import it; the job says how far that is.

    When it is done, `result` is `{"book": id, "slug", "title", "created", "warnings"}`; an
    unreadable file fails the job with the reason. Raises BookTooLarge, and Invalid for an empty
    file.
    """
    _check_size(file)
    path = default_storage.save(f"imports/{uuid7()}", file)
    asked = {
        "file": path,
        "name": PurePath(file.name or "").name[:255],
        "title": title,
        "author": author,
        "language": language,
        "is_knowledge_base": is_knowledge_base,
    }
    with transaction.atomic():
        job = create_job(KIND, created_by=by, note="Waiting for a worker", asked=asked)
        enqueue_on_commit(IMPORT_BOOK, job=str(job.pk))
    return job


def _check_size(file: File[bytes]) -> None:
    most = settings.BOOK_UPLOAD_MAX_BYTES
    if file.size > most:
        raise BookTooLarge(f"A book may have at most {most // 1024 // 1024} MiB.")
    if not file.size:
        raise Invalid("The file is empty.", errors={"file": ["The file is empty."]})


def run_import(job_id: UUID) -> None:
    """Carry out the import of a job. Delivered twice, it is done once."""
    job = _claimed(job_id)
    if job is None:
        return
    try:
        imported = _imported(job)
    except BookUnreadable as error:
        fail_job(job_id, error=error.detail)
    except OperationalError:  # the database is away: the sweep begins anew
        raise
    except Exception:
        log.exception("import_broke", job=str(job_id))
        fail_job(job_id, error="The fault is ours and has been logged.")
    else:
        finish_job(job_id, result=_result(imported))
    default_storage.delete(job.result["file"])


def sweep_imports() -> int:
    """Ask again for every import that nobody works on; how many those were."""
    lost = list(Job.objects.filter(_unattended(), kind=KIND).values_list("pk", flat=True)[:100])
    with transaction.atomic():
        for job_id in lost:
            enqueue_on_commit(IMPORT_BOOK, job=str(job_id))
    return len(lost)


def _unattended() -> Q:
    silent = Q(updated_at__lt=timezone.now() - SILENCE)
    return silent & Q(state__in=[JobState.QUEUED, JobState.RUNNING])


def _claimed(job_id: UUID) -> Job | None:
    """The job, ours from now on; None when it has ended or another worker is at it."""
    mine = Job.objects.filter(Q(state=JobState.QUEUED) | _unattended(), pk=job_id, kind=KIND)
    if not mine.update(state=JobState.RUNNING, note="Reading", updated_at=timezone.now()):
        return None
    return Job.objects.select_related("created_by").get(pk=job_id)


def _imported(job: Job) -> Imported:
    asked = job.result
    try:
        with default_storage.open(asked["file"]) as file:
            data = file.read()
    except FileNotFoundError:
        raise BookUnreadable("The uploaded file is gone. Upload it again.") from None
    return import_book(
        data,
        asked["name"],
        title=asked["title"],
        author=asked["author"],
        language=asked["language"],
        is_knowledge_base=asked["is_knowledge_base"],
        created_by=job.created_by,
        progress=_Teller(job.pk),
    )


class _Teller:
    """Writes progress to the job, at most twice a second."""

    def __init__(self, job_id: UUID) -> None:
        self._job_id = job_id
        self._next = 0.0

    def __call__(self, done: int, total: int, note: str) -> None:
        # What is told inside the storing transaction is seen when the book is: nobody would see it.
        if transaction.get_connection().in_atomic_block or monotonic() < self._next:
            return
        self._next = monotonic() + _SAY_EVERY_SECONDS
        job_progress(self._job_id, done=done, total=total, note=note.capitalize())


def _result(imported: Imported) -> dict[str, Any]:
    book = imported.book
    return {
        "book": str(book.pk),
        "slug": book.slug,
        "title": book.title,
        "created": imported.created,
        "warnings": list(imported.warnings),
    }
