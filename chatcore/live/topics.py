"""The kinds of topics that a socket can follow. `rooms` and `dialogues` register theirs here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from chatcore.errors import Forbidden, NotFound
from chatcore.events import MessageCreated, MessageDeleted, MessageEdited, MessageEvent
from chatcore.frames import Frame, Sight, event_frame
from chatcore.http.limits import Rule
from chatcore.live.client_frames import Delete, Edit, Read, Send
from chatcore.services.append import Appended

# Further back than this a replay costs more than loading the history.
REPLAY_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Entrance:
    """What a subscriber is told on entering: where the conversation stands, and what it missed."""

    seq: int
    version: int
    # The missed changes, oldest first; None when there are too many.
    missed: Sequence[Frame] | None = ()
    sight: Sight = field(default_factory=Sight)
    # Who looks on without being in the conversation: the others are not told of them.
    unseen: bool = False
    # Passing frames for a late subscriber: the text so far of a running reply.
    running: Sequence[Frame] = field(default=())


@dataclass(frozen=True, slots=True)
class Missed:
    """What changed after a version, for all readers alike, and where the conversation stands now."""

    seq: int
    version: int
    # None when it is more than a replay should carry.
    frames: Sequence[Frame] | None


class TopicKind(Protocol):
    """What the socket asks of an app. Everything here is awaited on the event loop."""

    name: str
    # What a `send` counts as, as over HTTP.
    send_rule: Rule

    async def enter(self, user: UUID, id: UUID, after_version: int | None) -> Entrance:
        """Found and allowed in one question, and the replay. Raises NotFound."""

    async def missed(self, id: UUID, after_version: int) -> Missed:
        """Everything changed since, oldest first, from one snapshot."""

    async def versions(self, ids: Sequence[UUID]) -> Mapping[UUID, int]:
        """The present version of each conversation."""

    async def allowed(
        self, pairs: Sequence[tuple[UUID, UUID]]
    ) -> Mapping[tuple[UUID, UUID], Sight]:
        """Those of the (user, conversation) pairs that may still read, and what of it."""

    async def followed_by(self, user: UUID) -> Sequence["Followed"]:
        """The conversations whose unread count `me` reports."""

    async def send(self, user: UUID, id: UUID, frame: Send) -> Appended: ...

    async def edit(self, user: UUID, id: UUID, frame: Edit) -> Appended: ...

    async def delete(self, user: UUID, id: UUID, frame: Delete) -> Appended: ...

    async def read(self, user: UUID, id: UUID, frame: Read) -> None: ...

    async def cancel(self, user: UUID, id: UUID) -> None: ...


@dataclass(frozen=True, slots=True)
class Followed:
    """A conversation in somebody's list: how far it is, and how far they have read.

    `hidden` are the positions after that which are not theirs to see, so not unread either.
    """

    id: UUID
    version: int
    last_seq: int
    last_read_seq: int
    clearance: int = 0
    hidden: Sequence[int] = ()


_kinds: dict[str, TopicKind] = {}


def register_topic_kind(kind: TopicKind) -> None:
    _kinds[kind.name] = kind


def kinds() -> Mapping[str, TopicKind]:
    return _kinds


def parse_topic(topic: str) -> tuple[TopicKind, UUID]:
    """`room:<uuid>` as its kind and id. Raises NotFound: an unknown topic is one that is not there."""
    name, _, id_ = topic.partition(":")
    try:
        return _kinds[name], UUID(id_)
    except (KeyError, ValueError):
        raise NotFound("There is no such topic.") from None


def canonical(topic: str) -> str:
    """One spelling for one topic; what is none stays as it is."""
    try:
        kind, id_ = parse_topic(topic)
    except NotFound:
        return topic
    return f"{kind.name}:{id_}"


def not_possible(what: str) -> Forbidden:
    return Forbidden(f"{what} is not possible on this topic.", code="not_possible")


def changed_frame(topic: str, row: Mapping[str, Any], message: dict[str, Any], after: int) -> Frame:
    """The frame with which a replay after version `after` tells of a message, however it came to be so.

    New to the reader, whatever happened to it since: created. Else what happened to it last.
    """
    event: type[MessageEvent] = MessageCreated
    if row["created_version"] <= after:
        event = MessageDeleted if row["deleted_at"] else MessageEdited
    return event_frame(
        topic,
        event(version=row["version"], message=message, audience=row.get("audience", 0)),
    )
