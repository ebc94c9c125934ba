"""Remembered facts (seeds 000 and 001): one row a fact, with where it comes from."""

from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from dialogues.models.messages import DialogueMessage
from dialogues.models.sessions import DialogueSession

KEY_MAX = 64


class FactCategory(models.TextChoices):
    """The first three are parts of seed 001's `facts`, the others of its `personality_insights`."""

    PREFERENCES = "preferences"
    PERSONAL_INFO = "personal_info"
    CONTEXT_PATTERNS = "context_patterns"
    TRAITS = "traits"
    COMMUNICATION_PATTERNS = "communication_patterns"
    LEARNED_BEHAVIORS = "learned_behaviors"


FACT_CATEGORIES = (
    FactCategory.PREFERENCES,
    FactCategory.PERSONAL_INFO,
    FactCategory.CONTEXT_PATTERNS,
)
INSIGHT_CATEGORIES = (
    FactCategory.TRAITS,
    FactCategory.COMMUNICATION_PATTERNS,
    FactCategory.LEARNED_BEHAVIORS,
)


class RememberedFact(models.Model):
    """What a message told of its person. Written by `dialogues.services.facts` alone.

    The newest source of a key says what holds; earlier ones stay below it as its history and hold
    again when the newer message is taken back. A forgotten fact keeps its place without its value,
    so that it is not learned from the same message again. There is no other history: what was
    forgotten must be nowhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # By session: the index below serves.
    session = models.ForeignKey(
        DialogueSession,
        on_delete=models.CASCADE,
        related_name="remembered_facts",
        db_index=False,
    )
    category = models.CharField(max_length=24, choices=FactCategory.choices)
    key = models.CharField(max_length=KEY_MAX)
    # A text, a number, true or false, or a list of these; null once forgotten.
    value = models.JSONField(null=True)
    # One entry of a list: the key's value is the list of all of them.
    is_item = models.BooleanField(default=False)
    # 1: the person said so word for word in a correction; below: how sure the learning was.
    confidence = models.DecimalField(max_digits=3, decimal_places=2)
    # "rules", the name of a model, or "person".
    learned_by = models.CharField(max_length=100)
    # The database deletes a fact with its message (migration `facts_go_with_their_source`); the
    # index finds them. None: the person wrote it down, beside the dialogue.
    source_message = models.ForeignKey(
        DialogueMessage,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_constraint=False,
    )
    learned_at = models.DateTimeField(auto_now_add=True)
    corrected_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "remembered_facts"
        constraints = [
            models.CheckConstraint(
                name="remembered_facts_category", condition=Q(category__in=FactCategory.values)
            ),
            models.CheckConstraint(
                name="remembered_facts_key", condition=Q(key__regex=r"^[a-z][a-z0-9_]*$")
            ),
            models.CheckConstraint(
                name="remembered_facts_confidence", condition=Q(confidence__range=(0, 1))
            ),
            models.CheckConstraint(
                name="remembered_facts_forgotten",
                condition=Q(forgotten_at__isnull=True, value__isnull=False)
                | Q(forgotten_at__isnull=False, value__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["source_message", "category", "key"],
                name="remembered_facts_once",
                condition=Q(is_item=False),
            ),
        ]
        indexes = [
            # facts_of(): all of a dialogue, and its facts by page.
            models.Index(fields=["session", "-id"], name="remembered_facts_session"),
        ]

    def __str__(self) -> str:
        return f"{self.category}.{self.key}"
