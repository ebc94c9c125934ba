"""The topic kind `room` on the live socket."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from chatcore.errors import Invalid, NotFound
from chatcore.frames import Frame, Sight, event_frame
from chatcore.http.limits import Rule
from chatcore.live.client_frames import Delete, Edit, Read, Send
from chatcore.live.db import Row, fetch, fetch_together
from chatcore.live.runtime import runtime
from chatcore.live.threads import active_user, in_thread
from chatcore.live.topics import (
    REPLAY_MOST,
    Entrance,
    Followed,
    Missed,
    changed_frame,
)
from chatcore.models import User
from chatcore.services.append import Appended
from rooms.events import EscalationChanged, ParticipantChanged, RoomUpdated
from rooms.models import Audience, ChatRoom, Escalation, RoomParticipant
from rooms.selectors.access import room_for
from rooms.selectors.escalations import brief_out
from rooms.selectors.mentions import MENTIONED_SQL, names_in
from rooms.selectors.messages import CHANGES_SQL, message_out, page_parameters
from rooms.selectors.readers import CLEARANCE_SQL, READERS
from rooms.selectors.rooms import participant_out, room_out
from rooms.selectors.unread import UNREAD_SQL
from rooms.services.messages import delete_message, draft_of, edit_message, with_mentions
from rooms.services.reading import mark_read
from rooms.services.robot_cancelling import cancel_turns
from rooms.services.robot_speech import running_frames
from rooms.services.timeline import ROOM_TIMELINE

# What people may send themselves; the other types are made by robots, uploads and the system.
SENDABLE = frozenset({"chat"})

_ENTER = f"""
SELECT c.last_seq, c.version, r.first_visible, r.clearance, r.unseen,
  ARRAY(SELECT i.id FROM robot_interactions i
    WHERE i.room_id = r.room_id AND i.status = 'processing') AS answering
FROM {READERS} AS r JOIN chat_rooms c ON c.id = r.room_id
WHERE r.room_id = %s AND r.user_id = %s"""  # noqa: S608
# For readers of every kind at once: each subscription takes what is its own.
EVERYTHING = Sight(1, Audience.STAFF)
_STAND = "SELECT last_seq, version, room_settings FROM chat_rooms WHERE id = %s"
_LAST_OF_ALL = UUID(int=2**128 - 1)
_VERSIONS = "SELECT id, version FROM chat_rooms WHERE id = ANY(%s)"
_ALLOWED = f"""
SELECT r.user_id, r.room_id, r.first_visible, r.clearance
FROM unnest(%s::uuid[], %s::uuid[]) AS asked(user_id, room_id)
JOIN {READERS} AS r ON r.user_id = asked.user_id AND r.room_id = asked.room_id"""  # noqa: S608
# Beside the counts, the positions that are not theirs to see, where there are any.
_FOLLOWED = f"""
SELECT c.id, c.version, c.last_seq, p.last_read_seq, {CLEARANCE_SQL} AS clearance,
  CASE WHEN {UNREAD_SQL} < c.last_seq - p.last_read_seq THEN ARRAY(
    SELECT m.seq FROM room_messages m
    WHERE m.room_id = c.id AND m.seq > p.last_read_seq AND m.audience > {CLEARANCE_SQL}
    ORDER BY m.seq) ELSE ARRAY[]::bigint[] END AS hidden
FROM room_participants p JOIN chat_rooms c ON c.id = p.room_id AND c.deleted_at IS NULL
JOIN users a ON a.id = p.user_id
WHERE p.user_id = %s AND p.status IN ('active', 'muted')
ORDER BY c.last_message_at DESC NULLS LAST LIMIT 500"""  # noqa: S608
_PARTICIPANTS = """
SELECT p.*, u.username, u.display_name, u.account_type, u.chat_preferences
FROM room_participants p JOIN users u ON u.id = p.user_id
WHERE p.room_id = %s AND p.version > %s"""
_ESCALATIONS = """
SELECT e.*, CASE WHEN e.target_room_id = %(room)s THEN e.target_version ELSE e.source_version END AS at,
  u.username, u.display_name, u.account_type
FROM escalations e LEFT JOIN users u ON u.id = e.assigned_to_user_id
WHERE (e.source_room_id = %(room)s AND e.source_version > %(after)s)
   OR (e.target_room_id = %(room)s AND e.target_version > %(after)s)"""
_ROOM = "SELECT * FROM chat_rooms WHERE id = %s AND own_version > %s"


class RoomTopic:
    """What the socket may do with a room."""

    name = "room"
    send_rule = Rule.SEND

    async def enter(self, user: UUID, id: UUID, after_version: int | None) -> Entrance:
        rows = await fetch(_ENTER, [id, user])
        if not rows:
            raise NotFound("There is no such room.")
        here = rows[0]
        about = {"sight": _sight(here), "unseen": here["unseen"]}
        about["running"] = await _running(id, here["answering"])
        if after_version is None or after_version >= here["version"]:
            return Entrance(here["last_seq"], here["version"], **about)
        missed = await _missed(id, after_version, about["sight"])
        return Entrance(missed.seq, missed.version, missed.frames, **about)

    async def missed(self, id: UUID, after_version: int) -> Missed:
        return await _missed(id, after_version, EVERYTHING)

    async def versions(self, ids: Sequence[UUID]) -> Mapping[UUID, int]:
        return {row["id"]: row["version"] for row in await fetch(_VERSIONS, [list(ids)])}

    async def allowed(
        self, pairs: Sequence[tuple[UUID, UUID]]
    ) -> Mapping[tuple[UUID, UUID], Sight]:
        users, rooms = [user for user, _ in pairs], [room for _, room in pairs]
        rows = await fetch(_ALLOWED, [users, rooms])
        return {(row["user_id"], row["room_id"]): _sight(row) for row in rows}

    async def followed_by(self, user: UUID) -> Sequence[Followed]:
        return [Followed(**row) for row in await fetch(_FOLLOWED, [user])]

    async def send(self, user: UUID, id: UUID, frame: Send) -> Appended:
        audience = Audience[frame.audience.upper()]
        if frame.message_type is not None and frame.message_type not in SENDABLE:
            raise Invalid("This type of message cannot be sent.", code="bad_message_type")
        draft = draft_of(
            room=id,
            sender=user,
            content=frame.content,
            client_ref=frame.ref,
            reply_to=frame.reply_to,
            thread=frame.thread,
            message_type=frame.message_type,
            audience=audience,
        )
        if names := names_in(draft.content):
            named = await fetch(MENTIONED_SQL, [id, names, audience, user])
            draft = with_mentions(draft, [row["user_id"] for row in named])
        return await runtime().flusher.append(ROOM_TIMELINE, draft)

    async def edit(self, user: UUID, id: UUID, frame: Edit) -> Appended:
        return await in_thread(_edit, user_id=user, room=id, frame=frame)

    async def delete(self, user: UUID, id: UUID, frame: Delete) -> Appended:
        return await in_thread(_delete, user_id=user, room=id, frame=frame)

    async def read(self, user: UUID, id: UUID, frame: Read) -> None:
        await in_thread(mark_read, user_id=user, room_id=id, seq=frame.seq)

    async def cancel(self, user: UUID, id: UUID) -> None:
        await in_thread(_cancel, user_id=user, room=id)


def _edit(user_id: UUID, room: UUID, frame: Edit) -> Appended:
    user = active_user(user_id)
    return edit_message(user=user, room=room, message=frame.id, content=frame.content)


def _delete(user_id: UUID, room: UUID, frame: Delete) -> Appended:
    return delete_message(user=active_user(user_id), room=room, message=frame.id)


def _cancel(user_id: UUID, room: UUID) -> None:
    cancel_turns(room_for(active_user(user_id), room))


async def _running(room: UUID, answering: Sequence[UUID]) -> list[Frame]:
    """The robots' answers under way, mostly none."""
    return await in_thread(running_frames, room=room, turns=answering) if answering else []


def _sight(row: Row) -> Sight:
    return Sight(row["first_visible"], row["clearance"])


async def _missed(room: UUID, after: int, sight: Sight) -> Missed:
    page = page_parameters(room, _LAST_OF_ALL, sight, after, REPLAY_MOST)
    stands, messages, places, rooms, escalations = await fetch_together(
        (_STAND, [room]),
        (CHANGES_SQL, page),
        (_PARTICIPANTS, [room, after]),
        (_ROOM, [room, after]),
        (_ESCALATIONS, {"room": room, "after": after}),
    )
    stand = _the_one(stands)
    if len(messages) > REPLAY_MOST:
        return Missed(stand["last_seq"], stand["version"], None)
    topic, settings = f"room:{room}", stand["room_settings"]
    frames = [changed_frame(topic, row, message_out(row), after) for row in messages]
    frames += [_participant_frame(row, settings) for row in places]
    frames += [_room_frame(row) for row in rooms]
    frames += [_escalation_frame(topic, row) for row in escalations]
    return Missed(
        stand["last_seq"], stand["version"], sorted(frames, key=lambda frame: frame.version or 0)
    )


def _the_one(stands: Sequence[Row]) -> Row:
    """Where the room stands. Raises NotFound: it may have been erased since somebody subscribed."""
    if not stands:
        raise NotFound("There is no such room.")
    return stands[0]


def _participant_frame(row: Row, room_settings: dict[str, Any]) -> Frame:
    person = {
        key: row.pop(key)
        for key in ("username", "display_name", "account_type", "chat_preferences")
    }
    place = RoomParticipant(**row)
    place.user = User(pk=row["user_id"], **person)
    place.room = ChatRoom(pk=row["room_id"], room_settings=room_settings)
    event = ParticipantChanged(version=row["version"], participant=participant_out(place))
    return event_frame(f"room:{row['room_id']}", event)


def _room_frame(row: Row) -> Frame:
    event = RoomUpdated(version=row["own_version"], room=room_out(ChatRoom(**row)))
    return event_frame(f"room:{row['id']}", event)


def _escalation_frame(topic: str, row: Row) -> Frame:
    person = {key: row.pop(key) for key in ("username", "display_name", "account_type")}
    version = row.pop("at")
    escalation = Escalation(**row)
    if escalation.assigned_to_user_id:
        escalation.assigned_to_user = User(pk=escalation.assigned_to_user_id, **person)
    event = EscalationChanged(version=version, escalation=brief_out(escalation))
    return event_frame(topic, event)
