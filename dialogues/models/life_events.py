"""What happened in a person's life (seed 001): the mental state is computed from these."""

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from chatcore.ids import uuid7

DESCRIPTION_MAX = 500
LEVEL_MOST = 100

# `description__length` in the check below.
models.TextField.register_lookup(Length)
_LEVEL = [MinValueValidator(0), MaxValueValidator(LEVEL_MOST)]


class LifeEventType(models.TextChoices):
    """Seed 001's list."""

    WORK = "work"
    EXERCISE = "exercise"
    SOCIAL = "social"
    MEAL = "meal"
    BREAK = "break"
    SLEEP = "sleep"
    OTHER = "other"


@pghistory.track(
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["updated_at"])),
    pghistory.DeleteEvent(),
    model_name="LifeEventHistory",
    exclude=["updated_at"],
    meta={"db_table": "life_events_history", "verbose_name_plural": "life event history"},
)
class LifeEvent(models.Model):
    """Something that happened, and how its person stood afterwards: both levels are 0 to 100."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="life_events",
        db_index=False,
    )
    event_type = models.CharField(max_length=8, choices=LifeEventType.choices)
    description = models.TextField(max_length=DESCRIPTION_MAX, blank=True, default="")
    energy_level = models.PositiveSmallIntegerField(validators=_LEVEL)
    stress_level = models.PositiveSmallIntegerField(validators=_LEVEL)
    # When it happened, which may be long before it was written down.
    timestamp = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "life_events"
        constraints = [
            models.CheckConstraint(
                name="life_events_type", condition=Q(event_type__in=LifeEventType.values)
            ),
            models.CheckConstraint(
                name="life_events_energy", condition=Q(energy_level__range=(0, LEVEL_MOST))
            ),
            models.CheckConstraint(
                name="life_events_stress", condition=Q(stress_level__range=(0, LEVEL_MOST))
            ),
            models.CheckConstraint(
                name="life_events_description",
                condition=Q(description__length__lte=DESCRIPTION_MAX),
            ),
        ]
        indexes = [
            # events_between(): what is recent; the list by page, newest first; and the cascade.
            models.Index(fields=["user", "-timestamp", "-id"], name="life_events_user_time"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type}: {self.description[:60]}"
