"""Messages of dialogues and what they cite, one partition a month by the UUIDv7 `id`."""

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, StrIndex
from django.db.models.lookups import GreaterThan
from psqlextra.models import PostgresPartitionedModel
from psqlextra.types import PostgresPartitioningMethod

from chatcore.ids import public_code, uuid7
from chatcore.models.columns import dollars
from chatcore.models.conversations import CONTENT_MAX, Message, MessageRef
from dialogues.models.books import BookPassage
from dialogues.models.sessions import DialogueSession

# `content__length` in the checks below.
models.TextField.register_lookup(Length)


class MessageRole(models.TextChoices):
    """Seed 001 numbers them 0 system, 1 human, 2 ai."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


@pghistory.track(
    pghistory.UpdateEvent(condition=pghistory.AnyChange("content", "deleted_at")),
    pghistory.DeleteEvent(),
    model_name="DialogueMessageHistory",
    fields=["id", "session", "role", "content", "deleted_at"],
    meta={"db_table": "dialogue_messages_history", "verbose_name_plural": "message history"},
)
class DialogueMessage(Message, PostgresPartitionedModel):
    """One message. Said through `dialogues.services.turns`, changed through `…services.messages`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)  # type: ignore[assignment]
    session = models.ForeignKey(
        DialogueSession, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    role = models.CharField(max_length=9, choices=MessageRole.choices)
    # The question that an assistant's message answers.
    reply_to_message = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="answers", db_index=False
    )
    # The answer that took this one's place when its question was asked again.
    replaced_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="replaces", db_index=False
    )
    tokens_used = models.IntegerField(null=True)
    # US dollars; null where the price of the model is not known, or none was asked.
    cost = dollars(null=True)
    model_used = models.CharField(max_length=100, blank=True, default="")
    response_time_ms = models.IntegerField(null=True)
    confidence_score = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    error_code = models.CharField(max_length=50, blank=True, default="")
    error_message = models.TextField(blank=True, default="")
    retry_count = models.IntegerField(default=0)
    # Seed 001: 0 = text.
    message_type = models.SmallIntegerField(default=0)
    # Seed 001's `message_metadata`, seed 002's `metadata`.
    metadata = models.JSONField(default=dict, blank=True)
    context_snapshot = models.JSONField(null=True, blank=True)
    tool_calls = models.JSONField(null=True, blank=True)

    class Meta:
        db_table = "dialogue_messages"
        constraints = [
            models.CheckConstraint(
                name="dialogue_messages_role", condition=Q(role__in=MessageRole.values)
            ),
            models.CheckConstraint(
                name="dialogue_messages_content", condition=Q(content__length__lte=CONTENT_MAX)
            ),
            models.CheckConstraint(
                name="dialogue_messages_confidence",
                condition=Q(confidence_score__isnull=True) | Q(confidence_score__range=(0, 1)),
            ),
        ]
        indexes = [
            # messages_before() / messages_after(); see RoomMessage for why not by id.
            models.Index(fields=["session", "seq"], name="dialogue_messages_session_seq"),
            # changes_after().
            models.Index(fields=["session", "version"], name="dialogue_messages_session_ver"),
            # Seed 001's full-text search over one's own messages.
            GinIndex(
                SearchVector("content", config="english"), name="dialogue_messages_content_gin"
            ),
            models.Index(
                fields=["reply_to_message"],
                name="dialogue_messages_reply_to",
                condition=Q(reply_to_message__isnull=False),
            ),
            # What an answer replaced, when it is erased: the foreign key asks.
            models.Index(
                fields=["replaced_by"],
                name="dialogue_messages_replaced",
                condition=Q(replaced_by__isnull=False),
            ),
            # recent_changes(): what search has to read again; a message as it was sent is not in it.
            models.Index(
                fields=["updated_at"],
                name="dialogue_messages_changed",
                condition=~Q(version=F("created_version")),
            ),
        ]

    class PartitioningMeta:
        method = PostgresPartitioningMethod.RANGE
        key = ["id"]

    def __str__(self) -> str:
        return f"{self.seq} {self.role}: {self.content[:60]}"

    @property
    def code(self) -> str:
        """Seed 000's `message_id`: the id in another spelling."""
        return public_code("msg", self.id)


class DialogueMessageRef(MessageRef):
    """The client refs used in a dialogue; a reply's ref is the id of its turn."""

    pk = models.CompositePrimaryKey("conversation_id", "author_id", "client_ref")
    conversation = models.ForeignKey(
        DialogueSession, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        db_table = "dialogue_message_refs"

    def __str__(self) -> str:
        return str(self.client_ref)


class ReferenceType(models.TextChoices):
    CHAPTER = "chapter"
    PAGE = "page"
    PARAGRAPH = "paragraph"
    CHARACTER_MEMORY = "character_memory"


# A foreign key cannot say that a text is part of another row's.
_QUOTES_ITS_PASSAGE = """
    IF NEW.passage_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM book_passages p
        WHERE p.id = NEW.passage_id AND strpos(p.text, NEW.source_text) > 0
    ) THEN
        RAISE EXCEPTION 'The source does not stand in its passage.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'message_references_passage';
    END IF;
    RETURN NEW;
"""


class MessageReference(models.Model):
    """A citation (seed 000): `highlighted_text` stands, letter for letter, in `source_text`, and that
    in its passage. Stored through `dialogues.services.citing`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # references_of(): the citations of one page of messages.
    message = models.ForeignKey(
        DialogueMessage, on_delete=models.CASCADE, related_name="references"
    )
    position = models.PositiveSmallIntegerField(default=0)
    reference_type = models.CharField(max_length=16, choices=ReferenceType.choices)
    passage = models.ForeignKey(
        BookPassage, on_delete=models.SET_NULL, null=True, related_name="references"
    )
    chapter_number = models.IntegerField(null=True)
    page_number = models.IntegerField(null=True)
    paragraph_index = models.IntegerField(null=True)
    source_text = models.TextField(blank=True)
    highlighted_text = models.TextField(blank=True)
    vector_id = models.CharField(max_length=100, blank=True, db_index=True)
    similarity_score = models.DecimalField(max_digits=3, decimal_places=2, null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "message_references"
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                name="message_references_type", condition=Q(reference_type__in=ReferenceType.values)
            ),
            models.CheckConstraint(
                name="message_references_similarity",
                condition=Q(similarity_score__isnull=True) | Q(similarity_score__range=(0, 1)),
            ),
            models.CheckConstraint(
                name="message_references_quotation",
                condition=GreaterThan(StrIndex(F("source_text"), F("highlighted_text")), 0),
            ),
            # Each type says the place that it is named after.
            models.CheckConstraint(
                name="message_references_place",
                condition=Q(reference_type=ReferenceType.CHARACTER_MEMORY)
                | Q(reference_type=ReferenceType.CHAPTER, chapter_number__isnull=False)
                | Q(reference_type=ReferenceType.PAGE, page_number__isnull=False)
                | Q(reference_type=ReferenceType.PARAGRAPH, paragraph_index__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="quotes_its_passage",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=_QUOTES_ITS_PASSAGE,
            )
        ]

    def __str__(self) -> str:
        return f"{self.reference_type} {self.chapter_number}/{self.paragraph_index}"
