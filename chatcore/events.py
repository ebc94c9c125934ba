"""Events: what a reader must or may hear of, as declared, frozen classes.

A *lasting* event changes what a reload would show, so it carries the conversation's `version`. A
*passing* one (typing, a delta of a reply) does not and may be dropped.
"""

from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

registry: dict[str, type["Event"]] = {}


class Event(BaseModel):
    """Base of all events. A subclass sets `type`; unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        name = cls.__dict__.get("type")
        if name and registry.setdefault(name, cls) is not cls:
            raise TypeError(f"Two events are called {name}.")

    def data(self) -> dict[str, Any]:
        """The `data` of the frame, in types that `frames.encode` knows."""
        return self.model_dump(mode="json")

    def about(self) -> dict[str, Any]:
        """What the hub must know to deliver it, without reading the encoded frame."""
        return {}


class Lasting(Event):
    """An event that a replay repeats: `version` stands beside `data` in the frame."""

    version: int

    def data(self) -> dict[str, Any]:
        return self.model_dump(mode="json", exclude={"version"})


class Typing(Event):
    """`audience`: that of what they are writing, where it is known."""

    type = "typing"
    user: UUID
    on: bool
    audience: int = Field(0, exclude=True)

    def about(self) -> dict[str, Any]:
        return {"not_to": str(self.user), "audience": self.audience}


class Read(Event):
    """Somebody has read up to `seq`; where that is private, only their other sockets hear of it."""

    type = "read"
    user: UUID
    seq: int
    is_private: bool = Field(default=False, exclude=True)

    def about(self) -> dict[str, Any]:
        about = {"read_by": str(self.user), "seq": self.seq}
        return about | {"only_to": str(self.user)} if self.is_private else about


class Presence(Event):
    """Who came and who went since the last one; several at once after a restart of many clients."""

    type = "presence"
    online: list[UUID]
    offline: list[UUID]


class Unread(Event):
    """On `me`: the newest position of a conversation that the user follows and its unread count."""

    type = "unread"
    topic: str
    last_seq: int
    unread: int


# Every process follows this topic: whoever signs out may have sockets in any of them.
LOGINS_TOPIC = "logins"


class LoginRevoked(Event):
    """A login (or, with none named, every login of the user) is over: its sockets close with 4001."""

    type = "login.revoked"
    user: UUID
    login: UUID | None = None

    def about(self) -> dict[str, Any]:
        return {"user": str(self.user), "login": str(self.login) if self.login else None}


class MessageEvent(Lasting):
    """Base: `message` is the whole object as `GET …/messages/` gives it.

    `audience` is how much a reader must be cleared for to get it (see `frames.Sight`).
    """

    message: dict[str, Any]
    audience: int = Field(0, exclude=True)

    def data(self) -> dict[str, Any]:
        return self.message

    def about(self) -> dict[str, Any]:
        return {"message_seq": self.message["seq"], "audience": self.audience}


class MessageCreated(MessageEvent):
    """`speaks` is false where nobody said it: then its sender has not read what stands above."""

    type = "message.created"
    speaks: bool = Field(default=True, exclude=True)

    def about(self) -> dict[str, Any]:
        sender, seq = self.message.get("sender"), self.message["seq"]
        author = str(sender["id"]) if sender and self.speaks else None
        return super().about() | {"seq": seq, "author": author}


class MessageEdited(MessageEvent):
    type = "message.edited"


class MessageDeleted(MessageEvent):
    """The message keeps its place, with empty content."""

    type = "message.deleted"


class ReplyEvent(Event):
    """Base of an answer on its way, whoever gives it: passing, since the truth is what is stored in the
    end. `reply_id` is the `client_ref` that the stored message carries.

    `audience` and `message_seq` are those of the message, where it is there already: who may not have it
    hears nothing of these either (see `frames.Sight`).
    """

    reply_id: UUID
    audience: int = Field(0, exclude=True)
    message_seq: int | None = Field(None, exclude=True)

    def about(self) -> dict[str, Any]:
        if self.message_seq is None:
            return {}
        return {"audience": self.audience, "message_seq": self.message_seq}


class ReplyStarted(ReplyEvent):
    """An answer begins; also again, from nothing, when a failed attempt is repeated.

    `message` is where it will stand, in rooms; a dialogue has no message before the answer is whole.
    """

    type = "reply.started"
    question: UUID
    message: UUID | None = None
    attempt: int = Field(1, exclude=True)

    def about(self) -> dict[str, Any]:
        return super().about() | _stretch(self.reply_id, self.attempt, 0, 0)


class ReplyDelta(ReplyEvent):
    """A piece of the text. `offset` counts Unicode code points from the beginning."""

    type = "reply.delta"
    offset: int
    text: str
    attempt: int = Field(1, exclude=True)

    def about(self) -> dict[str, Any]:
        end = self.offset + len(self.text)
        return super().about() | _stretch(self.reply_id, self.attempt, self.offset, end)


def _stretch(reply_id: UUID, attempt: int, offset: int, end: int) -> dict[str, Any]:
    """What lets the hub give a late subscriber the text so far once, and only newer deltas then."""
    return {"reply": f"{reply_id}/{attempt}", "offset": offset, "end": end}


class ReplyCompleted(ReplyEvent):
    """The answer is whole and stored; the message follows as `message.created`, or as `message.edited`
    where it was there already."""

    type = "reply.completed"


class ReplyFailed(ReplyEvent):
    """No answer, or none but an apology: `code` is stable (`cancelled` among them)."""

    type = "reply.failed"
    code: str
    detail: str
