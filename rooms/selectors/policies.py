"""SLA policies, as they stand and as they are shown."""

from typing import Any

from django.db.models import F, Q, QuerySet

from rooms.models import SlaPolicy, SlaPolicyVersion


def policies_by_fit(level: str, priority: int) -> QuerySet[SlaPolicy]:
    """The policies that fit, the closest first: what names the level before what names the priority."""
    return SlaPolicy.objects.filter(
        Q(level=level) | Q(level__isnull=True),
        Q(priority=priority) | Q(priority__isnull=True),
        is_active=True,
    ).order_by(F("level").asc(nulls_last=True), F("priority").asc(nulls_last=True))


def newest_version(policy: SlaPolicy) -> SlaPolicyVersion | None:
    return SlaPolicyVersion.objects.filter(policy=policy).order_by("-number").first()


def policies() -> QuerySet[SlaPolicy]:
    """All of them with their versions."""
    return SlaPolicy.objects.prefetch_related("versions")


def policy_out(policy: SlaPolicy) -> dict[str, Any]:
    """A policy with its versions, the one in force first; needs `versions` loaded."""
    versions = sorted(policy.versions.all(), key=lambda version: -version.number)
    return {
        "id": policy.pk,
        "name": policy.name,
        "level": policy.level,
        "priority": policy.priority,
        "is_active": policy.is_active,
        "versions": [version_out(version) for version in versions],
        "created_at": policy.created_at,
    }


def version_out(version: SlaPolicyVersion) -> dict[str, Any]:
    return {
        "number": version.number,
        "first_response_seconds": version.first_response_seconds,
        "next_response_seconds": version.next_response_seconds,
        "resolution_seconds": version.resolution_seconds,
        "warn_percent": version.warn_percent,
        "pause_while_waiting": version.pause_while_waiting,
        "breach_action": version.breach_action,
        "room_mode": version.room_mode,
        "schedule": version.schedule,
        "created_at": version.created_at,
    }
