"""Permissions: the domains, who was granted what, and why somebody may or may not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from chatcore.admin.base import ChatcoreAdmin, ReadOnlyInline
from chatcore.admin_site import PEOPLE, Menu
from chatcore.models import PermissionDomain, PermissionGrant
from chatcore.models.permissions import ANY_ACTION
from chatcore.services.permissions import grant

if TYPE_CHECKING:
    Form = forms.ModelForm[PermissionGrant]
else:
    Form = forms.ModelForm


class GrantInline(ReadOnlyInline[PermissionGrant, PermissionDomain]):
    model = PermissionGrant
    fields = readonly_fields = ("action", "group", "user", "granted_by", "created_at")
    per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[PermissionGrant]:
        return (
            super()
            .get_queryset(request)
            .select_related("domain", "group", "user", "granted_by")
            .order_by("action", "pk")
        )


@admin.register(PermissionDomain)
class PermissionDomainAdmin(ChatcoreAdmin[PermissionDomain]):
    menu = Menu(PEOPLE, 20, "shield")
    list_display = ("permission_prefix", "description", "shown_actions", "grant_count")
    search_fields = ("permission_prefix", "description")
    inlines: ClassVar = [GrantInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PermissionDomain]:
        return super().get_queryset(request).annotate(grant_count=Count("grants"))

    @admin.display(description="actions")
    def shown_actions(self, domain: PermissionDomain) -> str:
        return ", ".join(domain.actions)

    @admin.display(description="grants", ordering="grant_count")
    def grant_count(self, domain: Any) -> int:
        return int(domain.grant_count)


class GrantForm(Form):
    """Refuses an action that the domain does not know: it would grant nothing."""

    def clean_action(self) -> str:
        action: str = self.cleaned_data["action"]
        domain = self.cleaned_data.get("domain")
        if domain and domain.actions and action not in [*domain.actions, ANY_ACTION]:
            known = ", ".join(domain.actions)
            raise forms.ValidationError(f"{domain} knows {known}, and * for all of them.")
        return action


@admin.register(PermissionGrant)
class PermissionGrantAdmin(ChatcoreAdmin[PermissionGrant]):
    menu = Menu(PEOPLE, 30, "verified_user")
    list_display = ("shown_permission", "group", "user", "granted_by", "created_at")
    list_filter = ("domain", "group")
    list_select_related = ("domain", "group", "user", "granted_by")
    search_fields = ("domain__permission_prefix", "action", "group__name", "user__username")
    autocomplete_fields = ("domain", "group", "user")
    readonly_fields = ("granted_by", "created_at")
    form = GrantForm

    def has_change_permission(
        self, request: HttpRequest, obj: PermissionGrant | None = None
    ) -> bool:
        """A grant is given or taken back; changed, it would no longer say who gave it."""
        return False

    def save_model(
        self, request: HttpRequest, obj: PermissionGrant, form: Any, change: bool
    ) -> None:
        holder: Any = obj.group or obj.user  # one of the two: the form has seen to it
        given = grant(obj.permission, holder, by=request.user)  # type: ignore[arg-type]
        obj.__dict__.update(given.__dict__)

    @admin.display(description="permission", ordering="domain__permission_prefix")
    def shown_permission(self, given: PermissionGrant) -> str:
        return given.permission
