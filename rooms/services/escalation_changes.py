"""What every change of an escalation has in common: the lock, the line in its story, the announcement.

Locks are taken in one order: escalations, agents' profiles, rooms, places in rooms.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from chatcore.errors import Conflict, Forbidden, NotFound
from chatcore.jobs import enqueue_on_commit
from chatcore.models import User
from chatcore.services.append import next_version
from chatcore.services.publish import publish_on_commit
from rooms.events import EscalationChanged, EscalationNotice
from rooms.models import (
    Escalation,
    EscalationEvent,
    EscalationStatus,
    EscalationWatcher,
)
from rooms.selectors.agents import who_serve
from rooms.selectors.escalations import brief_out
from rooms.services.announcing import announce
from rooms.services.messages import say_system
from rooms.services.timeline import ROOM_TIMELINE

DRAIN = "rooms.drain_queue"


class WrongState(Conflict):
    """The escalation is not in a state from which this is possible."""

    code = "wrong_state"
    title = "The escalation is not in a state for this"


class NotYours(Forbidden):
    code = "not_yours"
    title = "Somebody else has this escalation"


def locked(escalation: UUID) -> Escalation:
    """The row under its lock, with rooms and people. Raises NotFound: it may be gone by now."""
    found = (
        Escalation.objects.select_for_update(of=("self",))
        .select_related(
            "source_room",
            "target_room",
            "customer",
            "created_by_user",
            "assigned_to_user",
            "policy_version",
        )
        .filter(pk=escalation)
        .first()
    )
    if found is None:
        raise NotFound("There is no such escalation.")
    return found


def refuse_unless(escalation: Escalation, states: Iterable[str], verb: str) -> None:
    """Raises WrongState that names where it stands."""
    if escalation.status not in states:
        raise WrongState(f"It is {escalation.status}; that cannot be {verb}.")


def record(
    escalation: Escalation,
    kind: str,
    by: User | None,
    *,
    to: User | None = None,
    note: str = "",
    **details: Any,
) -> EscalationEvent:
    """A line of the story; `by` None is the system."""
    return EscalationEvent.objects.create(
        escalation=escalation, kind=kind, by_user=by, to_user=to, note=note, details=details
    )


def store(escalation: Escalation, what: str, *, also_to: Iterable[UUID] = ()) -> Escalation:
    """Write the row with its rooms' next versions and tell the rooms and the people concerned."""
    rooms = sorted({escalation.source_room_id, escalation.target_room_id} - {None}, key=str)
    versions = {room: next_version(ROOM_TIMELINE, room) for room in rooms if room}
    escalation.source_version = versions[escalation.source_room_id]
    if escalation.target_room_id:
        escalation.target_version = versions[escalation.target_room_id]
    escalation.save()
    brief = brief_out(escalation)
    for room, version in versions.items():
        announce(room, EscalationChanged(version=version, escalation=brief))
    notify(escalation, what, also_to=also_to)
    if escalation.status == EscalationStatus.CREATED:
        enqueue_on_commit(DRAIN)
    return escalation


def notify(escalation: Escalation, what: str, *, also_to: Iterable[UUID] = ()) -> None:
    """On `me` of whoever has it, made it, waits for it or watches it, and of the agents who are here and
    in whose lists it stands."""
    watchers = EscalationWatcher.objects.filter(escalation=escalation)
    concerned = {
        escalation.assigned_to_user_id,
        escalation.created_by_user_id,
        escalation.customer_id,
        *watchers.values_list("user_id", flat=True),
        *who_serve(escalation.to_level).values_list("pk", flat=True),
        *also_to,
    } - {None}
    notice = EscalationNotice(what=what, escalation=brief_out(escalation))
    for user in concerned:
        publish_on_commit(f"user:{user}", notice)


def tell(escalation: Escalation, speaker: User, words: str, what: str) -> None:
    """A system message in the room in which it is worked on; everybody there may read it."""
    say_system(
        room=escalation.target_room or escalation.source_room,
        by=speaker,
        text=words,
        metadata={"escalation": str(escalation.pk), "what": what},
    )
