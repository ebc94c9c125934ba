"""Who may read a room and how much of it, in SQL: the one definition behind every door.

`clearance_of` and `CLEARANCE_SQL`, `RoomAccess` and `READERS` say the same in two languages.
"""

from chatcore.models import AccountType
from chatcore.selectors.permissions import holds_sql
from rooms.models import Audience, Role

# Who helps: agents and those above them. A guest's role makes a guest of everybody.
HELPERS = (AccountType.AGENT, AccountType.SUPERVISOR, AccountType.STAFF)
HELPERS_SQL = ", ".join(f"'{type_}'" for type_ in HELPERS)


def clearance_of(account_type: str, role: str) -> Audience:
    """How private a message may be that somebody in this role gets."""
    if role == Role.GUEST or account_type == AccountType.GUEST:
        return Audience.EVERYONE
    return Audience.STAFF if account_type in HELPERS else Audience.MEMBERS


# For a participant `p` whose account is `a`.
CLEARANCE_SQL = f"""(CASE WHEN p.role = 'guest' OR a.account_type = 'guest' THEN {Audience.EVERYONE:d}
  WHEN a.account_type IN ({HELPERS_SQL}) THEN {Audience.STAFF:d} ELSE {Audience.MEMBERS:d} END)"""
FIRST_VISIBLE_SQL = "(CASE WHEN p.can_see_history THEN 1 ELSE p.joined_seq + 1 END)"

# A subquery of (room_id, user_id, first_visible, clearance, unseen): its participants, and who observes
# it at this moment. Ask it for a room, a user or pairs of both; search asks it for a user.
READERS = f"""(
SELECT p.room_id, p.user_id, {FIRST_VISIBLE_SQL} AS first_visible, {CLEARANCE_SQL} AS clearance,
  false AS unseen
FROM room_participants p
JOIN users a ON a.id = p.user_id AND {holds_sql("chat:message:view", "a")}
JOIN chat_rooms c ON c.id = p.room_id AND c.deleted_at IS NULL
WHERE p.status IN ('active', 'muted')
UNION ALL
SELECT s.room_id, s.supervisor_id, 1, {Audience.STAFF:d}, true
FROM room_supervisions s
JOIN users a ON a.id = s.supervisor_id AND {holds_sql("supervisor:chat:observe", "a")}
JOIN chat_rooms c ON c.id = s.room_id AND c.deleted_at IS NULL
WHERE s.action = 'observe' AND s.ended_at IS NULL AND s.expires_at > now()
  AND NOT EXISTS (SELECT 1 FROM room_participants p WHERE p.room_id = s.room_id
    AND p.user_id = s.supervisor_id AND p.status IN ('active', 'muted'))
)"""  # noqa: S608
# Whether `reader`, a row of READERS, gets the message `m` of their room.
SEES_SQL = "m.seq >= reader.first_visible AND m.audience <= reader.clearance"
