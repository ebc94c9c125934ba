"""Tables of the packages we build on, in the product's look: groups, e-mail addresses, second
factors, periodic tasks. What holds a secret is shown without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from chatcore.admin.base import ChatcoreAdmin, ReadOnly
from chatcore.admin_site import PEOPLE, SYSTEM, Menu

if TYPE_CHECKING:
    from django.forms import ModelForm

    PeriodicTaskForm = ModelForm[Any]
else:
    PeriodicTaskForm = beat.PeriodicTaskForm

for replaced in (
    Group,
    EmailAddress,
    Authenticator,
    PeriodicTask,
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    SolarSchedule,
):
    admin.site.unregister(replaced)


@admin.register(Group)
class GroupAdmin(ChatcoreAdmin[Group], DjangoGroupAdmin):
    menu = Menu(PEOPLE, 15, "group")
    list_display = ("name", "members")
    filter_horizontal = ("permissions",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).annotate(member_count=Count("user"))

    @admin.display(description="members", ordering="member_count")
    def members(self, group: Any) -> int:
        return int(group.member_count)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnly[Any]):
    """Sign-up and the account pages write these: no address becomes verified by hand."""

    menu = Menu(PEOPLE, 60, "alternate_email")
    list_display = ("email", "user", "primary", "verified")
    list_filter = ("primary", "verified")
    list_select_related = ("user",)
    search_fields = ("email__istartswith", "user__username__istartswith")


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnly[Any]):
    """Second factors. Removing one is how staff help a person who lost their phone."""

    menu = Menu(PEOPLE, 70, "phonelink_lock")
    list_display = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    list_select_related = ("user",)
    search_fields = ("user__username__istartswith", "user__email__istartswith")
    exclude = ("data",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.has_perm("mfa.delete_authenticator"))


class TaskForm(PeriodicTaskForm):
    """The scheduler's form with widgets that follow the theme."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = _registered_tasks()


def _registered_tasks() -> Any:
    class Widget(UnfoldAdminSelectWidget, beat.TaskSelectWidget):  # type: ignore[misc]
        pass

    return Widget()


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ChatcoreAdmin[Any], beat.PeriodicTaskAdmin):  # type: ignore[misc]
    menu = Menu(SYSTEM, 20, "schedule")
    form = TaskForm
    list_display = (
        "name",
        "task",
        "enabled",
        "interval",
        "crontab",
        "last_run_at",
        "total_run_count",
    )
    list_filter: ClassVar[Any] = ("enabled", "one_off")
    date_hierarchy = None


@admin.register(IntervalSchedule)
class IntervalAdmin(ChatcoreAdmin[Any]):
    menu = Menu(SYSTEM, 30, "timelapse")
    list_display = ("__str__", "every", "period")


@admin.register(CrontabSchedule)
class CrontabAdmin(ChatcoreAdmin[Any]):
    menu = Menu(SYSTEM, 40, "calendar_month")
    list_display = ("__str__", "human_readable")
    readonly_fields = ("human_readable",)


@admin.register(ClockedSchedule)
class ClockedAdmin(ChatcoreAdmin[Any]):
    list_display = ("clocked_time",)


@admin.register(SolarSchedule)
class SolarAdmin(ChatcoreAdmin[Any]):
    list_display = ("event", "latitude", "longitude")
