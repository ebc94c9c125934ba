"""`@username` in what is said: who of the room is meant."""

import re
from uuid import UUID

from chatcore.selectors.rows import fetch_rows
from rooms.models import Audience
from rooms.selectors.readers import CLEARANCE_SQL

# As usernames are spelled; what stands before it must not make an e-mail address of it.
_NAME = re.compile(r"(?<![\w@./-])@([A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?)")
MOST_MENTIONS = 50

# Participants of these names who get the message. Parameters: room, upper-case names, audience, sender.
MENTIONED_SQL = f"""
SELECT p.user_id FROM users a JOIN room_participants p ON p.user_id = a.id
WHERE p.room_id = %s AND upper(a.username) = ANY(%s) AND p.status IN ('active', 'muted')
  AND {CLEARANCE_SQL} >= %s AND a.id <> %s ORDER BY p.user_id"""  # noqa: S608


def names_in(content: str) -> list[str]:
    """The names that are written with an @, in upper case, each once."""
    if "@" not in content:
        return []
    found = dict.fromkeys(name.upper() for name in _NAME.findall(content))
    return list(found)[:MOST_MENTIONS]


def mentioned(
    room: UUID, content: str, *, by: UUID, audience: int = Audience.EVERYONE
) -> list[UUID]:
    """The participants whom a message names and who get it; no query for one that names nobody."""
    names = names_in(content)
    if not names:
        return []
    return [row["user_id"] for row in fetch_rows(MENTIONED_SQL, [room, names, audience, by])]
