"""Where the kernel keeps a room's messages, and who may say something in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from chatcore.events import MessageCreated, Read
from chatcore.frames import Frame, event_frame
from chatcore.selectors.permissions import holds_sql
from chatcore.services.refusals import register_refusal
from chatcore.services.timeline import Column, Task, Timeline
from rooms.events import Mentioned
from rooms.models import Audience, MessageType
from rooms.selectors.messages import READER_COLUMNS, message_out
from rooms.selectors.readers import CLEARANCE_SQL, FIRST_VISIBLE_SQL, HELPERS_SQL

register_refusal("room_closed", "The room is closed")
register_refusal("muted", "You are muted in this room", forbidden=True)
register_refusal("read_only", "You may read here, not write", forbidden=True)
register_refusal("may_not_send", "This needs the permission chat:message:send", forbidden=True)
register_refusal("may_not_note", "Private notes are not yours to write", forbidden=True)
register_refusal("bad_reply_to", "The message you reply to is not in this room")
register_refusal("bad_thread", "There is no such message to begin a thread with")
register_refusal("reply_to_note", "An answer to a private note is a private note")


def _created_frame(row: Mapping[str, Any]) -> Frame:
    event = MessageCreated(
        version=row["created_version"],
        message=message_out(row),
        audience=row["audience"],
        speaks=row["message_type"] != MessageType.SYSTEM,
    )
    return event_frame(f"room:{row['room_id']}", event)


def mention_frames(row: Mapping[str, Any], people: Sequence[Any]) -> list[Frame]:
    """Tell each of them, wherever they are, that they were named."""
    event = Mentioned(
        room=str(row["room_id"]), message=str(row["id"]), seq=row["seq"], by=str(row["sender_id"])
    )
    return [event_frame(f"user:{person}", event) for person in people]


def _other_frames(row: Mapping[str, Any]) -> list[Frame]:
    frames = mention_frames(row, row["mentions"])
    is_seen_reading = (
        row["message_type"] != MessageType.SYSTEM and ASIDE not in row["content_metadata"]
    )
    if row["audience"] > Audience.EVERYONE and is_seen_reading:
        # Who does not get the message hears only that its sender has read what stands above.
        read = Read(user=row["sender_id"], seq=row["seq"])
        frames.append(event_frame(f"room:{row['room_id']}", read))
    return frames


# What the message replied to (q) or begun a thread with (t) must be: in the room, and theirs to see.
def _is_theirs(other: str) -> str:
    return (
        f"{other}.room_id IS NOT DISTINCT FROM c.id AND {other}.seq >= {FIRST_VISIBLE_SQL}"
        f" AND {other}.audience <= {CLEARANCE_SQL}"
    )


# Among the metadata of a note: its sender is not in the room.
ASIDE = "aside"
ANSWER_ROOM, DISPATCH = "rooms.answer_room", "rooms.dispatch_webhooks"

# A robot of the room owes an answer in a support room to the person who is helped, until somebody who
# helps is there, and otherwise where it is named or replied to. Robots are not answered: they would never
# end. Support comes first: whoever replies to the robot there may ask for a person, too.
# The id is a UUIDv7 of the message's own time.
_ASKED_SQL = f"""INSERT INTO robot_interactions (id, message_id, room_id, robot_id, request_data,
    status, attempts, replays, started_at, created_at, updated_at)
  SELECT overlay(f.id::text PLACING right(gen_random_uuid()::text, 17) FROM 20)::uuid, f.id,
    f.conversation, r.robot_id, jsonb_build_object('why', w.why), 'pending', 0, 0, f.created_at,
    f.created_at, f.created_at
  FROM robots r
  CROSS JOIN fresh f
  JOIN room_participants p ON p.room_id = f.conversation AND p.user_id = r.user_id
    AND p.status = 'active' AND p.role <> 'observer' AND p.can_send_messages
  JOIN users s ON s.id = f.author AND s.account_type <> 'robot'
  JOIN chat_rooms c ON c.id = f.conversation
  CROSS JOIN LATERAL (SELECT CASE
    WHEN r.answers_first AND c.room_type = 'support' AND s.account_type IN ('guest', 'member')
      AND NOT EXISTS (SELECT 1 FROM room_participants h JOIN users o ON o.id = h.user_id
        WHERE h.room_id = f.conversation AND h.status IN ('active', 'muted')
          AND h.role <> 'observer' AND o.account_type IN ({HELPERS_SQL})) THEN 'support'
    WHEN f.mentions @> to_jsonb(r.user_id::text) THEN 'mention'
    WHEN EXISTS (SELECT 1 FROM room_messages q
      WHERE q.id = f.reply_to_message_id AND q.sender_id = r.user_id) THEN 'reply'
    END AS why) w
  WHERE r.is_enabled AND f.message_type = 'chat' AND f.audience = {Audience.EVERYONE:d}
    AND w.why IS NOT NULL
  RETURNING message_id"""  # noqa: S608


# What webhooks are owed of new messages; private notes never leave. Of edits: `services.announcing`.
_OWED_SQL = f"""INSERT INTO webhook_deliveries (id, endpoint_id, event_type, room_id, message_id,
    version, state, attempts, created_at)
  SELECT overlay(f.id::text PLACING right(gen_random_uuid()::text, 17) FROM 20)::uuid, e.id,
    'message.created', f.conversation, f.id, f.version, 'pending', 0, clock_timestamp()
  FROM webhook_endpoints e CROSS JOIN fresh f
  WHERE e.is_enabled AND e.event_types @> '["message.created"]'
    AND (e.room_id IS NULL OR e.room_id = f.conversation) AND f.audience < {Audience.STAFF:d}
  RETURNING message_id"""  # noqa: S608


def _tasks_of(row: Mapping[str, Any]) -> list[Task]:
    tasks = []
    if row.get("asks_robot"):
        tasks.append(Task(ANSWER_ROOM, {"room": str(row["room_id"])}))
    if row.get("owes_webhook"):
        tasks.append(Task(DISPATCH, {}))
    return tasks


ROOM_TIMELINE = Timeline(
    conversations="chat_rooms",
    messages="room_messages",
    refs="room_message_refs",
    conversation_column="room_id",
    author_column="sender_id",
    created_frame=_created_frame,
    other_frames=_other_frames,
    columns={
        "message_type": Column("text", "chat"),
        "audience": Column("smallint", 0),
        "mentions": Column("jsonb", []),
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
        " LEFT JOIN room_messages t ON t.id = d.thread_id"
    ),
    # Missing and not yours are one answer; then the room's state, then the person's.
    refusal=f"""CASE
      WHEN p.id IS NULL OR p.status NOT IN ('active', 'muted') THEN 'not_found'
      WHEN a.account_status <> 'active' OR a.deleted_at IS NOT NULL THEN 'not_found'
      WHEN c.status <> 'active' THEN 'room_closed'
      WHEN p.status = 'muted' THEN 'muted'
      WHEN p.role = 'observer' OR NOT p.can_send_messages THEN 'read_only'
      WHEN NOT {holds_sql("chat:message:send", "a")} THEN 'may_not_send'
      WHEN d.audience > {CLEARANCE_SQL} OR d.audience = {Audience.STAFF:d}
        AND NOT {holds_sql("chat:message:note", "a")} THEN 'may_not_note'
      WHEN d.reply_to_message_id IS NOT NULL AND NOT ({_is_theirs("q")}) THEN 'bad_reply_to'
      WHEN d.thread_id IS NOT NULL AND NOT ({_is_theirs("t")} AND t.thread_id IS NULL)
        THEN 'bad_thread'
      WHEN greatest(q.audience, t.audience) > d.audience
        AND greatest(q.audience, t.audience) = {Audience.STAFF:d} THEN 'reply_to_note'
    END""",
    tells={
        "asks_robot": "EXISTS (SELECT 1 FROM asked WHERE asked.message_id = judged.id)",
        "owes_webhook": "EXISTS (SELECT 1 FROM owed WHERE owed.message_id = judged.id)",
    },
    tasks_of=_tasks_of,
    reader_columns=READER_COLUMNS,
    reader_joins="LEFT JOIN users u ON u.id = m.sender_id",
    running={
        "guest_hidden": f"audience > {Audience.EVERYONE:d}",
        "member_hidden": f"audience > {Audience.MEMBERS:d}",
    },
    also={
        # Who speaks has read what stands above.
        "marked": """UPDATE room_participants p SET last_read_seq = x.seq, last_read_at = x.at,
        read_guest_hidden = x.guest_hidden, read_member_hidden = x.member_hidden
      FROM (SELECT conversation, author, max(seq) AS seq, max(created_at) AS at,
              max(guest_hidden) AS guest_hidden, max(member_hidden) AS member_hidden
            FROM fresh WHERE message_type <> 'system' GROUP BY conversation, author) x
      WHERE p.room_id = x.conversation AND p.user_id = x.author""",
        "mentioned": """INSERT INTO room_mentions (message_id, user_id, room_id, seq, audience)
      SELECT f.id, n.id::uuid, f.conversation, f.seq, f.audience
      FROM fresh f CROSS JOIN LATERAL jsonb_array_elements_text(f.mentions) AS n(id)""",
        "asked": _ASKED_SQL,
        "owed": _OWED_SQL,
    },
)
