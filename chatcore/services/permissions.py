"""Granting and revoking."""

from __future__ import annotations

from django.contrib.auth.models import Group

from chatcore.errors import Invalid
from chatcore.models import PermissionDomain, PermissionGrant, User
from chatcore.models.permissions import ANY_ACTION
from chatcore.models.users import split_permission


def grant(permission: str, holder: User | Group, *, by: User | None = None) -> PermissionGrant:
    """Give `domain:function:action` (or `…:*`) to an account or a group. Repeating is harmless.

    Raises Invalid for a domain or an action that does not exist.
    """
    domain, action = _domain_and_action(permission)
    found, _ = PermissionGrant.objects.get_or_create(
        domain=domain, action=action, **_holder(holder), defaults={"granted_by": by}
    )
    _forget(holder)
    return found


def revoke(permission: str, holder: User | Group) -> bool:
    """Take back exactly this grant; a wider one (`*`, another group) stays. False if none was."""
    domain, action = _domain_and_action(permission)
    gone, _ = PermissionGrant.objects.filter(
        domain=domain, action=action, **_holder(holder)
    ).delete()
    _forget(holder)
    return bool(gone)


def _domain_and_action(permission: str) -> tuple[PermissionDomain, str]:
    if permission.endswith(f":{ANY_ACTION}"):
        prefix, action = permission.rpartition(":")[0], ANY_ACTION
    else:
        prefix, action = split_permission(permission)
    domain = PermissionDomain.objects.filter(permission_prefix=prefix).first()
    if domain is None:
        raise Invalid(f"There is no permission domain {prefix}.")
    if action != ANY_ACTION and domain.actions and action not in domain.actions:
        raise Invalid(f"{prefix} knows no action {action}, only {', '.join(domain.actions)}.")
    return domain, action


def _holder(holder: User | Group) -> dict[str, User | Group]:
    return {"user": holder} if isinstance(holder, User) else {"group": holder}


def _forget(holder: User | Group) -> None:
    """What this instance remembered of its grants is no longer true."""
    holder.__dict__.pop("held_permissions", None)
