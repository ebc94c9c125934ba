"""Frames that clients send, checked field by field."""

from typing import Annotated, Literal
from uuid import UUID

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    TypeAdapter,
    ValidationError,
)
from pydantic_core import PydanticCustomError

from chatcore.errors import ChatcoreError
from chatcore.models.conversations import CONTENT_MAX

MAX_BYTES = 65_536


class BadFrame(ChatcoreError):
    code = "invalid_frame"
    title = "This frame is not understood"


class ClientFrame(BaseModel):
    """Base: a wrong type or an unknown field is an error, never a guess."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _without_nul(text: str) -> str:
    """PostgreSQL stores every character but this one."""
    if "\x00" in text:
        raise PydanticCustomError("nul", "Must not hold NUL characters")
    return text


Content = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=CONTENT_MAX),
    AfterValidator(_without_nul),
]
Topic = Annotated[str, Field(strict=True, min_length=2, max_length=80)]
Position = Annotated[StrictInt, Field(ge=0, lt=2**63)]


class Auth(ClientFrame):
    op: Literal["auth"]
    token: Annotated[str, Field(strict=True, max_length=2048)]


class Subscribe(ClientFrame):
    op: Literal["subscribe"]
    topic: Topic
    after_version: Position | None = None


class Unsubscribe(ClientFrame):
    op: Literal["unsubscribe"]
    topic: Topic


class Send(ClientFrame):
    op: Literal["send"]
    topic: Topic
    ref: UUID
    content: Content
    reply_to: UUID | None = None
    message_type: Annotated[str, Field(strict=True, max_length=20)] | None = None
    thread: UUID | None = None
    audience: Literal["everyone", "staff"] = "everyone"


class Edit(ClientFrame):
    op: Literal["edit"]
    topic: Topic
    id: UUID
    content: Content
    ref: UUID | None = None


class Delete(ClientFrame):
    op: Literal["delete"]
    topic: Topic
    id: UUID
    ref: UUID | None = None


class Read(ClientFrame):
    op: Literal["read"]
    topic: Topic
    seq: Position


class Typing(ClientFrame):
    op: Literal["typing"]
    topic: Topic
    on: StrictBool


class Cancel(ClientFrame):
    op: Literal["cancel"]
    topic: Topic


class Ping(ClientFrame):
    op: Literal["ping"]


AnyFrame = Auth | Subscribe | Unsubscribe | Send | Edit | Delete | Read | Typing | Cancel | Ping
_adapter: TypeAdapter[AnyFrame] = TypeAdapter(Annotated[AnyFrame, Field(discriminator="op")])


def parse_frame(text: str | None) -> AnyFrame:
    """The client's frame. Raises BadFrame with a stable code: bad_json, unknown_op, invalid_frame."""
    if text is None or len(text) > MAX_BYTES:
        raise BadFrame("A frame is JSON text of at most 64 KiB.")
    try:
        return _adapter.validate_json(text)
    except ValidationError as wrong:
        raise _bad_frame(wrong) from None
    except UnicodeError:
        raise BadFrame("The text is not valid Unicode.", code="bad_json") from None


def ref_of(text: str) -> UUID | None:
    """The `ref` of a frame that was refused, so that its sender knows which one."""
    try:
        body = orjson.loads(text)
        return UUID(body["ref"]) if isinstance(body, dict) else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _bad_frame(wrong: ValidationError) -> BadFrame:
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return BadFrame("This is not JSON.", code="bad_json")
    if first["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return BadFrame("There is no such op.", code="unknown_op")
    fields = {
        ".".join(str(part) for part in e["loc"][1:]) or "frame": [e["msg"]]
        for e in wrong.errors(include_url=False, include_context=False, include_input=False)
    }
    return BadFrame("Some fields are wrong: " + ", ".join(sorted(fields)), errors=fields)
