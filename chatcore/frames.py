"""Frames of ours: an event encoded once for everybody who gets it, and errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from chatcore.errors import ChatcoreError
from chatcore.events import Event, Lasting


@dataclass(frozen=True, slots=True)
class Frame:
    """One event, encoded once for everybody who gets it. `about` is what the hub itself looks at."""

    topic: str
    type: str
    version: int | None
    text: str
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader may see of a conversation: from which position on, and how private a message.

    A message of a higher `audience` than the reader is cleared for moves their version and no more.
    """

    first_visible: int = 1
    clearance: int = 0

    def covers(self, about: Mapping[str, Any]) -> bool:
        """Whether a lasting frame is theirs, by what it says of itself."""
        seq: int = about.get("message_seq", self.first_visible)
        audience: int = about.get("audience", 0)
        return seq >= self.first_visible and audience <= self.clearance


def event_frame(topic: str, event: Event) -> Frame:
    """The frame of an event. Inside we say `user:<id>`; the one who follows it knows it as `me`."""
    version = event.version if isinstance(event, Lasting) else None
    body: dict[str, Any] = {
        "op": "event",
        "topic": "me" if topic.startswith("user:") else topic,
        "type": event.type,
    }
    if version is not None:
        body["version"] = version
    body["data"] = event.data()
    return Frame(topic, event.type, version, encode(body), event.about())


def encode(body: Mapping[str, Any]) -> str:
    return orjson.dumps(body, option=orjson.OPT_UTC_Z).decode()


def error_frame(error: ChatcoreError, ref: UUID | None = None) -> str:
    body: dict[str, Any] = {"op": "error", "code": error.code, "detail": error.detail}
    if ref is not None:
        body["ref"] = ref
    if error.errors:
        body["errors"] = error.errors
    return encode(body)
