"""Read markers: how far somebody has read. They only move forward."""

from typing import Any
from uuid import UUID

from django.db import connection, transaction

from chatcore.errors import NotFound
from chatcore.events import Read
from chatcore.services.publish import publish_on_commit
from rooms.selectors.unread import UNREAD_SQL

# How many messages up to the new marker are not everybody's: what the room has counted where the marker
# goes to the end, else the few between the two markers.
_HIDDEN = """CASE WHEN least(%(seq)s, c.last_seq) = c.last_seq THEN c.{name}
  ELSE p.read_{name} + (SELECT count(*) FROM room_messages m WHERE m.room_id = c.id
    AND m.seq > p.last_read_seq AND m.seq <= %(seq)s AND m.audience > {audience}) END"""
_MARK = f"""
UPDATE room_participants p SET last_read_seq = least(%(seq)s, c.last_seq), last_read_at = now(),
  read_guest_hidden = {_HIDDEN.format(name="guest_hidden", audience=0)},
  read_member_hidden = {_HIDDEN.format(name="member_hidden", audience=1)}
FROM chat_rooms c
WHERE c.id = p.room_id AND c.deleted_at IS NULL AND p.room_id = %(room)s AND p.user_id = %(user)s
  AND p.status IN ('active', 'muted') AND p.last_read_seq < least(%(seq)s, c.last_seq)"""  # noqa: S608
_STAND = f"""
SELECT p.last_read_seq, {UNREAD_SQL}, c.room_settings -> 'read_receipts' IS DISTINCT FROM 'false'
  AND a.chat_preferences -> 'read_receipts' IS DISTINCT FROM 'false'
FROM room_participants p JOIN chat_rooms c ON c.id = p.room_id AND c.deleted_at IS NULL
JOIN users a ON a.id = p.user_id
WHERE p.room_id = %(room)s AND p.user_id = %(user)s AND p.status IN ('active', 'muted')"""  # noqa: S608


def mark_read(*, user_id: UUID, room_id: UUID, seq: int) -> tuple[int, int]:
    """(read up to, unread) after it. A `seq` past the end means the end. Raises NotFound.

    The others hear of it, unless the reader or the room keeps that private.
    """
    parameters: dict[str, Any] = {"seq": seq, "room": room_id, "user": user_id}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MARK, parameters)
        moved = cursor.rowcount > 0
        cursor.execute(_STAND, parameters)
        found = cursor.fetchone()
        if found is None:
            raise NotFound("There is no such room.")
        read, unread, is_told = found
        if moved:
            event = Read(user=user_id, seq=read, is_private=not is_told)
            publish_on_commit(f"room:{room_id}", event)
        return read, unread
