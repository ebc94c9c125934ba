"""The life of an escalation: given, accepted, declined, started, resolved, cancelled, opened again.

Each step is taken under the row's lock, from the states that allow it, by whoever may: the agent who has
it, or somebody with `chat:escalation:assign`.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chatcore.errors import Conflict, Forbidden, Invalid
from chatcore.models import User
from chatcore.selectors.permissions import require
from rooms.models import (
    HELD,
    OPEN,
    Escalation,
    EscalationStatus,
    EventKind,
    Resolution,
    RoomStatus,
)
from rooms.selectors.access import standing_in
from rooms.selectors.escalation_access import may_serve
from rooms.services import clocks
from rooms.services.escalation_changes import (
    NotYours,
    locked,
    record,
    refuse_unless,
    store,
    tell,
)
from rooms.services.escalation_rooms import let_work, take_out
from rooms.services.load import profile_of, release, take
from rooms.services.rooms import update_room
from rooms.services.supervision import note_reassignment

CREATED, ASSIGNED = EscalationStatus.CREATED, EscalationStatus.ASSIGNED


def give(
    escalation: Escalation, agent: User, *, by: User | None, accepted: bool = False, note: str = ""
) -> Escalation:
    """Put a locked escalation that waits into an agent's hands; the core of every assignment."""
    now = timezone.now()
    take(escalation, agent.pk)
    escalation.assigned_to_user = agent
    escalation.status, escalation.assigned_at = ASSIGNED, now
    escalation.accepted_at = now if accepted else None
    escalation.snoozed_until = None
    record(escalation, EventKind.ASSIGNED, by, to=agent, note=note, automatic=by is None)
    let_work(escalation, agent)
    words = f"{agent.shown_name} ({escalation.to_level}) has been asked to help."
    if accepted:
        record(escalation, EventKind.ACCEPTED, by)
        words = f"{agent.shown_name} ({escalation.to_level}) is here to help."
    tell(escalation, agent, words, EventKind.ASSIGNED)
    return store(escalation, EventKind.ASSIGNED)


@transaction.atomic
def assign_escalation(
    escalation: UUID, *, by: User, to: UUID | None = None, note: str = ""
) -> Escalation:
    """Give one to somebody, or take it oneself where nobody is named.

    Raises Forbidden without `chat:escalation:assign` for another one, and without
    `supervisor:chat:reassign` where somebody else has it in hand, WrongState, Invalid for who is no agent
    of its level.
    """
    if to is None or to == by.pk:
        return accept_escalation(escalation, by=by)
    require(by, "chat:escalation:assign")
    row = locked(escalation)
    refuse_unless(row, OPEN, "assigned")
    agent = _agent(to, row)
    if row.assigned_to_user_id == agent.pk:
        return row
    if row.status in HELD:
        return _pass_on(row, agent, by=by, note=note)
    return give(row, agent, by=by, note=note)


@transaction.atomic
def accept_escalation(escalation: UUID, *, by: User) -> Escalation:
    """Say yes to what one was given, or take what waits. Raises Forbidden, NotYours, WrongState."""
    require(by, "chat:escalation:accept")
    row = locked(escalation)
    refuse_unless(row, OPEN, "accepted")
    if row.status == CREATED:
        if not may_serve(by, row):
            raise Forbidden(f"This is for agents of {row.to_level} or above.", code="level_too_low")
        return give(row, by, by=by, accepted=True)
    if row.assigned_to_user_id != by.pk:
        raise NotYours
    if row.accepted_at is not None:
        return row
    row.accepted_at = timezone.now()
    record(row, EventKind.ACCEPTED, by)
    tell(row, by, f"{by.shown_name} ({row.to_level}) is here to help.", EventKind.ACCEPTED)
    return store(row, EventKind.ACCEPTED)


@transaction.atomic
def decline_escalation(escalation: UUID, *, by: User, reason: str = "") -> Escalation:
    """Back to the queue: somebody else is looked for. Raises Forbidden, NotYours, WrongState."""
    require(by, "chat:escalation:accept")
    row = locked(escalation)
    refuse_unless(row, (ASSIGNED,), "declined")
    if row.assigned_to_user_id != by.pk:
        raise NotYours
    row.declined_count += 1
    record(row, EventKind.DECLINED, by, note=reason)
    return _put_back(row, by, EventKind.DECLINED)


@transaction.atomic
def start_escalation(escalation: UUID, *, by: User) -> Escalation:
    """Begin to work on it; that accepts it, too. Raises Forbidden, NotYours, WrongState."""
    require(by, "chat:escalation:start")
    row = locked(escalation)
    if row.status == EscalationStatus.IN_PROGRESS and row.assigned_to_user_id == by.pk:
        return row
    refuse_unless(row, (ASSIGNED,), "started")
    _refuse_others(row, by)
    row.status, row.started_at = EscalationStatus.IN_PROGRESS, timezone.now()
    row.accepted_at = row.accepted_at or row.started_at
    record(row, EventKind.STARTED, by)
    tell(row, by, f"{by.shown_name} works on this now.", EventKind.STARTED)
    return store(row, EventKind.STARTED)


@transaction.atomic
def resolve_escalation(escalation: UUID, *, by: User, notes: str = "") -> Escalation:
    """It is solved. The room stays open until the conversation is concluded.

    Raises Forbidden, NotYours, WrongState.
    """
    require(by, "chat:escalation:resolve")
    row = locked(escalation)
    refuse_unless(row, HELD, "resolved")
    _refuse_others(row, by)
    clocks.hear(row)
    release(row)
    row.status, row.resolution = EscalationStatus.RESOLVED, Resolution.SOLVED
    row.resolution_notes, row.resolved_at = notes.strip(), timezone.now()
    row.snoozed_until = None
    clocks.solve(row, row.resolved_at)
    record(row, EventKind.RESOLVED, by, note=row.resolution_notes)
    tell(row, by, f"{by.shown_name} has marked this as solved.", EventKind.RESOLVED)
    return store(row, EventKind.RESOLVED)


@transaction.atomic
def cancel_escalation(escalation: UUID, *, by: User, reason: str = "") -> Escalation:
    """Nobody is wanted any more: its customer may say so, and who holds `chat:escalation:cancel`.

    Raises Forbidden, WrongState.
    """
    row = locked(escalation)
    if by.pk not in (row.customer_id, row.created_by_user_id):
        require(by, "chat:escalation:cancel")
    refuse_unless(row, OPEN, "cancelled")
    clocks.hear(row)
    release(row)
    now = timezone.now()
    row.status, row.snoozed_until = EscalationStatus.CANCELLED, None
    clocks.stop(row, now)
    record(row, EventKind.CANCELLED, by, note=reason)
    tell(row, by, f"{by.shown_name} has called this off.", EventKind.CANCELLED)
    return store(row, EventKind.CANCELLED)


@transaction.atomic
def reopen_escalation(escalation: UUID, *, by: User) -> Escalation:
    """It was not solved after all: back to who solved it, or into the queue where they are away.

    Raises WrongState where it was not solved here, Conflict after ESCALATION_REOPEN_DAYS or where the
    matter has moved on.
    """
    row = locked(escalation)
    if row.status != EscalationStatus.RESOLVED or row.resolution != Resolution.SOLVED:
        refuse_unless(row, (), "reopened")
    _refuse_reopening(row)
    row.status, row.resolution, row.resolved_at = CREATED, Resolution.NONE, None
    row.reopened_count, row.reopened_at = row.reopened_count + 1, timezone.now()
    row.resolution_notes = ""
    agent, row.assigned_to_user = row.assigned_to_user, None
    clocks.reopen(row, row.reopened_at)
    record(row, EventKind.REOPENED, by)
    _open_room(row)
    tell(row, by, f"{by.shown_name} has opened this again.", EventKind.REOPENED)
    if agent is not None and may_serve(agent, row) and profile_of(agent.pk).takes_work:
        return give(row, agent, by=None)
    return store(row, EventKind.REOPENED, also_to=[agent.pk] if agent else [])


@transaction.atomic
def transfer_escalation(
    escalation: UUID, *, by: User, to: UUID | None = None, note: str = ""
) -> Escalation:
    """To another agent of the level, or, where nobody is named, back into the queue.

    Raises Forbidden, also without `supervisor:chat:reassign` where somebody else has it in hand, NotYours,
    WrongState, Invalid for who cannot have it.
    """
    require(by, "chat:escalation:transfer")
    row = locked(escalation)
    refuse_unless(row, HELD, "transferred")
    _refuse_others(row, by)
    if to is None:
        _mind_whose_it_is(row, by, note)
        record(row, EventKind.RELEASED, by, note=note)
        return _put_back(row, by, EventKind.RELEASED)
    agent = _agent(to, row)
    if row.assigned_to_user_id == agent.pk:
        raise Conflict("They have it already.", code="already_theirs")
    return _pass_on(row, agent, by=by, note=note)


def _pass_on(row: Escalation, agent: User, *, by: User, note: str) -> Escalation:
    """From one agent's hands into another's."""
    _mind_whose_it_is(row, by, note)
    before = row.assigned_to_user
    for user in sorted({agent.pk, before.pk} if before else {agent.pk}, key=str):
        profile_of(user)
    clocks.hear(row)
    release(row)
    record(row, EventKind.TRANSFERRED, by, to=agent, note=note)
    row.status, row.started_at = CREATED, None
    if before is not None and row.target_room is not None:
        take_out(row.target_room, before)
    return give(row, agent, by=by, note=note)


def _put_back(row: Escalation, by: User, what: str) -> Escalation:
    """Into the queue, where whoever is free is looked for as soon as this commits."""
    clocks.hear(row)
    release(row)
    agent, row.assigned_to_user = row.assigned_to_user, None
    row.status = CREATED
    row.assigned_at = row.accepted_at = row.started_at = None
    tell(row, by, "We are looking for somebody else to help.", what)
    if agent is not None and row.target_room is not None:
        take_out(row.target_room, agent)
    return store(row, what, also_to=[agent.pk] if agent else [])


def _agent(user: UUID, row: Escalation) -> User:
    agent = User.objects.filter(pk=user).first()
    if agent is None or not may_serve(agent, row):
        words = f"There is no such agent of {row.to_level} or above."
        raise Invalid(words, errors={"user": [words]})
    return agent


def _refuse_others(row: Escalation, by: User) -> None:
    if row.assigned_to_user_id != by.pk and not by.can("chat:escalation:assign"):
        raise NotYours


def _mind_whose_it_is(row: Escalation, by: User, note: str) -> None:
    """To take it out of somebody else's hands is an act of supervision, with the note for its reason."""
    if row.assigned_to_user_id != by.pk:
        note_reassignment(room=row.target_room or row.source_room, by=by, reason=note)


def _refuse_reopening(row: Escalation) -> None:
    days = timedelta(days=settings.ESCALATION_REOPEN_DAYS)
    if row.resolved_at is not None and row.resolved_at < timezone.now() - days:
        raise Conflict(
            f"It was solved more than {settings.ESCALATION_REOPEN_DAYS} days ago; ask anew.",
            code="too_late",
        )
    running = Escalation.objects.filter(source_room_id=row.source_room_id, status__in=OPEN)
    if running.exists():
        raise Conflict("Somebody is being asked for here already.", code="already_escalated")


def _open_room(row: Escalation) -> None:
    room = row.target_room or row.source_room
    if room.status != RoomStatus.ACTIVE:
        update_room(access=standing_in(room), changes={"status": RoomStatus.ACTIVE})
