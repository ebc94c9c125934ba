"""Accounts: find them, change what staff may change, suspend, bring back, sign out, close.

Passwords are not set here: a person gets a link to choose one, so that staff never know it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.enums import ActionVariant

from chatcore.admin.base import NotDeleted, action, apply_to_each, display, link_to_list
from chatcore.admin.dialogs import confirmation
from chatcore.admin.people_forms import AccountForm
from chatcore.admin_site import PEOPLE, Figure, Menu, register_figure
from chatcore.errors import ChatcoreError, Forbidden
from chatcore.models import AccountStatus, Login, User
from chatcore.services.logins import revoke_all
from chatcore.services.users import begin_erasure, set_account_status

STATUS_COLOURS = {
    "active": "success",
    "pending-verification": "info",
    "suspended": "warning",
    "deactivated": "danger",
    "deleted": "danger",
}
# What opens doors: whoever could set these could make themselves an administrator.
POWERS = ("account_type", "support_level", "is_staff", "is_superuser", "groups", "user_permissions")
Change = Callable[[User], Any]


class DeletedFilter(admin.SimpleListFilter):
    """Living accounts unless asked otherwise."""

    title = "deletion"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("only", "Deleted, not yet erased"), ("all", "Both")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() == "all" or not request.path.endswith("/chatcore/user/"):
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() != "only")


@admin.register(User)
class UserAdmin(NotDeleted[User]):
    menu = Menu(PEOPLE, 10, "person")
    form = AccountForm
    list_display = (
        "username",
        "shown",
        "email",
        "type",
        "status",
        "support_level",
        "is_staff",
        "last_seen_at",
    )
    list_filter = ("account_type", "account_status", "support_level", "is_staff", DeletedFilter)
    search_fields = ("username", "email", "display_name", "first_name", "last_name")
    search_help_text = "Name or e-mail"
    ordering = ("username",)
    filter_horizontal = ("groups", "user_permissions")
    readonly_fields = (
        "account_status",
        "is_email_verified",
        "current_status",
        "last_seen_at",
        "last_login",
        "created_at",
        "updated_at",
        "deleted_at",
        "may",
        "sign_ins",
    )
    add_fieldsets = (
        (None, {"fields": ["username", "email", "display_name", "password"]}),
        ("Powers", {"fields": ["account_type", "support_level", "is_staff", "is_superuser"]}),
    )
    fieldsets: ClassVar = [
        (
            None,
            {
                "fields": [
                    ("username", "email"),
                    ("first_name", "last_name"),
                    ("display_name", "language"),
                    "avatar_url",
                ]
            },
        ),
        (
            "Account",
            {
                "classes": ["tab"],
                "fields": [
                    ("account_status", "is_email_verified"),
                    ("current_status", "last_seen_at"),
                    ("created_at", "updated_at"),
                    ("last_login", "deleted_at"),
                    "sign_ins",
                ],
            },
        ),
        (
            "Powers",
            {
                "classes": ["tab"],
                "fields": [
                    ("account_type", "support_level"),
                    ("is_staff", "is_superuser"),
                    "may",
                    "groups",
                    "user_permissions",
                ],
            },
        ),
        ("Preferences", {"classes": ["tab"], "fields": ["chat_preferences"]}),
    ]
    actions = ("suspend", "reactivate", "sign_out", "close")
    actions_detail = ("suspend_one", "reactivate_one", "sign_out_one", "close_one")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        fixed = [str(name) for name in self.readonly_fields]
        if obj is not None:
            fixed.append("email")  # the account pages change it, by a verified address
        return fixed if _is_superuser(request) else [*fixed, *POWERS]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        # Only a superuser changes a superuser. (Unfold passes a bare id at times.)
        return allowed and (
            not isinstance(obj, User) or not obj.is_superuser or _is_superuser(request)
        )

    def save_model(
        self,
        request: HttpRequest,
        obj: User,
        form: Any,
        change: bool,
    ) -> None:
        """Only the changed columns: the person's presence may be moving meanwhile."""
        if change:
            columns = [f.name for f in User._meta.concrete_fields if f.name in form.changed_data]
            obj.save(update_fields=[*columns, "updated_at"])
        else:
            form.create(obj)

    @display(description="name", ordering="display_name")
    def shown(self, user: User) -> str:
        return user.shown_name

    @display(description="type", ordering="account_type", label=True)
    def type(self, user: User) -> str:
        return user.get_account_type_display()

    @display(description="status", ordering="account_status", label=STATUS_COLOURS)
    def status(self, user: User) -> tuple[str, str]:
        if user.deleted_at:
            return "deleted", "deleted"
        return user.account_status, user.get_account_status_display()

    @admin.display(description="may, by grants")
    def may(self, user: User) -> str:
        return (
            "everything" if user.is_superuser else ", ".join(sorted(user.held_permissions)) or "–"
        )

    @admin.display(description="API sign-ins")
    def sign_ins(self, user: User) -> str:
        return link_to_list(Login, "show", q=user.username)

    # One door each for the list and for a single account; the same guard and service behind them.

    @admin.action(description="Suspend", permissions=["change"])
    def suspend(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        apply_to_each(self, request, queryset, guarded(request, _suspend), "Suspended")

    @admin.action(description="Reactivate", permissions=["change"])
    def reactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        apply_to_each(self, request, queryset, guarded(request, _reactivate), "Reactivated")

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        apply_to_each(self, request, queryset, guarded(request, _sign_out), "Signed out")

    @admin.action(description="Close and erase", permissions=["change"])
    def close(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        apply_to_each(self, request, queryset, guarded(request, begin_erasure), "Closed")

    @action(
        description="Suspend",
        icon="block",
        permissions=["change"],
        dialog=confirmation("Suspend this account?", "It is signed out at once.", "Suspend"),
    )
    def suspend_one(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._one(request, object_id, _suspend, "Suspended.")

    @action(
        description="Reactivate",
        icon="check_circle",
        permissions=["change"],
        dialog=confirmation("Reactivate this account?", "It may sign in again.", "Reactivate"),
    )
    def reactivate_one(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._one(request, object_id, _reactivate, "Reactivated.")

    @action(
        description="Sign out everywhere",
        icon="logout",
        permissions=["change"],
        dialog=confirmation("Sign this account out?", "Every device and socket.", "Sign out"),
    )
    def sign_out_one(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._one(request, object_id, _sign_out, "Signed out everywhere.")

    @action(
        description="Close and erase",
        icon="person_off",
        permissions=["change"],
        variant=ActionVariant.DANGER,
        dialog=confirmation("Close this account?", "Its words will be erased.", "Close"),
    )
    def close_one(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._one(request, object_id, begin_erasure, "Closed; the erasure follows.")

    def _one(self, request: HttpRequest, pk: str, change: Change, done: str) -> HttpResponse:
        try:
            guarded(request, change)(User.all_objects.get(pk=pk))
            messages.success(request, done)
        except ChatcoreError as error:
            messages.error(request, error.detail)
        page = reverse("admin:chatcore_user_change", args=[pk])
        return HttpResponse(headers={"HX-Redirect": page})


def _is_superuser(request: HttpRequest) -> bool:
    return bool(getattr(request.user, "is_superuser", False))


def guarded(request: HttpRequest, change: Change) -> Change:
    """The change, refused on oneself and, to whoever is none, on superusers."""

    def run(user: User) -> None:
        if user.pk == request.user.pk:
            raise Forbidden("This is your own account.")
        if user.is_superuser and not _is_superuser(request):
            raise Forbidden("Only a superuser may do this to a superuser.")
        change(user)

    return run


def _suspend(user: User) -> None:
    set_account_status(user, AccountStatus.SUSPENDED)


def _reactivate(user: User) -> None:
    if user.deleted_at:
        raise Forbidden("A closed account is being erased and does not come back.")
    set_account_status(user, AccountStatus.ACTIVE)


def _sign_out(user: User) -> None:
    revoke_all(user, because="staff")


def _figure() -> tuple[str, str]:
    people = User.objects.all()
    online = people.exclude(current_status="offline").count()
    return f"{people.count():,}", f"accounts; {online:,} online"


register_figure(
    Figure(10, "People", "person", _figure, "admin:chatcore_user_changelist", "chatcore.view_user")
)
