"""The clocks of escalations in the database: begun, brought up to date by what was said, rung in time.

Messages are not watched as they are stored, so they cost nothing: whoever looks at an escalation, and the
job that rings at the very instant a clock runs out, first hears what was said up to then.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from chatcore.jobs import enqueue_at_on_commit
from chatcore.models import AccountType
from rooms import sla
from rooms.models import (
    HELD,
    Audience,
    ClockState,
    Escalation,
    EscalationStatus,
    EventKind,
    MessageType,
    RoomMessage,
    SlaClock,
)
from rooms.services import escalation_changes as changes

RING = "rooms.ring_clocks"
# What rings later than this is asked for by the next round of `plan_rings`.
SOON = timedelta(minutes=10)
SUPPORT = (AccountType.AGENT, AccountType.SUPERVISOR, AccountType.STAFF)
SERVED = (AccountType.GUEST, AccountType.MEMBER)
SPOKEN = (MessageType.CHAT, MessageType.FILE, MessageType.IMAGE)
FIELDS = (
    "state",
    "started_at",
    "due_at",
    "warn_at",
    "left_seconds",
    "warned_at",
    "breached_at",
    "met_at",
    "updated_at",
)


def start(escalation: Escalation) -> None:
    """Begin the clocks of a new escalation, where a policy promises something."""
    if escalation.policy_version is not None:
        promise = sla.promise_of(escalation.policy_version)
        save(escalation, sla.begin(promise, timezone.now()))


def solve(escalation: Escalation, at: datetime) -> None:
    clocks = clocks_of(escalation)
    sla.solve(clocks, at)
    save(escalation, clocks)


def stop(escalation: Escalation, at: datetime) -> None:
    clocks = clocks_of(escalation)
    sla.stop(clocks, at)
    save(escalation, clocks)


def reopen(escalation: Escalation, at: datetime) -> None:
    if escalation.policy_version is not None:
        clocks = clocks_of(escalation)
        sla.reopen(clocks, sla.promise_of(escalation.policy_version), at)
        save(escalation, clocks)


def hear(escalation: Escalation) -> bool:
    """Bring a locked, open escalation up to what was said in its room; whether anything was.

    The first word of support is its first response, and whoever has it is then at work on it.
    """
    stands_at = escalation.target_room.last_seq if escalation.target_room else 0
    messages = _unheard(escalation)
    if not messages:
        _pass_over(escalation, stands_at)
        return False
    said = [
        sla.Heard(at, kind in SUPPORT)
        for _seq, at, kind, type_ in messages
        if type_ in SPOKEN and (kind in SUPPORT or kind in SERVED)
    ]
    first = next((words.at for words in said if words.by_support), None)
    if escalation.policy_version is not None:
        clocks = clocks_of(escalation)
        sla.hear(clocks, sla.promise_of(escalation.policy_version), said)
        save(escalation, clocks)
    escalation.heard_seq = max(messages[-1][0], stands_at)
    if first and escalation.first_response_at is None:
        _note_first_response(escalation, first)
    else:
        Escalation.objects.filter(pk=escalation.pk).update(heard_seq=escalation.heard_seq)
    return True


def catch_up(escalations: Iterable[Escalation]) -> bool:
    """For a page of escalations: those in whose rooms something was said since; whether there were."""
    behind = [
        each.pk
        for each in escalations
        if each.is_open and each.target_room and each.target_room.last_seq > each.heard_seq
    ]
    heard = False
    for key in behind:
        with transaction.atomic():
            heard |= hear(changes.locked(key))
    return heard


def _pass_over(escalation: Escalation, seq: int) -> None:
    """What was said up to there answers nobody; the next page need not ask again."""
    if seq > escalation.heard_seq:
        escalation.heard_seq = seq
        Escalation.objects.filter(pk=escalation.pk).update(heard_seq=seq)


def _note_first_response(escalation: Escalation, at: datetime) -> None:
    agent = escalation.assigned_to_user
    escalation.first_response_at = at
    if escalation.status == EscalationStatus.ASSIGNED:
        escalation.status = EscalationStatus.IN_PROGRESS
        escalation.accepted_at = escalation.accepted_at or at
        escalation.started_at = at
    changes.record(escalation, EventKind.RESPONDED, agent, at=at.isoformat())
    changes.store(escalation, EventKind.RESPONDED)


def _unheard(escalation: Escalation) -> list[tuple[int, datetime, str, str]]:
    if escalation.target_room_id is None or escalation.status not in (*HELD, "created"):
        return []
    found = (
        RoomMessage.objects.filter(room_id=escalation.target_room_id, seq__gt=escalation.heard_seq)
        .exclude(audience=Audience.STAFF)  # a private note answers nobody
        .order_by("seq")
        .values_list("seq", "created_at", "sender__account_type", "message_type")
    )
    return list(found)


def clocks_of(escalation: Escalation) -> sla.Clocks:
    return {clock.metric: clock for clock in SlaClock.objects.filter(escalation=escalation)}


def save(escalation: Escalation, clocks: sla.Clocks) -> list[SlaClock]:
    """Store them, note in the story what broke since they were stored last, and ask for their rings."""
    now = timezone.now()
    broken = _newly_broken(escalation, clocks)
    for clock in broken:
        changes.record(
            escalation, EventKind.BREACHED, None, metric=clock.metric, at=iso(clock.breached_at)
        )
    for clock in clocks.values():
        if clock._state.adding:
            clock.escalation = escalation
            clock.save(force_insert=True)
        else:
            clock.save(update_fields=FIELDS)
        ask_for_rings(clock, now)
    return broken


def iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _newly_broken(escalation: Escalation, clocks: sla.Clocks) -> list[SlaClock]:
    broken = [clock for clock in clocks.values() if clock.breached_at]
    if not broken:
        return []
    known = SlaClock.objects.filter(escalation=escalation, breached_at__isnull=False)
    told = set(known.values_list("metric", flat=True))
    return [clock for clock in broken if clock.metric not in told]


def ask_for_rings(clock: SlaClock, now: datetime) -> None:
    """A job at the instant itself; a further one waits for `plan_rings`, since a broker is no calendar."""
    if clock.state != ClockState.RUNNING:
        return
    rings = (
        clock.warn_at if not clock.warned_at else None,
        clock.due_at if not clock.breached_at else None,
    )
    for when in rings:
        if when and now < when <= now + SOON:
            enqueue_at_on_commit(RING, when, escalation=str(clock.escalation_id))
