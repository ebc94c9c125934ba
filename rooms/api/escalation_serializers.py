"""Escalations: bodies in, checked; objects out, described for OpenAPI."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import StrictSerializer
from rooms.api.serializers import PersonOut
from rooms.models import EscalationStatus, EventKind, Level, Outcome
from rooms.models.conclusions import TEXT_MAX
from rooms.models.escalations import NOTE_MAX, REASON_MAX


class Words(serializers.ListField):
    """Skills or tags: at most 20 of at most 50 characters."""

    def __init__(self) -> None:
        super().__init__(child=serializers.CharField(max_length=50), max_length=20, required=False)


class Escalate(StrictSerializer):
    """`POST rooms/{id}/escalate/`. An agent who hands a matter up says what the next one must know."""

    to_level = serializers.ChoiceField(choices=Level.choices)
    reason = serializers.CharField(max_length=REASON_MAX)
    priority = serializers.IntegerField(
        min_value=1, max_value=5, required=False, help_text="1 is high, 5 is low; 3 unless said."
    )
    handover_note = serializers.CharField(max_length=NOTE_MAX, required=False, allow_blank=True)
    required_skills = Words()
    tags = Words()


class HandUp(StrictSerializer):
    """`POST escalations/{id}/escalate/`: to the level above unless one is named."""

    to_level = serializers.ChoiceField(choices=Level.choices, required=False)
    handover_note = serializers.CharField(max_length=NOTE_MAX)
    reason = serializers.CharField(max_length=REASON_MAX, required=False, allow_blank=True)
    priority = serializers.IntegerField(min_value=1, max_value=5, required=False)
    required_skills = Words()
    tags = Words()


class Assign(StrictSerializer):
    """Without `user`: to oneself. `note`: why; kept for good where somebody else has it in hand."""

    user = serializers.UUIDField(required=False)
    note = serializers.CharField(max_length=NOTE_MAX, required=False, allow_blank=True)


class Transfer(StrictSerializer):
    """Without `user`: back into the queue."""

    user = serializers.UUIDField(required=False)
    note = serializers.CharField(max_length=NOTE_MAX, required=False, allow_blank=True)


class Reason(StrictSerializer):
    reason = serializers.CharField(max_length=NOTE_MAX, required=False, allow_blank=True)


class Resolve(StrictSerializer):
    resolution_notes = serializers.CharField(max_length=NOTE_MAX, required=False, allow_blank=True)


class Snooze(StrictSerializer):
    """`until` null wakes it."""

    until = serializers.DateTimeField(allow_null=True)


class EscalationChanges(StrictSerializer):
    priority = serializers.IntegerField(min_value=1, max_value=5, required=False)
    tags = Words()
    required_skills = Words()


class Conclude(StrictSerializer):
    """`outcome` may be missing where the conversation is concluded already: then it is rated."""

    outcome = serializers.ChoiceField(choices=Outcome.choices, required=False)
    summary = serializers.CharField(max_length=TEXT_MAX, required=False, allow_blank=True)
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False)
    comment = serializers.CharField(max_length=TEXT_MAX, required=False, allow_blank=True)


class ConclusionOut(serializers.Serializer[Any]):
    """How a conversation ended, and what its customer thought of it."""

    id = serializers.UUIDField()
    room = serializers.UUIDField()
    escalation = serializers.UUIDField(allow_null=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    summary = serializers.CharField(allow_blank=True)
    concluded_by = PersonOut(allow_null=True)
    concluded_at = serializers.DateTimeField()
    rating = serializers.IntegerField(allow_null=True)
    comment = serializers.CharField(allow_blank=True)
    rated_by = PersonOut(allow_null=True)
    rated_at = serializers.DateTimeField(allow_null=True)


class BriefOut(serializers.Serializer[Any]):
    """What everybody in the rooms of an escalation may know; also the data of `escalation.changed`."""

    id = serializers.UUIDField()
    source_room = serializers.UUIDField()
    target_room = serializers.UUIDField(allow_null=True)
    customer = serializers.UUIDField()
    from_level = serializers.ChoiceField(choices=Level.choices)
    to_level = serializers.ChoiceField(choices=Level.choices)
    status = serializers.ChoiceField(choices=EscalationStatus.choices)
    assigned_to_user = PersonOut(allow_null=True)
    assigned_at = serializers.DateTimeField(allow_null=True)
    first_response_at = serializers.DateTimeField(allow_null=True)
    resolved_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class SlaOut(serializers.Serializer[Any]):
    """When each promise is due; null where it is paused, met, or was never made."""

    first_response_due = serializers.DateTimeField(allow_null=True)
    first_response_state = serializers.CharField()
    first_response_breached_at = serializers.DateTimeField(allow_null=True)
    next_response_due = serializers.DateTimeField(allow_null=True)
    next_response_state = serializers.CharField()
    next_response_breached_at = serializers.DateTimeField(allow_null=True)
    resolution_due = serializers.DateTimeField(allow_null=True)
    resolution_state = serializers.CharField(
        help_text="running, paused, met, stopped, or none: nothing was promised."
    )
    resolution_breached_at = serializers.DateTimeField(allow_null=True)
    paused = serializers.BooleanField()
    warned = serializers.BooleanField()
    breached = serializers.BooleanField()


class EscalationOut(BriefOut):
    """The whole object, for the people of support. A customer gets their own without what is only
    support's, and while it waits `position` and `expected_wait_seconds`."""

    customer = PersonOut()  # type: ignore[assignment]
    created_by_user = PersonOut(required=False)
    previous = serializers.UUIDField(allow_null=True, required=False)
    escalation_reason = serializers.CharField(required=False)
    handover_note = serializers.CharField(allow_blank=True, required=False)
    priority = serializers.IntegerField(required=False)
    required_skills = serializers.ListField(child=serializers.CharField(), required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    resolution = serializers.CharField(
        allow_blank=True, required=False, help_text="solved, escalated, or empty."
    )
    resolution_notes = serializers.CharField(allow_blank=True, required=False)
    snoozed_until = serializers.DateTimeField(allow_null=True, required=False)
    declined_count = serializers.IntegerField(required=False)
    reopened_count = serializers.IntegerField(required=False)
    accepted_at = serializers.DateTimeField(allow_null=True, required=False)
    started_at = serializers.DateTimeField(allow_null=True, required=False)
    reopened_at = serializers.DateTimeField(allow_null=True, required=False)
    updated_at = serializers.DateTimeField(required=False)
    watcher_count = serializers.IntegerField(required=False)
    is_watched = serializers.BooleanField(required=False)
    sla = SlaOut(required=False)
    position = serializers.IntegerField(
        allow_null=True, required=False, help_text="In the queue; 1 is next."
    )
    expected_wait_seconds = serializers.IntegerField(allow_null=True, required=False)


class LinkOut(BriefOut):
    """One level's part of a matter."""

    customer = PersonOut()  # type: ignore[assignment]
    created_by_user = PersonOut()
    escalation_reason = serializers.CharField()
    handover_note = serializers.CharField(allow_blank=True)
    priority = serializers.IntegerField()
    resolution = serializers.CharField(allow_blank=True)
    resolution_notes = serializers.CharField(allow_blank=True)


class StoryOut(serializers.Serializer[Any]):
    """A line of the story."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=EventKind.choices)
    by_user = PersonOut(allow_null=True, help_text="Null: the system.")
    to_user = PersonOut(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    details = serializers.DictField()
    created_at = serializers.DateTimeField()


class EscalationDetail(EscalationOut):
    """One escalation with its chain, level by level, and its story; both only for support."""

    chain = LinkOut(many=True, required=False)
    story = StoryOut(many=True, required=False)


class CountsOut(serializers.Serializer[Any]):
    """The numbers beside the console's lists."""

    mine = serializers.IntegerField()
    unassigned = serializers.IntegerField()
    breached = serializers.IntegerField()
    watched = serializers.IntegerField()
    snoozed = serializers.IntegerField()
    open = serializers.IntegerField()
    levels = serializers.DictField(child=serializers.IntegerField())
    my_levels = serializers.ListField(child=serializers.CharField())
