"""What the figures look like over HTTP."""

from rest_framework import serializers

from analytics.models import ConversationKind
from dialogues.models import DialogueType
from rooms.models import Level


class DialogueAnalyticsObject(serializers.Serializer[object]):
    """The dialogues that began on one day, of one book, character and type (seed 000)."""

    id = serializers.UUIDField(help_text="Made of book, character, type and date; sorts by date.")
    book_id = serializers.UUIDField(allow_null=True)
    character_id = serializers.UUIDField(allow_null=True)
    type = serializers.ChoiceField(choices=DialogueType.choices)
    date = serializers.DateField(help_text="The day in UTC.")
    session_count = serializers.IntegerField()
    unique_users = serializers.IntegerField(help_text="Not to be summed: one may be in many rows.")
    avg_messages_per_session = serializers.FloatField()
    avg_tokens_per_session = serializers.FloatField()
    total_cost = serializers.FloatField(help_text="US dollars.")
    avg_rating = serializers.FloatField(allow_null=True, help_text="1 to 5, of those rated.")
    completed_sessions = serializers.IntegerField()
    avg_session_duration_minutes = serializers.FloatField(
        allow_null=True, help_text="Of those that have ended."
    )


class MessageVolumeObject(serializers.Serializer[object]):
    """The messages that were written on one day, of one kind."""

    id = serializers.UUIDField(help_text="Made of the row's group; sorts by date.")
    date = serializers.DateField(help_text="The day in UTC.")
    conversation = serializers.ChoiceField(choices=ConversationKind.choices)
    type = serializers.CharField(help_text="Of the dialogue, or of the room.")
    kind = serializers.CharField(help_text="A dialogue message's role, a room message's type.")
    book_id = serializers.UUIDField(allow_null=True)
    character_id = serializers.UUIDField(allow_null=True)
    message_count = serializers.IntegerField()


class SupportAnalyticsObject(serializers.Serializer[object]):
    """The escalations that were made on one day, of one level and priority."""

    id = serializers.UUIDField(help_text="Made of the row's group; sorts by date.")
    date = serializers.DateField(help_text="The day in UTC on which they were made.")
    level = serializers.ChoiceField(choices=Level.choices)
    priority = serializers.IntegerField()
    created_count = serializers.IntegerField()
    resolved_count = serializers.IntegerField(help_text="Solved at this level.")
    escalated_count = serializers.IntegerField(help_text="Handed to the next level.")
    cancelled_count = serializers.IntegerField()
    breached_count = serializers.IntegerField(help_text="Of which a promise broke.")
    declined_count = serializers.IntegerField(help_text="How often one was declined.")
    reopened_count = serializers.IntegerField(help_text="How often one was opened again.")
    avg_first_response_seconds = serializers.FloatField(allow_null=True)
    median_first_response_seconds = serializers.FloatField(allow_null=True)
    avg_resolution_seconds = serializers.FloatField(allow_null=True, help_text="Of those solved.")
    median_resolution_seconds = serializers.FloatField(allow_null=True)
    csat_count = serializers.IntegerField(help_text="How many were rated.")
    csat_avg = serializers.FloatField(allow_null=True, help_text="1 to 5, of those rated.")


def columns_of(serializer: type[serializers.Serializer[object]]) -> list[str]:
    return list(serializer().fields)
