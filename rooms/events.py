"""What the readers of a room hear of, beside the messages."""

from typing import Any
from uuid import UUID

from chatcore.events import Event, Lasting


class RoomUpdated(Lasting):
    """The room's own attributes changed; `room` as `GET rooms/{id}/` gives it, without what is personal."""

    type = "room.updated"
    room: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return self.room

    def about(self) -> dict[str, Any]:
        # It may be deleted now, and nobody's any more.
        return {"recheck": True}


class ParticipantChanged(Lasting):
    """Somebody came, went, or has another role or other rights."""

    type = "participant.changed"
    participant: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return self.participant

    def about(self) -> dict[str, Any]:
        # Whoever lost the right to read is found by asking again, for everybody who follows the room.
        return {"recheck": True}


class RoomJoined(Event):
    """On `me`: a room is now in your list (you made it, joined it or were invited)."""

    type = "room.joined"
    room: str

    def about(self) -> dict[str, Any]:
        return {"follow": f"room:{self.room}"}


class RoomLeft(Event):
    """On `me`: a room is no longer in your list."""

    type = "room.left"
    room: str

    def about(self) -> dict[str, Any]:
        return {"unfollow": f"room:{self.room}"}


class EscalationChanged(Lasting):
    """Somebody is asked for, has it, works on it, is done: what everybody in the room may know.

    On the topics of the source room and of the target room, each with that room's version; the object
    that `GET rooms/{id}/escalations/` gives.
    """

    type = "escalation.changed"
    escalation: dict[str, Any]

    def data(self) -> dict[str, Any]:
        return self.escalation


class EscalationNotice(Event):
    """On `me`: something of an escalation that you have, watch or wait for; `what` is an event kind."""

    type = "escalation.notice"
    what: str
    escalation: dict[str, Any]


class Mentioned(Event):
    """On `me`: somebody named you with an @ in a room of yours."""

    type = "mention"
    room: str
    message: str
    seq: int
    by: str


class ObservationEnded(Event):
    """A supervisor looks on no more: their sockets lose the room. Nobody else hears of it."""

    type = "observation.ended"
    user: UUID

    def about(self) -> dict[str, Any]:
        return {"recheck": True, "only_to": str(self.user)}
