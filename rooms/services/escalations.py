"""Ask for a person: make an escalation from a room, and hand one up to the next level."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from chatcore.errors import Conflict, Invalid
from chatcore.models import AccountType, User
from chatcore.selectors.permissions import require
from chatcore.services.refusals import refusal_error
from rooms.models import (
    HELD,
    PRESENT,
    RANK,
    ChatRoom,
    Escalation,
    EscalationStatus,
    EventKind,
    Level,
    Resolution,
    RoomParticipant,
    RoomType,
)
from rooms.selectors.access import RoomAccess
from rooms.selectors.escalations import open_escalation_of
from rooms.services import clocks
from rooms.services.escalation_care import words
from rooms.services.escalation_changes import (
    NotYours,
    locked,
    record,
    refuse_unless,
    store,
    tell,
)
from rooms.services.escalation_rooms import target_room_for
from rooms.services.load import release
from rooms.services.policies import policy_for

LEVEL_OF = {rank: level for level, rank in RANK.items()}
PEOPLE_SERVED = (AccountType.GUEST, AccountType.MEMBER)


class AlreadyEscalated(Conflict):
    code = "already_escalated"
    title = "Somebody is being asked for here already"


def escalate_as_allowed(
    *, access: RoomAccess, by: User, to_level: str, priority: int | None = None, **columns: Any
) -> Escalation:
    """What anybody may ask for in a room they are in: `escalate_room`, at its level and in turn.

    A higher level or another priority takes `chat:escalation:escalate` or `…:assign`; of who holds
    neither, the wish is not heard, so that no customer jumps the queue. Raises what that raises.
    """
    if not (by.can("chat:escalation:escalate") or by.can("chat:escalation:assign")):
        to_level, priority = LEVEL_OF[access.room.escalation_level], None
    return escalate_room(access=access, by=by, to_level=to_level, priority=priority, **columns)


def escalate_room(
    *,
    access: RoomAccess,
    by: User,
    to_level: str,
    reason: str,
    priority: int | None = None,
    handover_note: str = "",
    required_skills: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> Escalation:
    """From a room somebody is in: ask for a person, or hand the matter up where one is at work.

    Raises Forbidden without `chat:escalation:create` and to who may not speak there, AlreadyEscalated,
    Conflict for a direct or a closed room, Invalid where a level goes down or a handover note
    is missing.
    """
    require(by, "chat:escalation:create")
    _refuse_room(access)
    running = open_escalation_of(access.room.pk)
    if running is not None:
        if running.assigned_to_user_id != by.pk:
            raise AlreadyEscalated
        return hand_up(
            running.pk,
            by=by,
            to_level=to_level,
            reason=reason,
            priority=priority,
            handover_note=handover_note,
            required_skills=required_skills,
            tags=tags,
        )
    from_level = LEVEL_OF[access.room.escalation_level]
    _refuse_downwards(from_level, to_level)
    columns = {
        "escalation_reason": reason.strip(),
        "handover_note": handover_note.strip(),
        "from_level": from_level,
        "to_level": to_level,
        "priority": priority or 3,
        "required_skills": words(required_skills),
        "tags": words(tags),
        "created_by_user": by,
    }
    with transaction.atomic():
        return _create(access.room, customer_of(access.room, by), by, columns)


def escalate(
    escalation: UUID,
    *,
    by: User | None,
    to_level: str | None = None,
    reason: str = "",
    priority: int | None = None,
    handover_note: str = "",
    required_skills: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> Escalation:
    """Hand the matter up: this level's part is resolved as `escalated`, the next one begins and names it.

    `by` None is the system, after a breach. Raises WrongState, Invalid without a handover note or
    where the level is not above.
    """
    with transaction.atomic():
        before = locked(escalation)
        refuse_unless(before, (EscalationStatus.CREATED, *HELD), "escalated")
        level = to_level or level_above(before.to_level)
        _refuse_handover(before.to_level, level, handover_note)
        room = before.target_room or before.source_room
        columns = {
            "escalation_reason": reason.strip() or before.escalation_reason,
            "handover_note": handover_note.strip(),
            "from_level": before.to_level,
            "to_level": level,
            "priority": priority or before.priority,
            "required_skills": words(required_skills) or before.required_skills,
            "tags": sorted({*before.tags, *words(tags)}),
            "created_by_user": by or before.created_by_user,
            "previous": before,
        }
        _hand_up(before, by, level, handover_note.strip())
        return _create(room, before.customer, by, columns)


def hand_up(escalation: UUID, *, by: User, **columns: Any) -> Escalation:
    """The same by an agent: who has it, or who holds `chat:escalation:assign`. Raises Forbidden, NotYours
    and what `escalate` raises."""
    require(by, "chat:escalation:escalate")
    with transaction.atomic():
        row = locked(escalation)
        if row.assigned_to_user_id != by.pk and not by.can("chat:escalation:assign"):
            raise NotYours
        return escalate(escalation, by=by, **columns)


def level_above(level: str) -> str:
    """The next level. Raises Invalid for the last one."""
    if level == Level.MANAGER:
        raise Invalid("There is no level above manager.", errors={"to_level": ["None is above."]})
    return LEVEL_OF[RANK[level] + 1]


def customer_of(room: ChatRoom, by: User) -> User:
    """Whose matter it is: who asks; of an agent, who made the room or came first and is no agent."""
    if by.account_type in PEOPLE_SERVED:
        return by
    places = RoomParticipant.objects.filter(
        room=room, status__in=PRESENT, user__account_type__in=PEOPLE_SERVED
    ).select_related("user")
    users = [place.user for place in places.order_by("joined_at", "id")[:10]]
    return next((user for user in users if user.pk == room.creator_id), None) or (
        users[0] if users else by
    )


def _create(
    source: ChatRoom, customer: User, by: User | None, columns: dict[str, Any]
) -> Escalation:
    policy = policy_for(columns["to_level"], columns["priority"])
    target = target_room_for(
        source, customer, columns["created_by_user"], columns["to_level"], policy
    )
    escalation = Escalation(
        source_room=source, target_room=target, customer=customer, policy_version=policy, **columns
    )
    _insert(escalation)
    record(escalation, EventKind.CREATED, by, note=escalation.escalation_reason)
    clocks.start(escalation)
    speaker = columns["created_by_user"]
    tell(escalation, speaker, _asked(escalation, by), EventKind.CREATED)
    target.refresh_from_db()
    escalation.heard_seq = target.last_seq
    return store(escalation, EventKind.CREATED)


def _insert(escalation: Escalation) -> None:
    try:
        with transaction.atomic():
            escalation.save(force_insert=True)
    except IntegrityError as error:  # the other one was faster
        if "escalations_one_open_per_room" in str(error):
            raise AlreadyEscalated from None
        raise


def _asked(escalation: Escalation, by: User | None) -> str:
    if escalation.previous_id:
        who = by.shown_name if by else "The service promise"
        return f"{who} has handed this on to {escalation.to_level}."
    who = by.shown_name if by else "The system"
    return f"{who} has asked for a person ({escalation.to_level})."


def _hand_up(before: Escalation, by: User | None, level: str, note: str) -> None:
    clocks.hear(before)  # its own first answer, before it is over
    release(before)
    before.status, before.resolution = EscalationStatus.RESOLVED, Resolution.ESCALATED
    before.resolution_notes, before.resolved_at = note, timezone.now()
    before.snoozed_until = None
    clocks.stop(before, before.resolved_at)
    record(before, EventKind.ESCALATED, by, note=note, to_level=level)
    store(before, EventKind.ESCALATED)


def _refuse_room(access: RoomAccess) -> None:
    """Who may say nothing in a room may not ask for somebody, either."""
    if access.room.room_type == RoomType.DIRECT:
        raise Conflict("A direct room is for two people.", code="direct_room")
    if refusal := access.silenced_by:
        raise refusal_error(refusal)


def _refuse_downwards(from_level: str, to_level: str) -> None:
    if RANK[to_level] < RANK[from_level]:
        words = f"This is with {from_level} already; it does not go down."
        raise Invalid(words, errors={"to_level": [words]})


def _refuse_handover(level: str, to_level: str, note: str) -> None:
    if RANK[to_level] <= RANK[level]:
        words = f"Name a level above {level}."
        raise Invalid(words, errors={"to_level": [words]})
    if not note.strip():
        words = "Say what the next level has to know."
        raise Invalid(words, errors={"handover_note": [words]})
