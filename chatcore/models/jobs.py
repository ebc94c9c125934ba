"""Long work that a person waits for and may watch: imports, exports, erasures."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from chatcore.ids import uuid7
from chatcore.models.users import User


class JobState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(models.Model):
    """What was asked for, how far it is, what came of it. Written by `chatcore.services.jobs`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    # 0 while nobody knows.
    total = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=500, blank=True, default="")
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="jobs")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "jobs"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="ck_jobs_state"),
            models.CheckConstraint(
                condition=Q(total=0) | Q(done__lte=F("total")), name="ck_jobs_done_within_total"
            ),
        ]
        indexes = [
            # The admin's list: unfinished first, then the latest.
            models.Index(fields=["state", "-created_at"], name="idx_jobs_state_created"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"
