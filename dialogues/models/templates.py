"""Ready-made beginnings of dialogues (seed 000, `dialogue_templates`)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from chatcore.models.conversations import CONTENT_MAX

STARTERS_MOST = 10
SUGGESTIONS_MOST = 12
SUGGESTION_LENGTH = 300
# What people do with a template is counted, not told as history.
UNTRACKED = ["usage_count", "rating", "rating_sum", "rating_count", "updated_at"]


class StarterRole(models.TextChoices):
    """Who may speak before the person does; the person's own words are theirs."""

    SYSTEM = "system"
    ASSISTANT = "assistant"


def validate_starters(value: Any) -> None:
    """A list of `{"role": "system" | "assistant", "content"}`."""
    if not isinstance(value, list) or len(value) > STARTERS_MOST:
        raise ValidationError(f"Give a list of at most {STARTERS_MOST} messages.")
    for message in value:
        if not isinstance(message, dict) or set(message) != {"role", "content"}:
            raise ValidationError("A message has a role and a content, and nothing else.")
        if message["role"] not in StarterRole.values:
            raise ValidationError("The role of a starter message is system or assistant.")
        content = message["content"]
        if not isinstance(content, str) or not content.strip() or "\0" in content:
            raise ValidationError("A starter message says something.")
        if len(content) > CONTENT_MAX:
            raise ValidationError(f"A starter message has at most {CONTENT_MAX:,} characters.")


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=UNTRACKED)),
    pghistory.DeleteEvent(),
    model_name="DialogueTemplateHistory",
    exclude=UNTRACKED,
    meta={"db_table": "dialogue_templates_history", "verbose_name_plural": "template history"},
)
class DialogueTemplate(models.Model):
    """A system prompt, starter messages and suggested questions under a name.

    `rating` is the mean of what people gave the dialogues they began from it; `rating_sum` and
    `rating_count` stand behind it, so that a rating costs the same for the first and the millionth.
    """

    class Type(models.TextChoices):
        """Those dialogues that a person begins; seed 000 names the first two."""

        BOOK = "book"
        CHARACTER = "character"
        ASSISTANT = "assistant"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True, max_length=2_000)
    type = models.CharField(max_length=10, choices=Type.choices)
    category = models.CharField(max_length=50, blank=True)
    system_prompt = models.TextField(max_length=10_000)
    initial_messages = models.JSONField(
        default=list,
        blank=True,
        help_text='Said at the beginning: [{"role": "assistant", "content": "…"}]',
    )
    suggested_questions = ArrayField(
        models.CharField(max_length=SUGGESTION_LENGTH),
        size=SUGGESTIONS_MOST,
        default=list,
        blank=True,
        help_text="Offered as buttons in a new dialogue.",
    )
    temperature = models.DecimalField(
        max_digits=2,
        decimal_places=1,
        default=Decimal("0.7"),
        validators=[MinValueValidator(0), MaxValueValidator(2)],
    )
    model_preference = models.CharField(max_length=100, blank=True)
    usage_count = models.IntegerField(default=0, editable=False)
    rating = models.DecimalField(
        max_digits=2, decimal_places=1, default=Decimal("0.0"), editable=False
    )
    rating_sum = models.BigIntegerField(default=0, editable=False)
    rating_count = models.BigIntegerField(default=0, editable=False)
    is_active = models.BooleanField(default=True, help_text="Offered to people.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="dialogue_templates",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dialogue_templates"
        constraints = [
            models.CheckConstraint(
                name="dialogue_templates_type",
                condition=Q(type__in=["book", "character", "assistant"]),
            ),
            models.CheckConstraint(
                name="dialogue_templates_temperature", condition=Q(temperature__range=(0, 2))
            ),
            models.CheckConstraint(
                name="dialogue_templates_rating", condition=Q(rating__range=(0, 5))
            ),
            models.CheckConstraint(
                name="dialogue_templates_counts",
                condition=Q(usage_count__gte=0, rating_count__gte=0, rating_sum__gte=0),
            ),
            models.CheckConstraint(
                name="dialogue_templates_named", condition=~Q(name="") & ~Q(system_prompt="")
            ),
        ]
        indexes = [
            # GET templates/?type= and ?category=, the most used first.
            models.Index(fields=["type", "-usage_count", "-id"], name="dialogue_templates_type"),
            models.Index(
                fields=["category", "-usage_count", "-id"], name="dialogue_templates_category"
            ),
            # GET templates/ for everybody: those that are offered, the most used first.
            models.Index(
                fields=["-usage_count", "-id"],
                name="dialogue_templates_active",
                condition=Q(is_active=True),
            ),
            # The same for who keeps them, and the admin.
            models.Index(fields=["-usage_count", "-id"], name="dialogue_templates_usage"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Not among the field's validators: migrations would have to import it."""
        try:
            validate_starters(self.initial_messages)
        except ValidationError as error:
            raise ValidationError({"initial_messages": error.messages}) from None
