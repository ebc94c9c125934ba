"""The queue from both sides: what the console lists and counts, and where a customer stands in it.

It is drained by the time of creation, to which each step of priority adds `QUEUE_STEP_SECONDS`: the more
urgent goes first, yet the least urgent comes up once it has waited longer by as much. Without that, a
busy day would starve it. The order of two never changes, so nobody's position grows while they wait,
but for somebody more urgent.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from chatcore.models import User
from rooms.models import HELD, OPEN, RANK, Escalation, EscalationStatus, EscalationWatcher, SlaClock
from rooms.selectors.escalation_access import escalations_for, levels_of

# How far back the pace of a level is measured.
PACE = timedelta(hours=1)
# Where an escalation `e` stands, in SQL, with a `%(step)s`; `_positions` says the same.
QUEUE_AT = "e.created_at + e.priority * %(step)s::interval"


def priority_step() -> timedelta:
    """What a step of priority is worth in waiting."""
    return timedelta(seconds=settings.QUEUE_STEP_SECONDS)


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
    """`places_in_queue` for one."""
    return places_in_queue([escalation])[escalation.pk]


def places_in_queue(page: Sequence[Escalation]) -> dict[UUID, dict[str, Any]]:
    """By escalation: `position` (1 is next) and `expected_wait_seconds` while it waits, else null.

    The wait is the position times the pace at which its level took one on in the last hour; null where
    nothing was taken on. Two queries, however long the page; none where nothing waits.
    """
    waiting = [each for each in page if each.status == EscalationStatus.CREATED]
    positions = _positions([each.pk for each in waiting]) if waiting else {}
    taken = _taken_lately({each.to_level for each in waiting}) if waiting else {}
    return {each.pk: _place(positions.get(each.pk), taken.get(each.to_level)) for each in page}


def _place(position: int | None, taken: int | None) -> dict[str, Any]:
    wait = round(position * PACE.total_seconds() / taken) if position and taken else None
    return {"position": position, "expected_wait_seconds": wait}


def _positions(keys: Sequence[UUID]) -> dict[UUID, int]:
    queue_at = ExpressionWrapper(
        F("created_at") + F("priority") * Value(priority_step()), DateTimeField()
    )
    before = Q(queue_at__lt=OuterRef("queue_at")) | Q(
        queue_at=OuterRef("queue_at"), pk__lt=OuterRef("pk")
    )
    waiting = Escalation.objects.alias(queue_at=queue_at).filter(status=EscalationStatus.CREATED)
    ahead = (
        waiting.filter(awake(), before, to_level=OuterRef("to_level"))
        .order_by()
        .values("to_level")
        .annotate(number=Count("pk"))
        .values("number")
    )
    found = waiting.filter(pk__in=keys).annotate(ahead=Coalesce(Subquery(ahead), 0))
    return {key: ahead + 1 for key, ahead in found.values_list("pk", "ahead")}


def _taken_lately(levels: Collection[str]) -> dict[str, int]:
    """How many each level took on within the time by which its pace is measured."""
    taken = Escalation.objects.filter(
        to_level__in=levels, assigned_at__gte=timezone.now() - PACE
    ).order_by()
    return dict(taken.values_list("to_level").annotate(Count("pk")))
