"""Read markers: how far somebody has read. They only move forward."""

from uuid import UUID

from django.db import connection, transaction

from chatcore.errors import NotFound
from chatcore.events import Read
from chatcore.services.publish import publish_on_commit

_MARK = """
WITH marked AS (
  UPDATE room_participants p SET last_read_seq = least(%(seq)s, c.last_seq), last_read_at = now()
  FROM chat_rooms c
  WHERE c.id = p.room_id AND c.deleted_at IS NULL AND p.room_id = %(room)s AND p.user_id = %(user)s
    AND p.status IN ('active', 'muted') AND p.last_read_seq < least(%(seq)s, c.last_seq)
  RETURNING p.last_read_seq
)
SELECT p.last_read_seq, (SELECT last_read_seq FROM marked), c.last_seq
FROM room_participants p JOIN chat_rooms c ON c.id = p.room_id AND c.deleted_at IS NULL
WHERE p.room_id = %(room)s AND p.user_id = %(user)s AND p.status IN ('active', 'muted')
"""


def mark_read(*, user_id: UUID, room_id: UUID, seq: int) -> tuple[int, int]:
    """(read up to, unread) after it. A `seq` past the end means the end. Raises NotFound."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MARK, {"seq": seq, "room": room_id, "user": user_id})
        found = cursor.fetchone()
        if found is None:
            raise NotFound("There is no such room.")
        before, moved, last_seq = found
        if moved is not None:
            publish_on_commit(f"room:{room_id}", Read(user=user_id, seq=moved))
        read = moved if moved is not None else before
        return read, max(last_seq - read, 0)
