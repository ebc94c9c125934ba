"""Dialogues that people keep, and show to others (seed 000, `saved_dialogues`)."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from dialogues.models.sessions import DialogueSession

TAGS_MOST = 20
TAG_LENGTH = 50
NOTES_MAX = 10_000


@pghistory.track(
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["updated_at"])),
    pghistory.DeleteEvent(),
    model_name="SavedDialogueHistory",
    exclude=["updated_at"],
    meta={"db_table": "saved_dialogues_history", "verbose_name_plural": "saved dialogue history"},
)
class SavedDialogue(models.Model):
    """One's own dialogue with a title, notes and tags. Notes and tags are for oneself, always.

    A public one shows what was said up to `shared_up_to` (a `seq`): what is said afterwards stays
    private until it is shared again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # By user: the unique key and the index below serve.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="saved_dialogues",
        db_index=False,
    )
    session = models.ForeignKey(DialogueSession, on_delete=models.CASCADE, related_name="saved_as")
    title = models.CharField(max_length=500, blank=True)
    notes = models.TextField(blank=True, max_length=NOTES_MAX)
    tags = ArrayField(
        models.CharField(max_length=TAG_LENGTH), size=TAGS_MOST, default=list, blank=True
    )
    is_public = models.BooleanField(default=False)
    shared_up_to = models.BigIntegerField(null=True, editable=False)
    shared_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "saved_dialogues"
        constraints = [
            models.UniqueConstraint(fields=["user", "session"], name="saved_dialogues_unique"),
            models.CheckConstraint(
                name="saved_dialogues_shared",
                condition=Q(is_public=True, shared_up_to__isnull=False, shared_at__isnull=False)
                | Q(is_public=False, shared_up_to__isnull=True, shared_at__isnull=True),
            ),
        ]
        indexes = [
            # saved_by(): a person's, newest first.
            models.Index(fields=["user", "-id"], name="saved_dialogues_user"),
            # saved_by(): ?tag=.
            GinIndex(fields=["tags"], name="saved_dialogues_tags"),
            # public_dialogues(): all that is public, newest first.
            models.Index(
                fields=["-id"], name="saved_dialogues_public", condition=Q(is_public=True)
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)
