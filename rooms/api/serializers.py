"""Shapes of the rooms API. Bodies carry the seed's column names; no rule lives here."""

from typing import Any

from rest_framework import serializers

from chatcore.http.serializers import (
    PublicIdField,
    StrictSerializer,
)
from chatcore.models import CurrentStatus
from chatcore.models.conversations import CONTENT_MAX
from rooms.api.graphs import GraphIn
from rooms.models import (
    Audience,
    MessageType,
    ParticipantStatus,
    Role,
    RoomStatus,
    RoomType,
    ScanState,
)

COLOURS = ("green", "blue", "violet", "amber", "red", "grey")
# Whom somebody may say something to: all of the room, or, as a private note, the team.
SAID_TO = ("everyone", "staff")
AUDIENCES = {audience.label: audience for audience in Audience}


class RoomSettings(StrictSerializer):
    """What a room's moderators decide beside its columns; what is not named stays as it is by default."""

    colour = serializers.ChoiceField(choices=COLOURS, required=False)
    # Shown above the first message.
    welcome = serializers.CharField(max_length=500, required=False, allow_blank=True)
    # Whether one sees how far the others have read.
    read_receipts = serializers.BooleanField(required=False)
    # Whether members, not only moderators, may bring others in.
    members_may_invite = serializers.BooleanField(required=False)


class RoomIn(StrictSerializer):
    """What a person sets of a room."""

    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    issue_id = serializers.CharField(max_length=100, required=False, allow_blank=True)
    issue_description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    is_private = serializers.BooleanField(required=False)
    guest_access_allowed = serializers.BooleanField(required=False)
    max_participants = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    room_settings = RoomSettings(required=False)


class NewRoom(RoomIn):
    """`participants` are ids of people to bring in at once; a direct room names exactly one."""

    room_type = serializers.ChoiceField(
        choices=[RoomType.GROUP, RoomType.DIRECT], required=False, default=RoomType.GROUP
    )
    # A room of mine that this one goes on from.
    parent_room = serializers.UUIDField(required=False)
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
    unread_mentions = serializers.IntegerField()


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
    # Null where the person or the room keeps it private.
    last_read_seq = serializers.IntegerField(allow_null=True)


class PresentParticipantOut(ParticipantOut):
    """`is_online`: follows this room now; the rest is of the person, wherever they are."""

    is_online = serializers.BooleanField()
    current_status = serializers.ChoiceField(choices=CurrentStatus.choices)
    last_seen_at = serializers.DateTimeField(allow_null=True)


class NewRoomMessage(StrictSerializer):
    """`client_ref` makes a repeat harmless: the same ref gives the same message.

    `audience` "staff" makes a private note of it. A `graph` has its numbers in `content_metadata`.
    """

    content = serializers.CharField(max_length=CONTENT_MAX, trim_whitespace=False)
    client_ref = serializers.UUIDField(required=False)
    reply_to = PublicIdField(prefix="msg", required=False)
    thread = PublicIdField(prefix="msg", required=False)
    audience = serializers.ChoiceField(choices=SAID_TO, required=False)
    message_type = serializers.ChoiceField(choices=["chat", "graph"], required=False)
    content_metadata = GraphIn(required=False)

    def validate(self, message: dict[str, Any]) -> dict[str, Any]:
        is_graph = message.get("message_type") == MessageType.GRAPH
        if is_graph != ("content_metadata" in message):
            raise serializers.ValidationError(
                {"content_metadata": ["A graph needs it, and nothing else takes it."]}
            )
        if "audience" in message:
            message["audience"] = AUDIENCES[message["audience"]]
        return message


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
    audience = serializers.ChoiceField(choices=list(AUDIENCES))
    content_metadata = serializers.DictField()
    # The ids of the participants whom the content names with an @.
    mentions = serializers.ListField(child=serializers.UUIDField())
    robot_id = serializers.CharField(allow_blank=True)
    robot_response_to = serializers.UUIDField(allow_null=True)
    is_robot_visible_to_guests = serializers.BooleanField()
    delivery_status = serializers.CharField()
    reply_to_message = serializers.UUIDField(allow_null=True)
    thread = serializers.UUIDField(allow_null=True)
    client_ref = serializers.UUIDField(allow_null=True)
    attachments = AttachmentOut(many=True)


class MessageVersionOut(serializers.Serializer[Any]):
    """What a message said until `changed_at`, when `changed_by` changed it."""

    content = serializers.CharField(allow_blank=True)
    content_metadata = serializers.DictField()
    changed_at = serializers.DateTimeField()
    changed_by = serializers.UUIDField(allow_null=True)


class MessageHistory(serializers.Serializer[Any]):
    results = MessageVersionOut(many=True)


class RoomMessagePage(serializers.Serializer[Any]):
    """Ascending by `seq` (with `after_version`: by `version`)."""

    results = RoomMessageOut(many=True)
    has_more = serializers.BooleanField()


class ReadMarker(StrictSerializer):
    seq = serializers.IntegerField(min_value=0, max_value=2**63 - 1)


class ReadState(serializers.Serializer[Any]):
    last_read_seq = serializers.IntegerField()
    unread_count = serializers.IntegerField()
