"""When each materialized view was last added up."""

from django.db import models

from chatcore.ids import uuid7


class Refresh(models.Model):
    """One row per view: its last refresh. What happened after `refreshed_at` is not in it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    view = models.CharField(max_length=63, unique=True)
    # The start of the refresh, not its end: what was committed before is counted.
    refreshed_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "analytics_refreshes"
        verbose_name_plural = "refreshes"

    def __str__(self) -> str:
        return self.view
