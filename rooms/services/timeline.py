"""Where the kernel keeps a room's messages, and who may say something in it."""

from collections.abc import Mapping
from typing import Any

from chatcore.events import MessageCreated
from chatcore.frames import Frame, event_frame
from chatcore.services.refusals import register_refusal
from chatcore.services.timeline import Column, Timeline
from rooms.selectors.messages import READER_COLUMNS, message_out

register_refusal("room_closed", "The room is closed")
register_refusal("muted", "You are muted in this room", forbidden=True)
register_refusal("read_only", "You may read here, not write", forbidden=True)
register_refusal("bad_reply_to", "The message you reply to is not in this room")


def _created_frame(row: Mapping[str, Any]) -> Frame:
    event = MessageCreated(version=row["created_version"], message=message_out(row))
    return event_frame(f"room:{row['room_id']}", event)


ROOM_TIMELINE = Timeline(
    conversations="chat_rooms",
    messages="room_messages",
    refs="room_message_refs",
    conversation_column="room_id",
    author_column="sender_id",
    created_frame=_created_frame,
    columns={
        "message_type": Column("text", "chat"),
        "content_metadata": Column("jsonb", {}),
        "robot_id": Column("text", ""),
        "robot_response_to_id": Column("uuid"),
        "is_robot_visible_to_guests": Column("boolean", default=False),
        "delivery_status": Column("text", "delivered"),
        "reply_to_message_id": Column("uuid"),
        "thread_id": Column("uuid"),
    },
    rights=(
        "LEFT JOIN room_participants p ON p.room_id = d.conversation AND p.user_id = d.author"
        " LEFT JOIN users a ON a.id = d.author"
        " LEFT JOIN room_messages q ON q.id = d.reply_to_message_id"
    ),
    # Missing and not yours are one answer; then the room's state, then the person's.
    refusal="""CASE
      WHEN p.id IS NULL OR p.status NOT IN ('active', 'muted') THEN 'not_found'
      WHEN a.account_status <> 'active' OR a.deleted_at IS NOT NULL THEN 'not_found'
      WHEN c.status <> 'active' THEN 'room_closed'
      WHEN p.status = 'muted' THEN 'muted'
      WHEN p.role = 'observer' OR NOT p.can_send_messages THEN 'read_only'
      WHEN d.reply_to_message_id IS NOT NULL AND q.room_id IS DISTINCT FROM c.id THEN 'bad_reply_to'
    END""",
    reader_columns=READER_COLUMNS,
    reader_joins="LEFT JOIN users u ON u.id = m.sender_id",
    # Who speaks has read what stands above.
    also="""UPDATE room_participants p SET last_read_seq = x.seq, last_read_at = x.at
      FROM (SELECT conversation, author, max(seq) AS seq, max(created_at) AS at
            FROM fresh GROUP BY conversation, author) x
      WHERE p.room_id = x.conversation AND p.user_id = x.author""",
)
