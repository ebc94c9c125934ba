"""Dialogue sessions: a person talking with an AI (seeds 000, 001, 002, 004 in one model)."""

import uuid
from decimal import Decimal

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Least, Round

from chatcore.ids import public_code
from chatcore.models.columns import dollars
from chatcore.models.conversations import Conversation
from dialogues.models.books import Book, Character
from dialogues.models.templates import DialogueTemplate

# What the seed's DECIMAL(10,4) can hold.
TOTAL_COST_MAX = Decimal("999999.9999")

UNTRACKED = [
    "last_seq",
    "version",
    "own_version",
    "last_message_id",
    "last_message_at",
    "updated_at",
    "message_count",
    "human_messages",
    "ai_messages",
    "total_tokens_used",
    "total_cost",
    "exact_cost",
    # What was said is forgotten where it was said, so no history keeps a summary of it.
    "conversation_summary",
]


class DialogueType(models.TextChoices):
    """`book` and `character` are seed 000's, `assistant` 002's and 004's, `companion` 001's."""

    BOOK = "book"
    CHARACTER = "character"
    ASSISTANT = "assistant"
    COMPANION = "companion"


# Until its person calls it something else.
COMPANION_TITLE = "Companion"


class DialogueStatus(models.TextChoices):
    ACTIVE = "active"
    ENDED = "ended"
    ARCHIVED = "archived"


@pghistory.track(
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=UNTRACKED)),
    pghistory.DeleteEvent(),
    model_name="DialogueSessionHistory",
    exclude=UNTRACKED,
    meta={"db_table": "dialogue_sessions_history", "verbose_name_plural": "dialogue history"},
)
class DialogueSession(Conversation):
    """One conversation of one person. 001's `user_conversations` is the row of type `companion`."""

    session_id = models.CharField(max_length=50, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="dialogues",
        db_index=False,
    )
    type = models.CharField(max_length=10, choices=DialogueType.choices)
    book = models.ForeignKey(
        Book, on_delete=models.CASCADE, null=True, blank=True, related_name="dialogues"
    )
    character = models.ForeignKey(
        Character, on_delete=models.SET_NULL, null=True, blank=True, related_name="dialogues"
    )
    # What it was begun from. Indexed below, where there is one.
    template = models.ForeignKey(
        DialogueTemplate,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="dialogues",
        db_index=False,
    )
    title = models.CharField(max_length=500, blank=True)
    initial_question = models.TextField(blank=True, max_length=10_000)
    status = models.CharField(
        max_length=10, choices=DialogueStatus.choices, default=DialogueStatus.ACTIVE
    )
    message_count = models.IntegerField(default=0, editable=False)
    # Seed 001's statistics, counted with each message: what its query counts anew each time.
    human_messages = models.IntegerField(default=0, editable=False)
    ai_messages = models.IntegerField(default=0, editable=False)
    context_window = models.IntegerField(
        default=4000, validators=[MinValueValidator(256), MaxValueValidator(1_000_000)]
    )
    system_prompt = models.TextField(blank=True, max_length=10_000)
    temperature = models.DecimalField(
        max_digits=2,
        decimal_places=1,
        default=Decimal("0.7"),
        validators=[MinValueValidator(0), MaxValueValidator(2)],
    )
    model_name = models.CharField(max_length=100, blank=True)
    total_tokens_used = models.IntegerField(default=0, editable=False)
    # US dollars: the sum of the messages' costs, and what the seed keeps of it.
    exact_cost = dollars(default=Decimal(0), editable=False)
    total_cost = models.DecimalField(
        max_digits=10, decimal_places=4, default=Decimal(0), editable=False
    )
    user_rating = models.PositiveSmallIntegerField(null=True, blank=True)
    personality_settings = models.JSONField(default=dict, blank=True)
    conversation_summary = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dialogue_sessions"
        constraints = [
            models.CheckConstraint(
                name="dialogue_sessions_type", condition=Q(type__in=DialogueType.values)
            ),
            models.CheckConstraint(
                name="dialogue_sessions_status", condition=Q(status__in=DialogueStatus.values)
            ),
            models.CheckConstraint(
                name="dialogue_sessions_rating",
                condition=Q(user_rating__isnull=True) | Q(user_rating__range=(1, 5)),
            ),
            models.CheckConstraint(
                name="dialogue_sessions_temperature", condition=Q(temperature__range=(0, 2))
            ),
            models.CheckConstraint(
                name="dialogue_sessions_book",
                condition=~Q(type__in=["book", "character"]) | Q(book__isnull=False),
            ),
            models.CheckConstraint(
                name="dialogue_sessions_cost",
                condition=Q(
                    total_cost=Least(Round("exact_cost", precision=4), Value(TOTAL_COST_MAX))
                ),
            ),
            # Seed 001: exactly one persistent conversation per person.
            models.UniqueConstraint(
                fields=["user"], name="dialogue_sessions_companion", condition=Q(type="companion")
            ),
            # It is persistent: neither ended nor archived nor deleted, whichever door is used.
            models.CheckConstraint(
                name="dialogue_sessions_companion_stays",
                condition=~Q(type="companion") | Q(status="active", deleted_at__isnull=True),
            ),
        ]
        indexes = [
            # dialogues_of(): the active dialogues of a person, last spoken in first.
            models.Index(
                fields=["user", "status", "-last_message_at"], name="dialogue_sessions_user"
            ),
            # dialogues_of() by page: newest made first.
            models.Index(fields=["user", "-id"], name="dialogue_sessions_user_id"),
            # A template's dialogues, when it is deleted.
            models.Index(
                fields=["template"],
                name="dialogue_sessions_template",
                condition=Q(template__isnull=False),
            ),
            # outlived_dialogues(): the daily clean-up. The silent ones are found by reading the table
            # once a day: an index on updated_at would be written with every message.
            models.Index(
                fields=["deleted_at"],
                name="dialogue_sessions_deleted",
                condition=Q(deleted_at__isnull=False),
            ),
            # dialogue_analytics groups by day; the admin filters by it.
            models.Index(fields=["-created_at"], name="dialogue_sessions_created"),
        ]

    def __str__(self) -> str:
        return self.title or self.session_id

    def save(self, *args: object, **kwargs: object) -> None:
        """The code is the id in another spelling, so it is set here and nowhere else."""
        self.session_id = public_code("dlg", uuid.UUID(str(self.pk)))
        super().save(*args, **kwargs)  # type: ignore[arg-type]
