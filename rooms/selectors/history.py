"""What a message said before, from its history table."""

from typing import Any
from uuid import UUID

from chatcore.errors import Forbidden
from chatcore.selectors.rows import fetch_rows
from rooms.selectors.access import RoomAccess
from rooms.selectors.messages import message_row

# Each row is how the message was until it was changed.
_VERSIONS = """
SELECT h.content, h.content_metadata, h.pgh_created_at AS changed_at,
  c.metadata ->> 'user' AS changed_by
FROM room_messages_history h LEFT JOIN pghistory_context c ON c.id = h.pgh_context_id
WHERE h.pgh_obj_id = %s AND h.deleted_at IS NULL ORDER BY h.pgh_id DESC LIMIT 200"""


def earlier_versions(access: RoomAccess, message: UUID) -> list[dict[str, Any]]:
    """Latest first. Raises NotFound, Forbidden to others than the sender and a moderator.

    What was taken back is not theirs to see again, but for supervisors who look on.
    """
    row = message_row(access, message)
    if not may_see_versions(access, None if row["deleted_at"] else row["sender_id"]):
        raise Forbidden("Only its sender or a moderator may see what it said.", code="not_yours")
    if row["deleted_at"] and not access.is_observing:
        return []
    return fetch_rows(_VERSIONS, [message])


def may_see_versions(access: RoomAccess, sender: UUID | None) -> bool:
    """Whether what somebody's message said before is for this reader."""
    is_theirs = sender is not None and sender == access.participant.user_id
    return access.is_observing or access.is_moderator or is_theirs
