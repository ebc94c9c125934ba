"""Which messages of rooms full-text search reads, and who may find them."""

from chatcore.models import User
from chatcore.selectors.message_search import MessageSource, conversation_key
from rooms.models import PRESENT, RoomParticipant
from rooms.selectors.readers import CLEARANCE_SQL


def _rooms_now(user: User) -> str | None:
    """The keys of the rooms that somebody is in at this moment."""
    rooms = RoomParticipant.objects.filter(
        user=user, status__in=PRESENT, room__deleted_at__isnull=True
    )
    keys = [conversation_key(pk) for pk in rooms.values_list("room_id", flat=True)]
    return " | ".join(keys) or None


ROOM_SOURCE = MessageSource(
    conversations="chat_rooms",
    messages="room_messages",
    conversation_column="room_id",
    words="room_message_words",
    marks="room_search_marks",
    searched="m.message_type <> 'system'",
    keys="ARRAY['~c' || replace(c.id::text, '-', '')]",
    languages=(
        "ARRAY(SELECT u.language FROM room_participants p JOIN users u ON u.id = p.user_id"
        " WHERE p.room_id = c.id AND p.status IN ('active', 'muted')"
        " GROUP BY u.language ORDER BY count(*) DESC, u.language LIMIT 3)"
    ),
    read_by=(
        "SELECT room_id FROM room_participants"
        " WHERE user_id = %(reader)s AND status IN ('active', 'muted')"
    ),
    scope=_rooms_now,
    reach=(
        "JOIN chat_rooms c ON c.id = {m}.room_id AND c.deleted_at IS NULL"
        " JOIN room_participants p ON p.room_id = c.id AND p.user_id = %(reader)s"
        " AND p.status IN ('active', 'muted') JOIN users a ON a.id = p.user_id"
    ),
    visible=(
        "{m}.deleted_at IS NULL AND {m}.message_type <> 'system'"
        " AND (p.can_see_history OR {m}.seq > p.joined_seq)"
        f" AND {{m}}.audience <= {CLEARANCE_SQL}"
    ),
    author=(
        "(SELECT coalesce(nullif(u.display_name, ''), u.username) FROM users u"
        " WHERE u.id = {m}.sender_id)"
    ),
)
