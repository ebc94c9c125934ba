"""Jobs, for whoever may watch them."""

from __future__ import annotations

from uuid import UUID

from chatcore.errors import NotFound
from chatcore.models import Job, User


def job_for(user: User, job_id: UUID) -> Job:
    """A job that `user` asked for; staff with `account:job:view` sees everybody's.

    Raises NotFound, whether it is missing or another's.
    """
    job = Job.objects.filter(pk=job_id).first()
    if job is None or (job.created_by_id != user.pk and not user.can("account:job:view")):
        raise NotFound
    return job
