"""Jobs that a person watches: begin one, tell how far it is, end it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone

from chatcore.models import Job, JobState, User


def create_job(
    kind: str,
    *,
    created_by: User | None = None,
    total: int = 0,
    note: str = "",
    asked: dict[str, Any] | None = None,
) -> Job:
    """A queued job. `total` in whatever units `job_progress` counts, 0 while unknown.

    `asked`: what the work needs to know, JSON; it stands in `result` until the job is done.
    """
    return Job.objects.create(
        kind=kind, created_by=created_by, total=total, note=note[:500], result=asked or {}
    )


def job_progress(
    job_id: UUID | str, *, done: int, total: int | None = None, note: str = ""
) -> bool:
    """Say how far a job is. False when it has ended meanwhile: the worker may stop.

    Only an unfinished job moves, so a task that is delivered twice cannot reopen one.
    """
    columns: dict[str, Any] = {
        "state": JobState.RUNNING,
        "done": done,
        "updated_at": timezone.now(),
    }
    if total is not None:
        columns["total"] = max(total, done)
    if note:
        columns["note"] = note[:500]
    return bool(_unfinished(job_id).update(**columns))


def finish_job(job_id: UUID | str, *, result: dict[str, Any] | None = None) -> bool:
    """Done. `result` is JSON for whoever watches. False when it had ended before."""
    now = timezone.now()
    return bool(
        _unfinished(job_id).update(
            state=JobState.DONE, result=result or {}, finished_at=now, updated_at=now
        )
    )


def fail_job(job_id: UUID | str, *, error: str) -> bool:
    """Failed. `error` is a sentence for people: the cause and the mend, no stack trace."""
    now = timezone.now()
    return bool(
        _unfinished(job_id).update(
            state=JobState.FAILED, error=error[:5000], finished_at=now, updated_at=now
        )
    )


def _unfinished(job_id: UUID | str) -> Any:
    return Job.objects.filter(pk=job_id, state__in=[JobState.QUEUED, JobState.RUNNING])
