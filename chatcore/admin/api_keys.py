"""Keys for programs: whose, since when, last used. What they open with is nowhere to be seen."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chatcore.admin.base import ReadOnly, apply_to_each
from chatcore.admin.paging import BigTable
from chatcore.admin_site import PEOPLE, Menu
from chatcore.models import ApiKey
from chatcore.services.api_keys import revoke_key


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly[ApiKey], BigTable[ApiKey]):
    menu = Menu(PEOPLE, 60, "vpn_key")
    list_display = (
        "prefix",
        "name",
        "user",
        "scope",
        "created_at",
        "last_used_at",
        "expires_at",
        "revoked_at",
    )
    list_filter = ("scope",)
    list_select_related = ("user",)
    search_fields = ("user__username__istartswith", "user__email__istartswith", "prefix")
    search_help_text = "A person's name or e-mail, or a key's first characters"
    fields = (
        ("user", "name"),
        ("prefix", "scope"),
        ("created_at", "last_used_at"),
        ("expires_at", "revoked_at"),
    )
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chatcore.change_apikey")

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        apply_to_each(self, request, queryset, revoke_key, "Revoked")
