"""What the messages of a page refer to: whom they answer, their threads, whom they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatcore.selectors.rows import fetch_rows
from rooms.selectors.access import RoomAccess

Message = dict[str, Any]

# A message that is quoted above another, where the reader may see it.
_QUOTED = """
SELECT m.id, m.seq, left(m.content, 200) AS content, m.deleted_at, m.audience,
  coalesce(nullif(u.display_name, ''), u.username, '') AS author
FROM room_messages m LEFT JOIN users u ON u.id = m.sender_id
WHERE m.id = ANY(%(ids)s) AND m.room_id = %(room)s
  AND m.seq >= %(first)s AND m.audience <= %(clearance)s"""
# Answers come after what they answer: the id says in which months to look.
_ANSWERS = """
SELECT m.thread_id, count(*) AS answers, max(m.created_at) AS last_at
FROM room_messages m
WHERE m.thread_id = ANY(%(ids)s) AND m.id >= %(oldest)s AND m.deleted_at IS NULL
  AND m.seq >= %(first)s AND m.audience <= %(clearance)s
GROUP BY m.thread_id"""
_NAMES = "SELECT id, username FROM users WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Relations:
    """By the id of what is referred to."""

    quoted: dict[UUID, Message]
    answers: dict[UUID, Message]
    usernames: dict[str, str]


def relations_of(access: RoomAccess, messages: Sequence[Message]) -> Relations:
    """One query for threads, and one each for quotations and names where there are any."""
    if not messages:
        return Relations({}, {}, {})
    ids = [message["id"] for message in messages]
    seen = _seen_by(access)
    answers = fetch_rows(_ANSWERS, seen | {"ids": ids, "oldest": min(ids)})
    return Relations(
        quoted=quoted(access, [m["reply_to_message"] for m in messages if m["reply_to_message"]]),
        answers={row["thread_id"]: row for row in answers},
        usernames=_usernames({one for message in messages for one in message["mentions"]}),
    )


def quoted(access: RoomAccess, ids: Sequence[UUID]) -> dict[UUID, Message]:
    """Those of the messages that the reader may see, shortened; a deleted one without its words."""
    if not ids:
        return {}
    rows = fetch_rows(_QUOTED, _seen_by(access) | {"ids": list(ids)})
    return {row["id"]: row | ({"content": ""} if row["deleted_at"] else {}) for row in rows}


def _seen_by(access: RoomAccess) -> dict[str, Any]:
    sight = access.sight
    return {
        "room": access.room.pk,
        "first": sight.first_visible,
        "clearance": sight.clearance,
    }


def _usernames(people: set[str]) -> dict[str, str]:
    if not people:
        return {}
    rows = fetch_rows(_NAMES, [sorted(people)])
    return {str(row["id"]): row["username"] for row in rows}
