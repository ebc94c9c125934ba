"""Shapes of the rooms API. Bodies carry the seed's column names; no rule lives here."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import (
    PlainObjectField,
    PublicIdField,
    StrictSerializer,
)
from chatcore.models.conversations import CONTENT_MAX
from rooms.models import MessageType, ParticipantStatus, Role, RoomStatus, RoomType, ScanState


class RoomIn(StrictSerializer):
    """What a person sets of a room."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    issue_id = serializers.CharField(max_length=100, required=False, allow_blank=True)
    issue_description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    is_private = serializers.BooleanField(required=False)
    guest_access_allowed = serializers.BooleanField(required=False)
    max_participants = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    room_settings = PlainObjectField(required=False)


class NewRoom(RoomIn):
    """`participants` are ids of people to bring in at once; a direct room names exactly one."""

    room_type = serializers.ChoiceField(
        choices=[RoomType.GROUP, RoomType.DIRECT], required=False, default=RoomType.GROUP
    )
    participants = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=200
    )


class RoomChanges(RoomIn):
    status = serializers.ChoiceField(choices=RoomStatus.choices, required=False)


class RoomOut(serializers.Serializer[Any]):
    """A room as one of its participants sees it."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    room_type = serializers.ChoiceField(choices=RoomType.choices)
    status = serializers.ChoiceField(choices=RoomStatus.choices)
    issue_id = serializers.CharField()
    issue_description = serializers.CharField()
    is_private = serializers.BooleanField()
    guest_access_allowed = serializers.BooleanField()
    max_participants = serializers.IntegerField()
    creator = serializers.UUIDField()
    parent_room = serializers.UUIDField(allow_null=True)
    escalation_level = serializers.IntegerField()
    room_settings = serializers.DictField()
    created_at = serializers.DateTimeField()
    last_seq = serializers.IntegerField()
    version = serializers.IntegerField()
    last_message_at = serializers.DateTimeField(allow_null=True)
    role = serializers.ChoiceField(choices=Role.choices)
    last_read_seq = serializers.IntegerField()
    unread_count = serializers.IntegerField()


class PersonOut(serializers.Serializer[Any]):
    """Somebody in a room."""

    id = serializers.UUIDField()
    username = serializers.CharField()
    display_name = serializers.CharField()
    account_type = serializers.CharField()


class NewParticipant(StrictSerializer):
    user = serializers.UUIDField()
    role = serializers.ChoiceField(choices=Role.choices, required=False)


class ParticipantChanges(StrictSerializer):
    role = serializers.ChoiceField(choices=Role.choices, required=False)
    status = serializers.ChoiceField(
        choices=[ParticipantStatus.ACTIVE, ParticipantStatus.MUTED], required=False
    )
    can_send_messages = serializers.BooleanField(required=False)
    can_invite_others = serializers.BooleanField(required=False)
    can_see_history = serializers.BooleanField(required=False)


class ParticipantOut(serializers.Serializer[Any]):
    room = serializers.UUIDField()
    user = PersonOut()
    role = serializers.ChoiceField(choices=Role.choices)
    status = serializers.ChoiceField(choices=ParticipantStatus.choices)
    can_send_messages = serializers.BooleanField()
    can_invite_others = serializers.BooleanField()
    can_see_history = serializers.BooleanField()
    joined_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True)
    last_read_seq = serializers.IntegerField()


class PresentParticipantOut(ParticipantOut):
    is_online = serializers.BooleanField()


class NewRoomMessage(StrictSerializer):
    """`client_ref` makes a repeat harmless: the same ref gives the same message."""

    content = serializers.CharField(max_length=CONTENT_MAX, trim_whitespace=False)
    client_ref = serializers.UUIDField(required=False)
    reply_to = PublicIdField(prefix="msg", required=False)
    message_type = serializers.ChoiceField(choices=["chat"], required=False)


class RoomMessageChanges(StrictSerializer):
    content = serializers.CharField(max_length=CONTENT_MAX, trim_whitespace=False)


class AttachmentOut(serializers.Serializer[Any]):
    """A file of a message. `url` is null until it was found clean."""

    id = serializers.UUIDField()
    original_filename = serializers.CharField()
    file_size = serializers.IntegerField(help_text="In bytes.")
    mime_type = serializers.CharField(help_text="By its first bytes.")
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    excerpt = serializers.CharField(allow_blank=True)
    thumbnail_url = serializers.CharField(allow_blank=True)
    preview_available = serializers.BooleanField()
    scan_state = serializers.ChoiceField(choices=ScanState.choices)
    url = serializers.CharField(allow_null=True)


class RoomMessageOut(serializers.Serializer[Any]):
    """A message; a deleted one keeps its place with empty content."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    room = serializers.UUIDField()
    seq = serializers.IntegerField()
    version = serializers.IntegerField()
    sender = PersonOut()
    content = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    deleted_at = serializers.DateTimeField(allow_null=True)
    message_type = serializers.ChoiceField(choices=MessageType.choices)
    content_metadata = serializers.DictField()
    robot_id = serializers.CharField(allow_blank=True)
    robot_response_to = serializers.UUIDField(allow_null=True)
    is_robot_visible_to_guests = serializers.BooleanField()
    delivery_status = serializers.CharField()
    reply_to_message = serializers.UUIDField(allow_null=True)
    thread = serializers.UUIDField(allow_null=True)
    client_ref = serializers.UUIDField(allow_null=True)
    attachments = AttachmentOut(many=True)


class RoomMessagePage(serializers.Serializer[Any]):
    """Ascending by `seq` (with `after_version`: by `version`)."""

    results = RoomMessageOut(many=True)
    has_more = serializers.BooleanField()


class ReadMarker(StrictSerializer):
    seq = serializers.IntegerField(min_value=0, max_value=2**63 - 1)


class ReadState(serializers.Serializer[Any]):
    last_read_seq = serializers.IntegerField()
    unread_count = serializers.IntegerField()
