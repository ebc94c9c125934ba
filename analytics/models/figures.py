"""The materialized views, read through a thin view that adds what Django and readers need.

`dialogue_analytics` has exactly the columns of its seed, and so no key of its own; Django wants one,
and the admin, too. `<name>_by_day` adds to each row `id`, a UUID made of its group, which sorts by day,
and `refreshed_at`, so that no number is ever read without its age.
"""

from django.db import models

from dialogues.models import Book, Character, DialogueType


class Row(models.Model):
    """What every row has: never written, made by the database."""

    id = models.UUIDField(primary_key=True, editable=False)
    date = models.DateField(help_text="The day in UTC.")
    refreshed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class DialogueAnalytics(Row):
    """Seed 000 `dialogue_analytics`: the dialogues that began on one day, by book, character and type."""

    book = models.ForeignKey(Book, models.DO_NOTHING, null=True, related_name="+")
    character = models.ForeignKey(Character, models.DO_NOTHING, null=True, related_name="+")
    type = models.CharField(max_length=10, choices=DialogueType.choices)
    session_count = models.BigIntegerField()
    unique_users = models.BigIntegerField()
    avg_messages_per_session = models.DecimalField(max_digits=12, decimal_places=2)
    avg_tokens_per_session = models.DecimalField(max_digits=12, decimal_places=2)
    # US dollars.
    total_cost = models.DecimalField(max_digits=10, decimal_places=4)
    avg_rating = models.DecimalField(max_digits=2, decimal_places=1, null=True)
    completed_sessions = models.BigIntegerField()
    avg_session_duration_minutes = models.DecimalField(max_digits=12, decimal_places=2, null=True)

    class Meta:
        managed = False
        db_table = "dialogue_analytics_by_day"
        verbose_name_plural = "dialogue analytics"

    def __str__(self) -> str:
        return f"{self.date} {self.type}"


class ConversationKind(models.TextChoices):
    """What was talked in, and so which of the two message tables."""

    DIALOGUE = "dialogue", "Dialogues"
    ROOM = "room", "Rooms"


class MessageVolume(Row):
    """Messages written on one day, by kind: `dialogue_messages` by role, `room_messages` by type.

    `type` is that of the dialogue or of the room; book and character are those of the dialogue.
    """

    conversation = models.CharField(max_length=8, choices=ConversationKind.choices)
    type = models.CharField(max_length=10)
    kind = models.CharField(max_length=9)
    book = models.ForeignKey(Book, models.DO_NOTHING, null=True, related_name="+")
    character = models.ForeignKey(Character, models.DO_NOTHING, null=True, related_name="+")
    message_count = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "message_volume_by_day"
        verbose_name_plural = "message volume"

    def __str__(self) -> str:
        return f"{self.date} {self.conversation} {self.kind}"


class SupportAnalytics(Row):
    """The escalations that were made on one day, by level and priority, and how they went.

    Times are seconds from the call to the first word, and to the solution; null where there is none.
    """

    level = models.CharField(max_length=8)
    priority = models.PositiveSmallIntegerField()
    created_count = models.BigIntegerField()
    resolved_count = models.BigIntegerField()
    escalated_count = models.BigIntegerField()
    cancelled_count = models.BigIntegerField()
    breached_count = models.BigIntegerField()
    declined_count = models.BigIntegerField()
    reopened_count = models.BigIntegerField()
    avg_first_response_seconds = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    median_first_response_seconds = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    avg_resolution_seconds = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    median_resolution_seconds = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    csat_count = models.BigIntegerField()
    csat_avg = models.DecimalField(max_digits=3, decimal_places=2, null=True)

    class Meta:
        managed = False
        db_table = "support_analytics_by_day"
        verbose_name_plural = "support analytics"

    def __str__(self) -> str:
        return f"{self.date} {self.level} {self.priority}"
