"""The agents as the console's lists of choice name them."""

from dataclasses import dataclass
from uuid import UUID

from chatcore.models import SupportLevel, User


@dataclass(frozen=True, slots=True)
class Agent:
    user_id: UUID
    name: str
    level: str
    load: int
    is_here: bool

    def __str__(self) -> str:
        """As a list of choice names them."""
        return f"{self.name} ({self.level}, has {self.load}{'' if self.is_here else ', away'})"


def agents_for(user: User) -> list[Agent]:
    """Whom something could be given to, for whoever may give; one query."""
    if not user.can("chat:escalation:transfer"):
        return []
    found = (
        User.objects.exclude(support_level=SupportLevel.NONE)
        .filter(account_status="active", deleted_at__isnull=True)
        .select_related("support_profile")
        .order_by("support_level", "display_name", "username")
    )
    return [_agent(each) for each in found]


def _agent(user: User) -> Agent:
    profile = getattr(user, "support_profile", None)
    return Agent(
        user.pk,
        user.shown_name,
        user.support_level,
        profile.load if profile else 0,
        is_here=bool(profile and profile.takes_work) or user.current_status == "online",
    )
