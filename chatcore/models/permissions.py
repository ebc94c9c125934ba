"""Who may do what: `domain:function:action`, granted to a group or to one account."""

from __future__ import annotations

from typing import Self

import pghistory
from django.contrib.auth.models import Group
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7
from chatcore.models.users import AccountType, User

ANY_ACTION = "*"

prefix_validator = RegexValidator(
    r"^[a-z][a-z0-9_-]*:[a-z][a-z0-9_-]*\Z", "Write it as `domain:function`, in lower case."
)
action_validator = RegexValidator(
    r"^(\*|[a-z][a-z0-9_-]*)\Z", "Write one word in lower case, or * for every action."
)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["updated_at"])),
    pghistory.DeleteEvent(),
    model_name="PermissionDomainHistory",
    exclude=["updated_at"],
    meta={
        "db_table": "access_permission_domains_history",
        "verbose_name_plural": "permission domain history",
    },
)
class PermissionDomain(models.Model):
    """A family of permissions, such as `chat:room` (seed 003 `access_permission_domains`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    permission_prefix = models.CharField(max_length=64, unique=True, validators=[prefix_validator])
    description = models.TextField(blank=True, default="")
    # The actions that mean something; a permission outside this list is a spelling mistake
    # and `explain` says so.
    actions = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "access_permission_domains"
        ordering = ["permission_prefix"]

    def __str__(self) -> str:
        return self.permission_prefix


# The built-in groups that everybody of a type belongs to, without a membership row.
TYPE_GROUPS: dict[str, str] = {
    AccountType.GUEST: "guests",
    AccountType.MEMBER: "members",
    AccountType.AGENT: "agents",
    AccountType.SUPERVISOR: "supervisors",
    AccountType.STAFF: "staff",
    AccountType.ROBOT: "robots",
}


class Grants(models.QuerySet["PermissionGrant"]):
    def reaching(self, user: User) -> Self:
        """Those that reach an account: its own, its groups', its account type's."""
        return self.filter(
            Q(user=user) | Q(group__user=user) | Q(group__name=TYPE_GROUPS[user.account_type])
        ).distinct()


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="PermissionGrantHistory",
    meta={
        "db_table": "access_permission_grants_history",
        "verbose_name_plural": "permission grant history",
    },
)
class PermissionGrant(models.Model):
    """One action (or `*`) of a domain, given to exactly one group or exactly one account."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    domain = models.ForeignKey(PermissionDomain, models.CASCADE, related_name="grants")
    action = models.CharField(max_length=64, validators=[action_validator])
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, blank=True, related_name="permission_grants"
    )
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="permission_grants"
    )
    granted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = Grants.as_manager()

    class Meta:
        db_table = "access_permission_grants"
        constraints = [
            models.CheckConstraint(
                condition=Q(group__isnull=False, user__isnull=True)
                | Q(group__isnull=True, user__isnull=False),
                name="ck_grants_one_holder",
                violation_error_message="Choose a group or an account, one of the two.",
            ),
            # Each also serves "the grants of this group / this account", its first column.
            models.UniqueConstraint(
                fields=["group", "domain", "action"],
                condition=Q(group__isnull=False),
                name="uq_grants_group",
            ),
            models.UniqueConstraint(
                fields=["user", "domain", "action"],
                condition=Q(user__isnull=False),
                name="uq_grants_user",
            ),
        ]

    def __str__(self) -> str:
        holder = self.group if self.group_id else self.user
        return f"{self.domain}:{self.action} for {holder}"

    @property
    def permission(self) -> str:
        return f"{self.domain.permission_prefix}:{self.action}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="GroupMembershipHistory",
    obj_field=None,
    meta={"db_table": "users_groups_history", "verbose_name_plural": "group membership history"},
)
class GroupMembership(User.groups.through):  # type: ignore[name-defined,misc]
    """Who is in which group: Django's table, so that it has a history as grants have."""

    class Meta:
        proxy = True
