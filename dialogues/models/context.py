"""What a dialogue remembers (seeds 000 and 001, `dialogue_context` and `conversation_context`)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from dialogues.models.sessions import DialogueSession


class DialogueContext(models.Model):
    """One row per session, all that a turn reads of its memory.

    `remembered_facts`, `facts` and `personality_insights` are kept true from the rows of
    `RememberedFact`; `discussed_topics`, `key_points`, `context_themes` and the session's
    `conversation_summary` from `conversation_memory` (`dialogues.selectors.memory.Memory`).
    """

    session = models.OneToOneField(
        DialogueSession, on_delete=models.CASCADE, primary_key=True, related_name="context"
    )
    # Nothing from later chapters is shown to a reader who asks for no spoilers.
    current_chapter = models.IntegerField(null=True, blank=True)
    discussed_chapters = ArrayField(models.IntegerField(), default=list, blank=True)
    discussed_topics = ArrayField(models.TextField(), default=list, blank=True)
    key_points = ArrayField(models.TextField(), default=list, blank=True)
    character_state = models.CharField(max_length=100, blank=True)
    emotional_tone = models.CharField(max_length=50, blank=True)
    remembered_facts = models.JSONField(default=list, blank=True)
    relationship_level = models.IntegerField(default=0)
    context_messages = models.JSONField(default=list, blank=True)
    context_tokens = models.IntegerField(default=0)
    embedded_context = models.TextField(blank=True)
    facts = models.JSONField(default=dict, blank=True)
    personality_insights = models.JSONField(default=dict, blank=True)
    communication_style = models.JSONField(default=dict, blank=True)
    context_themes = models.JSONField(default=dict, blank=True)
    mental_state_summary = models.TextField(blank=True)
    recent_events_summary = models.TextField(blank=True)
    conversation_memory = models.JSONField(default=dict, blank=True)
    personality_state = models.JSONField(default=dict, blank=True)
    # How far the dialogue was digested, and from when on the rest is owed (null: nothing is).
    digested_seq = models.BigIntegerField(default=0)
    digest_due_at = models.DateTimeField(null=True, blank=True)
    # A worker is at it until then.
    digest_lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # 001's `last_updated`.
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dialogue_context"
        indexes = [
            # Dialogues that touched a topic or a chapter (seed 000).
            GinIndex(fields=["discussed_topics"], name="dialogue_context_topics"),
            GinIndex(fields=["discussed_chapters"], name="dialogue_context_chapters"),
            # owed_digests(): the sweep.
            models.Index(
                fields=["digest_due_at"],
                name="dialogue_context_digest_due",
                condition=Q(digest_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"context of {self.session_id}"
