"""What every source is turned into, and what may stop one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Row = Mapping[str, Any]


class SourceUnreadable(Exception):
    """A source that cannot be read as a whole: `cause` in a sentence, `mend` in another."""

    def __init__(self, cause: str, mend: str = "") -> None:
        self.cause = cause
        self.mend = mend
        super().__init__(f"{cause} {mend}".strip())


@dataclass(frozen=True, slots=True)
class LegacyPerson:
    """Somebody as the source's own `users` table knows them."""

    key: str
    email: str = ""
    username: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class LegacyConversation:
    """`owner` is the source's id of the person; `companion`: seed 001's one conversation of theirs."""

    key: str
    owner: str
    place: str
    companion: bool = False
    title: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
    archived: bool = False
    personality_settings: dict[str, Any] = field(default_factory=dict)
    summary: str = ""


@dataclass(frozen=True, slots=True)
class LegacyMessage:
    """`at` None: the source does not say, and staging lends it the neighbour's. `rank` orders messages
    of one instant. `origin`: the table, where two may hold the same message."""

    key: str
    conversation: str
    role: str
    content: str
    place: str
    at: datetime | None = None
    borrowed: bool = False
    rank: int = 0
    owner: str = ""
    origin: str = ""
    message_type: int = 0
    response_time_ms: int | None = None
    model_used: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    # What has no column here, and how it was mended; kept in the metadata under `imported`.
    kept: dict[str, Any] = field(default_factory=dict)
    context_snapshot: Any = None
    tool_calls: list[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class LegacyTask:
    """`number`: the serial number that people know it by, where it has one."""

    key: str
    owner: str
    place: str
    title: str
    description: str = ""
    completed: bool = False
    number: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LegacyMemory:
    """Seed 001's `conversation_context`: `columns` by their names there, which are ours, too."""

    key: str
    place: str
    columns: dict[str, Any]


Record = LegacyPerson | LegacyConversation | LegacyMessage | LegacyTask | LegacyMemory
