"""Who may do what, and why.

A permission is `domain:function:action`. An account holds it when it is active and
- it is a superuser, or
- a grant names it, the account, or
- a grant names one of its groups: the Django groups it is in, and the group of its account type.
A grant of the action `*` covers every action of its domain.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chatcore.errors import Forbidden
from chatcore.models import PermissionDomain, PermissionGrant, User
from chatcore.models.permissions import ANY_ACTION, TYPE_GROUPS
from chatcore.models.users import split_permission


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an account may or may not; `reasons` are sentences, in the order they were asked."""

    user: User
    permission: str
    allowed: bool
    reasons: list[str] = field(default_factory=list)


def require(user: User, permission: str) -> None:
    """Raises Forbidden that names the permission which is missing."""
    if not user.can(permission):
        raise Forbidden(f"This needs the permission {permission}.", code="permission_denied")


def holds_sql(permission: str, account: str) -> str:
    """The condition, in SQL, that the account with this alias holds a permission: for statements
    that ask for many accounts at once. Whether it is active, the caller asks.

    What an account's type gives is asked once per statement, the rest only of who has it not by type.
    """
    prefix, action = split_permission(permission)
    types = ", ".join(f"('{type_}', '{group}')" for type_, group in TYPE_GROUPS.items())
    granted = f"d.permission_prefix = '{prefix}' AND g.action IN ('{action}', '{ANY_ACTION}')"
    return f"""({account}.account_type = ANY (ARRAY(
        SELECT t.account_type::varchar FROM access_permission_grants g
        JOIN access_permission_domains d ON d.id = g.domain_id JOIN auth_group n ON n.id = g.group_id
        JOIN (VALUES {types}) AS t(account_type, name) ON t.name = n.name WHERE {granted}))
      OR {account}.is_superuser OR EXISTS (
        SELECT 1 FROM access_permission_grants g
        JOIN access_permission_domains d ON d.id = g.domain_id
        LEFT JOIN users_groups n ON n.group_id = g.group_id AND n.user_id = {account}.id
        WHERE {granted} AND (g.user_id = {account}.id OR n.user_id IS NOT NULL)))"""  # noqa: S608


def explain(user: User, permission: str) -> Explanation:
    """The whole chain of why `user` may or may not; more queries than `user.can`, same answer."""
    prefix, action = split_permission(permission)
    reasons = _spelling(prefix, action)
    if not user.may_sign_in:
        state = "deleted" if user.deleted_at else user.account_status
        reasons.append(f"The account is {state}; only an active account may do anything.")
        return Explanation(user, permission, allowed=False, reasons=reasons)
    if user.is_superuser:
        reasons.append("The account is a superuser, who may do everything.")
        return Explanation(user, permission, allowed=True, reasons=reasons)
    found = _reasons_yes(user, prefix, action)
    reasons += found or [_reason_no(user, permission, prefix, action)]
    return Explanation(user, permission, allowed=bool(found), reasons=reasons)


def _spelling(prefix: str, action: str) -> list[str]:
    domain = PermissionDomain.objects.filter(permission_prefix=prefix).first()
    if domain is None:
        return [f"There is no domain {prefix}; nothing can grant it."]
    if domain.actions and action not in domain.actions:
        known = ", ".join(domain.actions)
        return [f"{prefix} knows no action {action}; it knows {known}."]
    return []


def _reasons_yes(user: User, prefix: str, action: str) -> list[str]:
    grants = (
        PermissionGrant.objects.reaching(user)
        .filter(domain__permission_prefix=prefix, action__in=[action, ANY_ACTION])
        .select_related("group", "domain")
        .order_by("group__name", "action")
    )
    return [_reason_yes(user, grant) for grant in grants]


def _reason_yes(user: User, grant: PermissionGrant) -> str:
    if grant.group is None:
        return f"{grant.permission} is granted to the account itself."
    if grant.group.name == TYPE_GROUPS[user.account_type]:
        how = f"to which every account of type {user.account_type} belongs"
    else:
        how = "of which the account is a member"
    return f"{grant.permission} is granted to the group {grant.group.name}, {how}."


def _reason_no(user: User, permission: str, prefix: str, action: str) -> str:
    groups = {TYPE_GROUPS[user.account_type], *user.groups.values_list("name", flat=True)}
    holders = PermissionGrant.objects.filter(
        domain__permission_prefix=prefix, action__in=[action, ANY_ACTION], group__isnull=False
    ).values_list("group__name", flat=True)
    others = ", ".join(sorted(set(holders))) or "no group"
    return (
        f"Nothing grants {permission} to the account or to its groups "
        f"({', '.join(sorted(groups))}). Granted to: {others}."
    )
