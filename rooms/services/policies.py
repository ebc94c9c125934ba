"""SLA policies: which one fits, and how they change, which is by a new version."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from chatcore.errors import Conflict, Invalid
from chatcore.models import User
from rooms.business_time import problems_with
from rooms.models import BusinessCalendar, SlaPolicy, SlaPolicyVersion
from rooms.selectors.policies import newest_version, policies_by_fit

CASE = ("name", "level", "priority", "is_active")


def policy_for(level: str, priority: int) -> SlaPolicyVersion | None:
    """The version in force of the closest policy: by level and priority, by level, by priority, any."""
    for policy in policies_by_fit(level, priority):
        if version := newest_version(policy):
            return version
    return None


def create_policy(
    *, by: User | None, case: Mapping[str, Any], terms: Mapping[str, Any]
) -> SlaPolicy:
    """A policy with its first version. `case`: CASE; `terms`: columns of a version. Raises Conflict
    where there is one for the case already."""
    try:
        with transaction.atomic():
            policy = SlaPolicy.objects.create(**case)
            _add_version(policy, by, terms)
    except IntegrityError:
        raise Conflict(
            "There is a policy of this name or for this case.", code="policy_exists"
        ) from None
    return policy


@transaction.atomic
def change_policy(
    policy: SlaPolicy, *, by: User | None, terms: Mapping[str, Any], case: Mapping[str, Any]
) -> SlaPolicyVersion:
    """Other terms from now on: a new version; what runs keeps the one it began with."""
    SlaPolicy.objects.select_for_update().get(pk=policy.pk)
    if case:
        SlaPolicy.objects.filter(pk=policy.pk).update(**case)
    now = newest_version(policy)
    kept = {} if now is None else {name: getattr(now, name) for name in _TERMS}
    return _add_version(policy, by, {**kept, **terms})


def add_version(version: SlaPolicyVersion, *, by: User | None) -> None:
    """Store a version that somebody has filled in, as the policy's next one."""
    with transaction.atomic():
        SlaPolicy.objects.select_for_update().get(pk=version.policy_id)
        version.number = _last_number(version.policy) + 1
        version.schedule = schedule_of(version.calendar)
        version.created_by = by
        version.save(force_insert=True)


def save_calendar(calendar: BusinessCalendar, *, by: User | None) -> BusinessCalendar:
    """Store hours or holidays; the policies that go by them get a new version each. Raises Invalid."""
    if wrong := problems_with(calendar.hours, calendar.time_zone):
        raise Invalid("The calendar is not valid.", errors={"hours": wrong})
    with transaction.atomic():
        calendar.save()
        publish_calendar(calendar, by=by)
    return calendar


def publish_calendar(calendar: BusinessCalendar, *, by: User | None) -> None:
    """The calendar as it is now, into a new version of every policy that goes by it and differs."""
    wanted = schedule_of(calendar)
    for policy in SlaPolicy.objects.filter(versions__calendar=calendar).distinct():
        newest = newest_version(policy)
        if newest and newest.calendar_id == calendar.pk and newest.schedule != wanted:
            change_policy(policy, by=by, terms={}, case={})


def schedule_of(calendar: BusinessCalendar | None) -> dict[str, Any]:
    """A calendar as a version keeps it; without one, always open."""
    if calendar is None:
        return {}
    days = calendar.holidays.order_by("date").values_list("date", flat=True)
    return {
        "time_zone": calendar.time_zone,
        "hours": calendar.hours,
        "holidays": [day.isoformat() for day in days],
    }


_TERMS = (
    "calendar",
    "first_response_seconds",
    "next_response_seconds",
    "resolution_seconds",
    "warn_percent",
    "pause_while_waiting",
    "breach_action",
    "room_mode",
)


def _add_version(policy: SlaPolicy, by: User | None, terms: Mapping[str, Any]) -> SlaPolicyVersion:
    version = SlaPolicyVersion(policy=policy, **terms)
    add_version(version, by=by)
    return version


def _last_number(policy: SlaPolicy) -> int:
    numbers = SlaPolicyVersion.objects.filter(policy=policy)
    return numbers.aggregate(last=Max("number"))["last"] or 0
