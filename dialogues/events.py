"""What a reader of a dialogue hears of, beside the messages themselves (`chatcore.events`)."""

from typing import Any
from uuid import UUID

from pydantic import Field

from chatcore.events import Event, Lasting


class DialogueUpdated(Lasting):
    """Title, status, rating or settings changed; `dialogue` is what `GET dialogues/{id}/` gives."""

    type = "dialogue.updated"
    dialogue: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return self.dialogue

    def about(self) -> dict[str, Any]:
        # It may be deleted now.
        return {"recheck": True}


class ReplyStarted(Event):
    """An answer begins; also again, from nothing, when a failed attempt is repeated.

    `reply_id` is the `client_ref` that the stored message will carry.
    """

    type = "reply.started"
    reply_id: UUID
    question: UUID
    attempt: int = Field(1, exclude=True)

    def about(self) -> dict[str, Any]:
        return _stretch(self.reply_id, self.attempt, 0, 0)


class ReplyDelta(Event):
    """A piece of the text. `offset` counts Unicode code points from the beginning."""

    type = "reply.delta"
    reply_id: UUID
    offset: int
    text: str
    attempt: int = Field(1, exclude=True)

    def about(self) -> dict[str, Any]:
        return _stretch(self.reply_id, self.attempt, self.offset, self.offset + len(self.text))


def _stretch(reply_id: UUID, attempt: int, offset: int, end: int) -> dict[str, Any]:
    """What lets the hub give a late subscriber the text so far once, and only newer deltas then."""
    return {"reply": f"{reply_id}/{attempt}", "offset": offset, "end": end}


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
