"""Sign-ins of API clients. Tokens are shown as links of a chain, never as something that opens."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chatcore.admin.base import ReadOnly, ReadOnlyInline, apply_to_each
from chatcore.admin.paging import BigTable
from chatcore.admin_site import PEOPLE, Menu
from chatcore.models import Login, RefreshToken
from chatcore.services.logins import revoke_login


class RefreshTokenInline(ReadOnlyInline[RefreshToken, Login]):
    model = RefreshToken
    fields = readonly_fields = ("created_at", "used_at", "expires_at")
    ordering = ("-created_at",)
    per_page = 20
    show_change_link = False


class AliveFilter(admin.SimpleListFilter):
    """Whether a sign-in still counts."""

    title = "state"
    parameter_name = "alive"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "Signed in"), ("no", "Revoked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Login]) -> QuerySet[Login]:
        wanted = {"yes": True, "no": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(revoked_at__isnull=wanted)


@admin.register(Login)
class LoginAdmin(ReadOnly[Login], BigTable[Login]):
    menu = Menu(PEOPLE, 40, "key")
    list_display = (
        "user",
        "created_at",
        "last_used_at",
        "ip_address",
        "user_agent",
        "revoked_because",
    )
    list_filter = (AliveFilter, "revoked_because")
    list_select_related = ("user",)
    search_fields = ("user__username__istartswith", "user__email__istartswith", "ip_address")
    search_help_text = "A person's name or e-mail, or an address"
    fields = (
        "user",
        ("created_at", "last_used_at"),
        ("ip_address", "user_agent"),
        ("revoked_at", "revoked_because"),
    )
    inlines: ClassVar = [RefreshTokenInline]
    actions = ("sign_out",)

    def has_sign_out_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("chatcore.change_login")

    @admin.action(description="Sign out", permissions=["sign_out"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[Login]) -> None:
        apply_to_each(self, request, queryset, _revoke, "Signed out")


def _revoke(login: Login) -> None:
    revoke_login(login, because="staff")


@admin.register(RefreshToken)
class RefreshTokenAdmin(ReadOnly[RefreshToken], BigTable[RefreshToken]):
    menu = Menu(PEOPLE, 50, "link")
    list_display = ("login", "created_at", "used_at", "expires_at")
    list_select_related = ("login",)
    search_fields = ("login__id",)
    search_help_text = "The id of a sign-in"
    fields = ("login", "created_at", "used_at", "expires_at")  # not even the hash
