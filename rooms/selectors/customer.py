"""The customer's side of support: their running conversation, and where it stands."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatcore.models import User
from rooms.models import (
    HELD,
    PRESENT,
    ChatRoom,
    Escalation,
    EscalationStatus,
    Resolution,
    RoomParticipant,
    RoomStatus,
    RoomType,
)
from rooms.selectors.access import RoomAccess
from rooms.selectors.conclusions import SUPPORT, conclusion_of, rooms_of_matter
from rooms.selectors.escalations import person_out
from rooms.selectors.queue import place_in_queue


@dataclass(frozen=True, slots=True)
class Matter:
    """All the rooms of one conversation with support, and the level that has it now."""

    rooms: list[ChatRoom]
    latest: Escalation | None

    @property
    def room(self) -> ChatRoom:
        """Where it goes on."""
        if self.latest is None:
            return self.rooms[0]
        return self.latest.target_room or self.latest.source_room


def matter_of(room: ChatRoom) -> Matter:
    """The conversation that a room belongs to; three queries however many levels it went up."""
    rooms = rooms_of_matter(room)
    ids = [each.pk for each in rooms]
    found = Escalation.objects.filter(source_room__in=ids) | Escalation.objects.filter(
        target_room__in=ids
    )
    people = ("assigned_to_user", "source_room", "target_room")
    return Matter(rooms, found.select_related(*people).order_by("pk").last())


def running_room_of(user: User) -> ChatRoom | None:
    """The support room somebody opened that has not been concluded, the newest; where it goes on."""
    places = RoomParticipant.objects.filter(
        user=user,
        status__in=PRESENT,
        room__creator=user,
        room__room_type=RoomType.SUPPORT,
        room__deleted_at__isnull=True,
    ).select_related("room")
    for place in places.order_by("-room_id")[:5]:
        room = matter_of(place.room).room
        if room.status == RoomStatus.ACTIVE:
            return room
    return None


def support_state(access: RoomAccess) -> dict[str, Any]:
    """Where a conversation with support stands, for its customer. `stage` is one of `talking` (nobody
    was asked for), `waiting`, `assigned`, `working`, `solved` and `concluded`."""
    matter = matter_of(access.room)
    latest, room = matter.latest, matter.room
    concluded = room.status != RoomStatus.ACTIVE
    stage = "concluded" if concluded else _stage(latest)
    ending = conclusion_of(access.room) if concluded else None
    helper = latest.assigned_to_user if latest and latest.status in HELD else None
    state = {
        "room": room.pk,
        "stage": stage,
        "escalation": latest.pk if latest else None,
        "agent": person_out(helper),
        "rating": ending.rating if ending else None,
        "may_ask": stage in ("talking", "solved") and access.silenced_by is None,
        "may_rate": stage in ("solved", "concluded"),
        "may_reopen": bool(latest and latest.resolution == Resolution.SOLVED),
        **_place(latest),
    }
    return state | {"summary": summary_of(state, has_come=bool(latest and latest.accepted_at))}


def summary_of(state: dict[str, Any], *, has_come: bool) -> str:
    """The state in a sentence, for every door that shows it; `has_come`: the agent has accepted."""
    agent = state["agent"]
    name = (agent["display_name"] or agent["username"]) if agent else "Somebody"
    return {
        "talking": "You can ask for a person at any time.",
        "waiting": _waiting(state["position"], state["expected_wait_seconds"]),
        "assigned": f"{name} {'is here' if has_come else 'has been asked'} to help you.",
        "working": f"{name} is helping you.",
        "solved": "This was marked as solved. Tell us how it was, or go on if it is not.",
        "concluded": "This conversation has ended.",
    }[str(state["stage"])]


def _waiting(position: int | None, seconds: int | None) -> str:
    words = f"You are number {position} in the queue." if position else "You are in the queue."
    if seconds is None:
        return f"{words} Somebody will be with you as soon as possible."
    minutes = max(1, round(seconds / 60))
    return f"{words} Expected wait: about {minutes} minute{'s' if minutes > 1 else ''}."


def _stage(latest: Escalation | None) -> str:
    if latest is None or latest.status == EscalationStatus.CANCELLED:
        return "talking"
    return {
        EscalationStatus.CREATED.value: "waiting",
        EscalationStatus.ASSIGNED.value: "assigned",
        EscalationStatus.IN_PROGRESS.value: "working",
    }.get(latest.status, "solved")


def _place(latest: Escalation | None) -> dict[str, Any]:
    if latest is None:
        return {"position": None, "expected_wait_seconds": None}
    return place_in_queue(latest)


def earlier_room_of(access: RoomAccess) -> UUID | None:
    """The room from which this one was made, where the reader was in it, too."""
    before = access.room.parent_room_id
    if before is None or access.room.room_type not in SUPPORT or access.user is None:
        return None
    places = RoomParticipant.objects.filter(room=before, user=access.user, status__in=PRESENT)
    return before if places.exists() else None
