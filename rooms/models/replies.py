"""What agents need not type again: canned responses and macros."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from chatcore.models.conversations import CONTENT_MAX
from rooms.models.sla import LEVELS

# Counted with every use; history is for what people write.
UNTRACKED = ["use_count", "updated_at"]


class Shared(models.Model):
    """`owner` null: everybody's of the level; `level` null: of every level."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    level = models.CharField(max_length=8, null=True, blank=True)  # noqa: DJ001
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    use_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=UNTRACKED)),
    pghistory.DeleteEvent(),
    model_name="CannedResponseHistory",
    exclude=UNTRACKED,
    meta={"db_table": "canned_responses_history", "verbose_name_plural": "canned response history"},
)
class CannedResponse(Shared):
    """A text by its short code: `/hello`. Variables are written {{customer_name}}."""

    short_code = models.CharField(max_length=40)
    title = models.CharField(max_length=100, blank=True, default="")
    text = models.TextField(max_length=CONTENT_MAX)

    class Meta:
        db_table = "canned_responses"
        constraints = [
            # Typed after "/": one text for one code, whoever's it is.
            models.UniqueConstraint(
                fields=["owner", "short_code"],
                nulls_distinct=False,
                name="canned_responses_code",
            ),
            models.CheckConstraint(
                name="canned_responses_level",
                condition=Q(level__isnull=True) | Q(level__in=LEVELS),
            ),
        ]

    def __str__(self) -> str:
        return f"/{self.short_code}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=UNTRACKED)),
    pghistory.DeleteEvent(),
    model_name="MacroHistory",
    exclude=UNTRACKED,
    meta={"db_table": "macros_history", "verbose_name_plural": "macro history"},
)
class Macro(Shared):
    """Several actions at once, in order: `[{"action": "reply", "text": …}, {"action": "resolve"}]`."""

    name = models.CharField(max_length=100)
    actions = models.JSONField(default=list)

    class Meta:
        db_table = "macros"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], nulls_distinct=False, name="macros_name"
            ),
            models.CheckConstraint(
                name="macros_level", condition=Q(level__isnull=True) | Q(level__in=LEVELS)
            ),
        ]

    def __str__(self) -> str:
        return self.name
