"""Clocks that ring: a warning when a promise is nearly broken, and what its breaking sets off.

A job rings at the very instant; the rounds of `plan_rings` ask for those jobs, and ring what was missed.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from chatcore.models import AccountType, User
from rooms import sla
from rooms.models import (
    OPEN,
    BreachAction,
    ClockState,
    Escalation,
    EventKind,
    Level,
    SlaClock,
)
from rooms.services import clocks
from rooms.services import escalation_changes as changes
from rooms.services.escalations import escalate


def ring_clocks(escalation: UUID, now: datetime | None = None) -> None:
    """Warn of what is nearly over and break what is, exactly once; safe to repeat."""
    now = now or timezone.now()
    with transaction.atomic():
        row = changes.locked(escalation)
        if row.status not in OPEN:
            return
        clocks.hear(row)
        running = clocks.clocks_of(row)
        warned = sla.ring(running, now)
        before = row.story.filter(kind=EventKind.BREACHED).exists()
        broken = clocks.save(row, running)
        for clock in warned:
            due = clocks.iso(clock.due_at)
            changes.record(row, EventKind.WARNED, None, metric=clock.metric, due_at=due)
        if warned:
            changes.notify(row, EventKind.WARNED)
        if broken:
            _break(row, [clock.metric for clock in broken], first=not before)


def plan_rings(now: datetime | None = None) -> int:
    """Ask for the rings of the next minutes, and ring at once what should have rung; by beat."""
    now = now or timezone.now()
    running = SlaClock.objects.filter(state=ClockState.RUNNING, escalation__status__in=OPEN)
    due = Q(due_at__lte=now + clocks.SOON, breached_at__isnull=True)
    warn = Q(warn_at__lte=now + clocks.SOON, warned_at__isnull=True, due_at__gt=now)
    late = set()
    for clock in running.filter(due | warn):
        if (clock.due_at and clock.due_at <= now) or (clock.warn_at and clock.warn_at <= now):
            late.add(clock.escalation_id)
        clocks.ask_for_rings(clock, now)
    for escalation in late:
        ring_clocks(escalation, now)
    return len(late)


def _break(escalation: Escalation, metrics: Sequence[str], *, first: bool) -> None:
    """Tell the agent and the supervisors, then do what the policy says, once per escalation."""
    supervisors = User.objects.filter(
        account_type=AccountType.SUPERVISOR, account_status="active"
    ).values_list("pk", flat=True)
    version = escalation.policy_version
    action = version.breach_action if version and first else BreachAction.NOTIFY
    if action == BreachAction.RAISE_PRIORITY and escalation.priority > 1:
        escalation.priority -= 1
        changes.record(escalation, EventKind.CHANGED, None, priority=escalation.priority)
    changes.store(escalation, EventKind.BREACHED, also_to=list(supervisors))
    if action == BreachAction.ESCALATE and escalation.to_level != Level.MANAGER:
        _escalate_by_rule(escalation, metrics)


def _escalate_by_rule(escalation: Escalation, metrics: Sequence[str]) -> None:
    broken = " and ".join(metric.replace("_", " ") for metric in metrics)
    escalate(escalation.pk, by=None, handover_note=f"Handed up by the policy: {broken} overdue.")
