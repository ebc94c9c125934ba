"""Rooms and old messages by the hundred thousand, written with plain SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from chatcore.partitions.months import Month
from chatcore.partitions.tables import create_months, missing_months
from rooms.models import ChatRoom, RoomMessage, RoomParticipant

MONTHS = 5

# Ids as `uuid7` makes them, one a step: the time in the first 48 bits, then what the number hashes to.
_FILL = """
INSERT INTO room_messages (id, room_id, sender_id, seq, version, created_version, content,
  created_at, updated_at, message_type, content_metadata, robot_id, is_robot_visible_to_guests,
  audience, mentions, delivery_status)
SELECT (substr(h, 1, 12) || '7' || substr(r, 1, 3) || '8' || substr(r, 4, 15))::uuid,
  %(room)s, %(sender)s, g, g, g,
  'Message ' || g || ' of this room, with words enough to be as long as what people write: about'
    || ' two hundred characters, of which most say little more than that somebody was here.',
  at, at, 'chat', '{}', '', false, 0, '[]', 'delivered'
FROM (SELECT g, %(first)s::timestamptz + g * %(step)s::interval AS at,
        lpad(to_hex((extract(epoch FROM %(first)s::timestamptz + g * %(step)s::interval) * 1000
          )::bigint), 12, '0') AS h,
        md5(%(room)s::text || g) AS r
      FROM generate_series(1, %(many)s) g) made
"""
_COUNT = """
UPDATE chat_rooms SET last_seq = x.seq, version = x.seq, last_message_id = x.id,
  last_message_at = x.created_at
FROM (SELECT id, seq, created_at FROM room_messages WHERE room_id = %(room)s
      ORDER BY seq DESC LIMIT 1) x
WHERE chat_rooms.id = %(room)s
"""


def make_room(people: Sequence[UUID], name: str = "bench") -> UUID:
    """A room with all of them in it."""
    room = ChatRoom.objects.create(name=name, creator_id=people[0], max_participants=10_000)
    RoomParticipant.objects.bulk_create(
        [RoomParticipant(room=room, user_id=person) for person in people]
    )
    return room.pk


def make_past_months() -> datetime:
    """Partitions for the months before this one; the first moment they hold."""
    now = Month.of(timezone.now())
    first = now.plus(1 - MONTHS)
    create_months(RoomMessage, missing_months(RoomMessage, first, now))
    return first.start


def fill(room: UUID, sender: UUID, many: int, first: datetime, until: datetime) -> None:
    """`many` messages, spread evenly from `first` to `until`."""
    step = (until - first - timedelta(minutes=1)) / many
    values: dict[str, Any] = {
        "room": room,
        "sender": sender,
        "many": many,
        "first": first,
        "step": step,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FILL, values)
        cursor.execute(_COUNT, values)


def analyze() -> None:
    """What autovacuum would do in its time: statistics and the visibility map."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) room_messages")
        cursor.execute("ANALYZE")
