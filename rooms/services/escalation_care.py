"""Around an escalation: priority and tags, snoozing, watching, an agent's own switch."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Forbidden, Invalid
from chatcore.jobs import enqueue_at_on_commit, enqueue_on_commit
from chatcore.models import SupportLevel, User
from chatcore.selectors.permissions import require
from rooms.models import OPEN, Escalation, EscalationWatcher, EventKind, SupportProfile
from rooms.services import clocks
from rooms.services.escalation_changes import DRAIN, locked, record, refuse_unless, store
from rooms.services.load import profile_of

WAKE = "rooms.wake_escalations"
MOST_SNOOZED = timedelta(days=365)


@transaction.atomic
def change_escalation(escalation: UUID, *, by: User, changes: Mapping[str, Any]) -> Escalation:
    """Another priority, other tags or skills. Raises Forbidden, WrongState."""
    require(by, "chat:escalation:view")
    row = locked(escalation)
    refuse_unless(row, OPEN, "changed")
    different = {k: v for k, v in _tidy(changes).items() if getattr(row, k) != v}
    if not different:
        return row
    for name, value in different.items():
        setattr(row, name, value)
    record(row, EventKind.CHANGED, by, **different)
    return store(row, EventKind.CHANGED)


@transaction.atomic
def snooze_escalation(escalation: UUID, *, by: User, until: datetime | None) -> Escalation:
    """Out of the lists, and of the queue, until then; None wakes it. Raises Invalid, WrongState."""
    require(by, "chat:escalation:snooze")
    row = locked(escalation)
    refuse_unless(row, OPEN, "snoozed")
    if row.assigned_to_user_id not in (None, by.pk) and not by.can("chat:escalation:assign"):
        raise Forbidden("Somebody else has this escalation.", code="not_yours")
    now = timezone.now()
    if until is not None and not now < until <= now + MOST_SNOOZED:
        raise Invalid("Name an instant within a year.", errors={"until": ["In the coming year."]})
    row.snoozed_until = until
    kind = EventKind.SNOOZED if until else EventKind.WOKEN
    record(row, kind, by, until=until.isoformat() if until else None)
    if until and until <= now + clocks.SOON:
        enqueue_at_on_commit(WAKE, until)
    return store(row, kind)


def wake_due(now: datetime | None = None) -> int:
    """Wake what has slept long enough; how many. Safe to repeat."""
    now = now or timezone.now()
    woken = 0
    due = Escalation.objects.filter(snoozed_until__lte=now).values_list("pk", flat=True)
    for key in list(due):
        with transaction.atomic():
            row = locked(key)
            if row.snoozed_until is None or row.snoozed_until > now:
                continue
            row.snoozed_until = None
            record(row, EventKind.WOKEN, None)
            store(row, EventKind.WOKEN)
            woken += 1
    return woken


def watch(escalation: Escalation, user: User) -> None:
    """Hear of it from now on; watching twice is watching."""
    EscalationWatcher.objects.bulk_create(
        [EscalationWatcher(escalation=escalation, user=user)], ignore_conflicts=True
    )


def unwatch(escalation: Escalation, user: User) -> None:
    EscalationWatcher.objects.filter(escalation=escalation, user=user).delete()


@transaction.atomic
def change_profile(user: User, **columns: Any) -> SupportProfile:
    """`availability` by the agent themselves; `skills` and `max_load` by who may assign.

    Whoever becomes free gets what waits as soon as this commits. Raises Forbidden.
    """
    if user.support_level == SupportLevel.NONE:
        raise Forbidden("This is for the people of support.", code="not_support")
    profile = profile_of(user.pk)
    if "skills" in columns:
        columns["skills"] = words(columns["skills"])
    for name, value in columns.items():
        setattr(profile, name, value)
    profile.save(update_fields=[*columns, "updated_at"])
    enqueue_on_commit(DRAIN)
    return profile


def welcome_agents(users: Sequence[UUID]) -> None:
    """Agents are online now: they get what waits. Who is new among them gets a profile."""
    with transaction.atomic():
        SupportProfile.objects.bulk_create(
            [SupportProfile(user_id=user) for user in users], ignore_conflicts=True
        )
        enqueue_on_commit(DRAIN)


def words(given: Sequence[str]) -> list[str]:
    """Skills and tags: lower case, each once, in order."""
    return sorted({" ".join(word.lower().split()) for word in given} - {""})


def _tidy(changes: Mapping[str, Any]) -> dict[str, Any]:
    lists = ("tags", "required_skills")
    return {name: words(value) if name in lists else value for name, value in changes.items()}
