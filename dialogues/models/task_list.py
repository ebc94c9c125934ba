"""Tasks (seeds 002 and 004): a person's list, which the assistant's tools act on, too."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from chatcore.ids import uuid7

TITLE_MAX = 200
DESCRIPTION_MAX = 1_000

# `title__length` and `description__length` in the checks below.
models.CharField.register_lookup(Length)
models.TextField.register_lookup(Length)


@pghistory.track(
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["updated_at"])),
    pghistory.DeleteEvent(),
    model_name="TaskHistory",
    exclude=["updated_at"],
    meta={"db_table": "tasks_history", "verbose_name_plural": "task history"},
)
class Task(models.Model):
    """Something to do. `number` is the person's own count, so that one can say "complete task 2";
    it serves what the seeds' SERIAL id was for, and is never given twice."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tasks", db_index=False
    )
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(max_length=TITLE_MAX)
    description = models.TextField(max_length=DESCRIPTION_MAX, blank=True, default="")
    completed = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "tasks"
        constraints = [
            # task_numbered(): "complete task 2". Also the index by which a person's tasks go with them.
            models.UniqueConstraint(fields=["user", "number"], name="tasks_user_number"),
            models.CheckConstraint(name="tasks_number", condition=Q(number__gte=1)),
            models.CheckConstraint(name="tasks_title", condition=Q(title__length__gte=1)),
            models.CheckConstraint(
                name="tasks_description", condition=Q(description__length__lte=DESCRIPTION_MAX)
            ),
        ]
        indexes = [
            # tasks_of() by page, newest first.
            models.Index(fields=["user", "-id"], name="tasks_user_id"),
            # The same narrowed to open or to completed ones, also `tasks_shown()` of the page.
            models.Index(fields=["user", "completed", "-id"], name="tasks_user_completed"),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.title}"


class TaskCounter(models.Model):
    """The last number that a person's tasks got; the row is the lock under which the next is given."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "task_counters"

    def __str__(self) -> str:
        return f"{self.last_number} tasks of {self.user_id}"
