"""Who may see an escalation, and as what: found and allowed are one question."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from chatcore.errors import Forbidden, NotFound
from chatcore.models import AccountType, SupportLevel, User
from rooms.models import RANK, Escalation
from rooms.selectors.escalations import loaded


@dataclass(frozen=True, slots=True)
class EscalationAccess:
    """An escalation and what the asker is to it: `works` sees the whole, a customer their own part."""

    escalation: Escalation
    user: User
    works: bool


def supervises(user: User) -> bool:
    """Sees and moves all of them."""
    return user.can("supervisor:chat:observe")


def levels_of(user: User) -> list[str]:
    """The levels whose escalations an agent sees: their own and those below."""
    if user.support_level == SupportLevel.NONE or not user.can("chat:escalation:view"):
        return []
    return [level for level, rank in RANK.items() if rank <= RANK[user.support_level]]


def works_in_support(user: User) -> bool:
    return bool(levels_of(user)) or supervises(user)


def escalations_for(user: User) -> QuerySet[Escalation]:
    """All that somebody may see. Agents: their levels, and what they made, had or watch, above them,
    too. Everybody: what they asked for."""
    if supervises(user):
        return Escalation.objects.all()
    mine = Q(customer=user) | Q(created_by_user=user)
    if levels := levels_of(user):
        mine |= Q(to_level__in=levels) | Q(assigned_to_user=user) | Q(watchers__user=user)
        return Escalation.objects.filter(
            pk__in=Escalation.objects.filter(mine).order_by().values("pk")
        )
    return Escalation.objects.filter(mine)


def escalation_for(user: User, key: UUID) -> EscalationAccess:
    """One of them. Raises NotFound for missing and not yours alike."""
    found = loaded(escalations_for(user)).filter(pk=key).first()
    if found is None:
        raise NotFound
    return EscalationAccess(found, user, works_in_support(user))


def worked_escalation_for(user: User, key: UUID) -> EscalationAccess:
    """The same for those who work in support; to a customer there is nothing to do with it."""
    access = escalation_for(user, key)
    if not access.works:
        raise Forbidden("This is for the people of support.", code="not_support")
    return access


def may_serve(user: User, escalation: Escalation) -> bool:
    """Whether an agent may have it: active, of its level or above, and not its customer."""
    return (
        user.may_sign_in
        and user.account_type != AccountType.ROBOT
        and user.support_level != SupportLevel.NONE
        and RANK[user.support_level] >= escalation.rank
        and user.pk != escalation.customer_id
    )
