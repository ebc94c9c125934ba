"""Pages of a room's messages, for doors that have Django's connection."""

from typing import Any

from chatcore.selectors.rows import fetch_rows
from rooms.selectors.access import RoomAccess
from rooms.selectors.messages import BEFORE_SQL, message_out, page_parameters


def messages_before(
    access: RoomAccess, before_seq: int | None, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """The last `limit` messages before a position (None: the newest), in ascending order, and
    whether there are earlier ones."""
    room = access.room
    edge = before_seq if before_seq is not None else room.last_seq + 1
    parameters = page_parameters(
        room.pk, room.last_message_id, access.first_visible_seq, edge, limit
    )
    rows = fetch_rows(BEFORE_SQL, parameters)
    return [message_out(row) for row in rows[:limit][::-1]], len(rows) > limit
