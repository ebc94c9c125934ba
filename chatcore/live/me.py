"""The topic `me`: what a person hears of the conversations in their list without following each.

The unread counts come from the feeds that this process carries anyway, so a message costs no query and
no publication per participant, only a mark that is told once a second.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from chatcore.events import Unread
from chatcore.frames import Frame, event_frame
from chatcore.live.topics import Followed, kinds

if TYPE_CHECKING:
    from chatcore.live.hub import Hub
    from chatcore.live.subscription import Receiver


class _Count:
    """One conversation: how far it is, how far its reader is, and what lies between that is not theirs."""

    __slots__ = ("clearance", "hidden", "last_seq", "read")

    def __init__(self, followed: Followed) -> None:
        self.last_seq = followed.last_seq
        self.read = followed.last_read_seq
        self.clearance = followed.clearance
        self.hidden = set(followed.hidden)

    def reach(self, seq: int, audience: int) -> None:
        self.last_seq = max(self.last_seq, seq)
        if audience > self.clearance and seq > self.read:
            self.hidden.add(seq)

    def read_to(self, seq: int) -> None:
        self.read = max(self.read, seq)
        self.hidden = {hidden for hidden in self.hidden if hidden > self.read}

    @property
    def unread(self) -> int:
        return max(self.last_seq - self.read - len(self.hidden), 0)


class MeFollow:
    """Counts what is unread in the conversations of one person, for one socket."""

    def __init__(self, hub: "Hub", receiver: "Receiver") -> None:
        self.hub = hub
        self.counted_for = receiver
        self._rooms: dict[str, _Count] = {}
        self._told: set[str] = set()
        self._dirty: set[str] = set()
        self._stopped = False

    async def start(self) -> None:
        for name, kind in kinds().items():
            found = await kind.followed_by(self.counted_for.user_id)
            # Together: one after the other, a list of hundreds would wait for as many round trips.
            await asyncio.gather(*(self._follow(f"{name}:{one.id}", one) for one in found))

    def stop(self) -> None:
        self._stopped = True
        for topic in self._rooms:
            self.hub.leave(topic, self)
        self._rooms.clear()

    async def follow(self, topic: str) -> None:
        """Somebody was added to a conversation after `me` was subscribed."""
        name, _, id_ = topic.partition(":")
        for followed in await kinds()[name].followed_by(self.counted_for.user_id):
            if str(followed.id) == id_:
                await self._follow(topic, followed)
                self._dirty.add(topic)

    def unfollow(self, topic: str) -> None:
        if self._rooms.pop(topic, None):
            self.hub.leave(topic, self)

    def take(self, frame: Frame) -> None:
        about = frame.about
        count = self._rooms.get(frame.topic)
        if count is None or "seq" not in about:
            return
        hidden = about.get("audience", 0) > count.clearance
        if about.get("read_by") == str(self.counted_for.user_id):
            count.read_to(about["seq"])
        elif frame.version is not None:
            count.reach(about["seq"], about.get("audience", 0))
            if about.get("author") == str(self.counted_for.user_id):
                count.read_to(about["seq"])
        else:
            return
        if not hidden:
            self._dirty.add(frame.topic)

    def tell_changes(self) -> None:
        """Once a second: one event per conversation that changed, however often it did."""
        dirty, self._dirty = self._dirty, set()
        for topic in dirty:
            if topic in self._rooms:
                count = self._rooms[topic]
                event = Unread(topic=topic, last_seq=count.last_seq, unread=count.unread)
                self.counted_for.push(event_frame("user:", event).text, passing=True)

    async def _follow(self, topic: str, followed: Followed) -> None:
        if self._stopped or topic in self._rooms:
            return
        self._rooms[topic] = _Count(followed)
        feed = await self.hub.join(topic, self)
        if feed.version is None:
            feed.begin_at(followed.version)


def followed_topic(about: Mapping[str, object]) -> tuple[str, str] | None:
    """("follow" or "unfollow", topic) of a frame on `me` that changes the list."""
    for verb in ("follow", "unfollow"):
        if isinstance(topic := about.get(verb), str):
            return verb, topic
    return None
