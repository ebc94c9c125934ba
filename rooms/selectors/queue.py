"""The queue from both sides: what the console lists and counts, and where a customer stands in it."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from chatcore.models import User
from rooms.models import HELD, OPEN, RANK, Escalation, EscalationStatus, EscalationWatcher, SlaClock
from rooms.selectors.escalation_access import escalations_for, levels_of

# How far back the pace of a level is measured.
PACE = timedelta(hours=1)


def awake() -> Q:
    """What does not sleep."""
    return Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=timezone.now())


def breached() -> Exists:
    return Exists(SlaClock.objects.filter(escalation=OuterRef("pk"), breached_at__isnull=False))


def watched_by(user: User) -> Exists:
    return Exists(EscalationWatcher.objects.filter(escalation=OuterRef("pk"), user=user))


def my_work(user: User) -> QuerySet[Escalation]:
    """What an agent has on the desk."""
    return escalations_for(user).filter(awake(), assigned_to_user=user, status__in=HELD)


def unassigned(user: User) -> QuerySet[Escalation]:
    """What waits for somebody, of the levels the agent serves."""
    return escalations_for(user).filter(awake(), status=EscalationStatus.CREATED)


def breached_open(user: User) -> QuerySet[Escalation]:
    """What is open although a promise broke."""
    return escalations_for(user).filter(breached(), status__in=OPEN)


def watched(user: User) -> QuerySet[Escalation]:
    return escalations_for(user).filter(watched_by(user))


def snoozed(user: User) -> QuerySet[Escalation]:
    return escalations_for(user).filter(snoozed_until__gt=timezone.now(), status__in=OPEN)


def of_level(user: User, level: str) -> QuerySet[Escalation]:
    """What is open at a level."""
    return escalations_for(user).filter(to_level=level, status__in=OPEN)


def in_queue_order(found: QuerySet[Escalation]) -> QuerySet[Escalation]:
    """The order in which the queue is drained."""
    return found.order_by("priority", "created_at", "pk")


def counts_for(user: User) -> dict[str, Any]:
    """The numbers beside the console's lists, in one query over what is open."""
    now = timezone.now()
    asleep = Q(snoozed_until__gt=now)
    mine = Q(assigned_to_user=user, status__in=HELD)
    numbers: dict[str, int] = (
        escalations_for(user)
        .filter(status__in=OPEN)
        .annotate(is_breached=breached(), is_watched=watched_by(user))
        .aggregate(
            mine=Count("pk", filter=mine & awake()),
            unassigned=Count("pk", filter=Q(status=EscalationStatus.CREATED) & awake()),
            breached=Count("pk", filter=Q(is_breached=True)),
            watched=Count("pk", filter=Q(is_watched=True)),
            snoozed=Count("pk", filter=asleep),
            open=Count("pk"),
            **{f"level_{level}": Count("pk", filter=Q(to_level=level)) for level in RANK},
        )
    )
    levels = {level: numbers.pop(f"level_{level}") for level in RANK}
    return {**numbers, "levels": levels, "my_levels": levels_of(user)}


def place_in_queue(escalation: Escalation) -> dict[str, Any]:
    """`position` (1 is next) and `expected_wait_seconds` while it waits, else null.

    The wait is the position times the pace at which its level took one on in the last hour; null where
    nothing was taken on.
    """
    if escalation.status != EscalationStatus.CREATED:
        return {"position": None, "expected_wait_seconds": None}
    before = Q(priority__lt=escalation.priority) | Q(
        priority=escalation.priority, created_at__lt=escalation.created_at
    )
    waiting = Escalation.objects.filter(
        awake(), before, to_level=escalation.to_level, status=EscalationStatus.CREATED
    )
    position = waiting.count() + 1
    taken = Escalation.objects.filter(
        to_level=escalation.to_level, assigned_at__gte=timezone.now() - PACE
    ).count()
    wait = round(position * PACE.total_seconds() / taken) if taken else None
    return {"position": position, "expected_wait_seconds": wait}
