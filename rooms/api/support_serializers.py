"""Canned responses, macros, agents and policies: bodies in, objects out."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import StrictSerializer
from chatcore.models.conversations import CONTENT_MAX
from chatcore.models.users import CurrentStatus, SupportLevel
from rooms.api.escalation_serializers import Words
from rooms.api.serializers import PersonOut
from rooms.models import Availability, BreachAction, Level, RoomMode

PERSONAL = "Only for me; false shares it, which needs chat:support:share."


class CannedChanges(StrictSerializer):
    short_code = serializers.CharField(max_length=40, required=False)
    title = serializers.CharField(max_length=100, required=False, allow_blank=True)
    text = serializers.CharField(
        max_length=CONTENT_MAX,
        required=False,
        trim_whitespace=False,
        help_text="{{customer_name}} and the like are filled in.",
    )
    level = serializers.ChoiceField(choices=Level.choices, required=False, allow_null=True)


class NewCanned(CannedChanges):
    short_code = serializers.CharField(max_length=40)
    text = serializers.CharField(max_length=CONTENT_MAX, trim_whitespace=False)
    is_personal = serializers.BooleanField(required=False, default=True, help_text=PERSONAL)


class SharedOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    is_personal = serializers.BooleanField()
    level = serializers.ChoiceField(
        choices=Level.choices, allow_null=True, help_text="Null: every level."
    )
    use_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class CannedOut(SharedOut):
    short_code = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField()


class FillCanned(StrictSerializer):
    escalation = serializers.UUIDField()


class FilledOut(serializers.Serializer[Any]):
    text = serializers.CharField()


class MacroChanges(StrictSerializer):
    name = serializers.CharField(max_length=100, required=False)
    actions = serializers.ListField(
        child=serializers.DictField(),
        max_length=20,
        required=False,
        help_text='In order: [{"action": "reply", "text": "…"}, {"action": "start"}].',
    )
    level = serializers.ChoiceField(choices=Level.choices, required=False, allow_null=True)


class NewMacro(MacroChanges):
    name = serializers.CharField(max_length=100)
    actions = serializers.ListField(child=serializers.DictField(), max_length=20)
    is_personal = serializers.BooleanField(required=False, default=True, help_text=PERSONAL)


class MacroOut(SharedOut):
    name = serializers.CharField()
    actions = serializers.ListField(child=serializers.DictField())


class MyProfile(StrictSerializer):
    availability = serializers.ChoiceField(choices=Availability.choices)


class AgentChanges(StrictSerializer):
    skills = Words()
    max_load = serializers.IntegerField(min_value=0, max_value=1_000, required=False)
    availability = serializers.ChoiceField(choices=Availability.choices, required=False)


class AgentOut(serializers.Serializer[Any]):
    """An agent: whether they take work, and how much they have."""

    user = PersonOut()
    support_level = serializers.ChoiceField(choices=SupportLevel.choices)
    current_status = serializers.ChoiceField(choices=CurrentStatus.choices)
    availability = serializers.ChoiceField(choices=Availability.choices)
    takes_work = serializers.BooleanField()
    skills = serializers.ListField(child=serializers.CharField())
    load = serializers.IntegerField()
    max_load = serializers.IntegerField()
    last_assigned_at = serializers.DateTimeField(allow_null=True)


class PolicyVersionOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    first_response_seconds = serializers.IntegerField(allow_null=True)
    next_response_seconds = serializers.IntegerField(allow_null=True)
    resolution_seconds = serializers.IntegerField(allow_null=True)
    warn_percent = serializers.IntegerField()
    pause_while_waiting = serializers.BooleanField()
    breach_action = serializers.ChoiceField(choices=BreachAction.choices)
    room_mode = serializers.ChoiceField(choices=RoomMode.choices)
    schedule = serializers.DictField(help_text="Empty: always open.")
    created_at = serializers.DateTimeField()


class PolicyOut(serializers.Serializer[Any]):
    """A promise; the first of its versions is in force."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    level = serializers.ChoiceField(choices=Level.choices, allow_null=True)
    priority = serializers.IntegerField(allow_null=True)
    is_active = serializers.BooleanField()
    versions = PolicyVersionOut(many=True)
    created_at = serializers.DateTimeField()
