"""The agents: who they are, what they have, whether they are there."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chatcore.errors import NotFound
from chatcore.models import SupportLevel, User
from rooms.models import RANK, SupportProfile
from rooms.selectors.escalations import person_out


def agents() -> QuerySet[User]:
    """Everybody of a support level, with their profile where they have one."""
    return (
        User.objects.exclude(support_level=SupportLevel.NONE)
        .filter(account_status="active")
        .select_related("support_profile")
    )


def who_serve(level: str) -> QuerySet[User]:
    """The agents who are here and whose lists show what is asked of that level."""
    levels = [each for each, rank in RANK.items() if rank >= RANK[level]]
    return agents().filter(support_level__in=levels, current_status="online")


def agent(key: UUID) -> User:
    """One of them. Raises NotFound."""
    found = agents().filter(pk=key).first()
    if found is None:
        raise NotFound("There is no such agent.")
    return found


def agent_out(user: User) -> dict[str, Any]:
    """An agent with their load; who has never been online has an empty desk."""
    profile = getattr(user, "support_profile", None) or SupportProfile(user=user)
    return {
        "user": person_out(user),
        "support_level": user.support_level,
        "current_status": user.current_status,
        "availability": profile.availability,
        "takes_work": profile.takes_work,
        "skills": profile.skills,
        "load": profile.load,
        "max_load": profile.max_load,
        "last_assigned_at": profile.last_assigned_at,
    }
