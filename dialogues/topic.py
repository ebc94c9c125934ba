"""The topic kind `dialogue` on the live socket."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID
from weakref import WeakValueDictionary

from chatcore.errors import Invalid, NotFound
from chatcore.frames import Frame, Sight, event_frame
from chatcore.http.limits import Rule
from chatcore.live.client_frames import Delete, Edit, Read, Send
from chatcore.live.db import fetch, fetch_together
from chatcore.live.threads import active_user, in_thread
from chatcore.live.topics import (
    REPLAY_MOST,
    Entrance,
    Followed,
    Missed,
    changed_frame,
    not_possible,
)
from chatcore.services.append import Appended
from chatcore.services.speaking import frames_so_far, text_so_far
from dialogues.events import DialogueUpdated
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.messages import (
    CHANGES_SQL,
    REFERENCES_SQL,
    by_message,
    message_out,
    page_parameters,
)
from dialogues.selectors.sessions import dialogue_by_id, dialogue_out
from dialogues.selectors.turns import turn_state
from dialogues.services.changes import topic_of
from dialogues.services.messages import delete_message, edit_message
from dialogues.services.turns import ask, cancel_turns

_ENTER = """
SELECT last_seq, version FROM dialogue_sessions
WHERE id = %s AND user_id = %s AND deleted_at IS NULL"""
_STAND = "SELECT last_seq, version, own_version FROM dialogue_sessions WHERE id = %s"
_VERSIONS = "SELECT id, version FROM dialogue_sessions WHERE id = ANY(%s)"
_ALLOWED = """
SELECT s.user_id, s.id FROM dialogue_sessions s
JOIN unnest(%s::uuid[], %s::uuid[]) AS asked(user_id, id)
  ON asked.user_id = s.user_id AND asked.id = s.id
WHERE s.deleted_at IS NULL"""


class DialogueTopic:
    """What the socket may do with a dialogue."""

    name = "dialogue"
    send_rule = Rule.ASK

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def enter(self, user: UUID, id: UUID, after_version: int | None) -> Entrance:
        rows = await fetch(_ENTER, [id, user])
        if not rows:
            raise NotFound("There is no such dialogue.")
        here, running = rows[0], await in_thread(_running, session_id=id)
        if after_version is None or after_version >= here["version"]:
            return Entrance(here["last_seq"], here["version"], running=running)
        missed = await _missed(id, after_version)
        return Entrance(missed.seq, missed.version, missed.frames, running=running)

    async def missed(self, id: UUID, after_version: int) -> Missed:
        return await _missed(id, after_version)

    async def versions(self, ids: Sequence[UUID]) -> Mapping[UUID, int]:
        return {row["id"]: row["version"] for row in await fetch(_VERSIONS, [list(ids)])}

    async def allowed(
        self, pairs: Sequence[tuple[UUID, UUID]]
    ) -> Mapping[tuple[UUID, UUID], Sight]:
        users, ids = [user for user, _ in pairs], [id_ for _, id_ in pairs]
        rows = await fetch(_ALLOWED, [users, ids])
        return {(row["user_id"], row["id"]): Sight() for row in rows}

    async def followed_by(self, user: UUID) -> Sequence[Followed]:
        """A dialogue has one person, and nothing in it is unread."""
        return []

    async def send(self, user: UUID, id: UUID, frame: Send) -> Appended:
        """Acknowledged as the question is stored; the answer then streams."""
        if frame != Send(op="send", topic=frame.topic, ref=frame.ref, content=frame.content):
            raise Invalid("A dialogue takes no fields but the content and its ref.")
        async with self._in_order(id):
            return await in_thread(_ask, user_id=user, session_id=id, frame=frame)

    async def edit(self, user: UUID, id: UUID, frame: Edit) -> Appended:
        async with self._in_order(id):
            return await in_thread(_edit, user_id=user, session_id=id, frame=frame)

    async def delete(self, user: UUID, id: UUID, frame: Delete) -> Appended:
        async with self._in_order(id):
            return await in_thread(_delete, user_id=user, session_id=id, frame=frame)

    async def read(self, user: UUID, id: UUID, frame: Read) -> None:
        raise not_possible("A read marker")

    async def cancel(self, user: UUID, id: UUID) -> None:
        await in_thread(_cancel, user_id=user, session_id=id)

    def _in_order(self, session_id: UUID) -> asyncio.Lock:
        """Two frames of one socket go to two threads; what was said first is to be stored first."""
        lock = self._locks.get(session_id)
        if lock is None:
            lock = self._locks[session_id] = asyncio.Lock()
        return lock


def _ask(user_id: UUID, session_id: UUID, frame: Send) -> Appended:
    return ask(active_user(user_id), session_id, frame.content, frame.ref).appended


def _edit(user_id: UUID, session_id: UUID, frame: Edit) -> Appended:
    session = dialogue_for(active_user(user_id), session_id)
    return edit_message(session, frame.id, frame.content)


def _delete(user_id: UUID, session_id: UUID, frame: Delete) -> Appended:
    return delete_message(dialogue_for(active_user(user_id), session_id), frame.id)


def _cancel(user_id: UUID, session_id: UUID) -> None:
    cancel_turns(dialogue_for(active_user(user_id), session_id).id)


def _running(session_id: UUID) -> list[Frame]:
    """For a late subscriber: the answer under way, from its beginning."""
    so_far = text_so_far(topic_of(session_id))
    state = turn_state(so_far.reply_id) if so_far else None
    return frames_so_far(so_far) if so_far and state and state.open else []


async def _missed(session_id: UUID, after: int) -> Missed:
    page = page_parameters(session_id, after, REPLAY_MOST)
    stands, messages = await fetch_together((_STAND, [session_id]), (CHANGES_SQL, page))
    if not stands:  # erased since somebody subscribed
        raise NotFound("There is no such dialogue.")
    stand = stands[0]
    if len(messages) > REPLAY_MOST:
        return Missed(stand["last_seq"], stand["version"], None)
    # What a message cites never changes, so it need not come from the same moment.
    cited = by_message(await fetch(REFERENCES_SQL, [[row["id"] for row in messages]]))
    topic = topic_of(session_id)
    frames = [
        changed_frame(topic, row, message_out(row, cited.get(row["id"], ())), after)
        for row in messages
    ]
    if stand["own_version"] > after:
        frames += await in_thread(
            _updated_frames, session_id=session_id, version=stand["own_version"]
        )
    return Missed(
        stand["last_seq"], stand["version"], sorted(frames, key=lambda frame: frame.version or 0)
    )


def _updated_frames(session_id: UUID, version: int) -> list[Frame]:
    session = dialogue_by_id(session_id)
    if session is None:
        return []
    event = DialogueUpdated(version=version, dialogue=dialogue_out(session))
    return [event_frame(topic_of(session_id), event)]
