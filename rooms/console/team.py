"""The supervisor's view: what waits and how long, who is there, how much each has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from chatcore.errors import Forbidden
from chatcore.models import User
from chatcore.pages import PageRequest
from rooms.console.door import console_page, render_console
from rooms.models import HELD, OPEN, RANK, Escalation, EscalationStatus, SupportProfile
from rooms.selectors.agents import agents
from rooms.selectors.escalation_access import supervises
from rooms.selectors.queue import awake, breached


@dataclass(frozen=True, slots=True)
class LevelNumbers:
    """A level: what is open, waits, and broke a promise, and since when the oldest one waits."""

    level: str
    open: int
    waiting: int
    breached: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Desk:
    """An agent: whether they are there, and how much they have."""

    user: User
    profile: SupportProfile
    working: int
    late: int

    @property
    def is_here(self) -> bool:
        return self.user.current_status == "online"


@console_page
@require_safe
def console_team(request: PageRequest) -> HttpResponse:
    if not supervises(request.user):
        raise Forbidden("This is for supervisors.", code="not_supervisor")
    sets = request.user.can("chat:support:profile")
    return render_console(request, "console/team.html", "team", **_numbers(), sets=sets)


def _numbers() -> dict[str, Any]:
    levels, desks = level_numbers(), desks_of_all()
    return {
        "levels": levels,
        "desks": desks,
        "waiting": sum(each.waiting for each in levels),
        "open": sum(each.open for each in levels),
        "late": sum(each.breached for each in levels),
        "present": sum(desk.is_here for desk in desks),
        "oldest": min((each.oldest for each in levels if each.oldest), default=None),
    }


def level_numbers() -> list[LevelNumbers]:
    """One query over what is open."""
    waits = Q(status=EscalationStatus.CREATED) & awake()
    rows = (
        Escalation.objects.filter(status__in=OPEN)
        .annotate(is_breached=breached())
        .values("to_level")
        .annotate(
            open=Count("pk"),
            waiting=Count("pk", filter=waits),
            breached=Count("pk", filter=Q(is_breached=True)),
            oldest=Min("created_at", filter=waits),
        )
    )
    found: dict[str, Any] = {row["to_level"]: row for row in rows}
    return [_level(level, found.get(level, {})) for level in RANK]


def _level(level: str, row: dict[str, Any]) -> LevelNumbers:
    numbers = {name: row.get(name, 0) for name in ("open", "waiting", "breached")}
    return LevelNumbers(level, **numbers, oldest=row.get("oldest"))


def desks_of_all() -> list[Desk]:
    """Every agent with what they hold: two queries. `load` is their counter, `working` a count."""
    rows = (
        Escalation.objects.filter(status__in=HELD)
        .annotate(is_breached=breached())
        .values("assigned_to_user")
        .annotate(working=Count("pk"), late=Count("pk", filter=Q(is_breached=True)))
    )
    held: dict[Any, Any] = {row["assigned_to_user"]: row for row in rows}
    return [_desk(user, held.get(user.pk, {})) for user in _in_order()]


def _in_order() -> list[User]:
    return sorted(agents(), key=lambda user: (RANK[user.support_level], user.shown_name))


def _desk(user: User, held: dict[str, Any]) -> Desk:
    profile = getattr(user, "support_profile", None) or SupportProfile(user=user)
    return Desk(user, profile, held.get("working", 0), held.get("late", 0))
