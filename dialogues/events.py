"""What a reader of a dialogue hears of, beside the messages themselves (`chatcore.events`)."""

from typing import Any
from uuid import UUID

from chatcore.events import Event, Lasting


class DialogueUpdated(Lasting):
    """Its title, status, rating or settings changed: `dialogue` is what `GET dialogues/{id}/` gives."""

    type = "dialogue.updated"
    dialogue: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return self.dialogue


class ReplyStarted(Event):
    """An answer begins; also again, from nothing, when a failed attempt is repeated.

    `reply_id` is the `client_ref` that the stored message will carry.
    """

    type = "reply.started"
    reply_id: UUID
    question: UUID


class ReplyDelta(Event):
    """A piece of the text. `offset` counts Unicode code points from the beginning."""

    type = "reply.delta"
    reply_id: UUID
    offset: int
    text: str


class ReplyCompleted(Event):
    """The answer is whole and stored; it follows as `message.created`."""

    type = "reply.completed"
    reply_id: UUID


class ReplyFailed(Event):
    """No answer, or none but an apology: `code` is stable (`cancelled` among them)."""

    type = "reply.failed"
    reply_id: UUID
    code: str
    detail: str
