"""What support goes by: policies, calendars, profiles, canned responses and macros."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import ChatcoreAdmin, NotDeleted, ReadOnly, ReadOnlyInline
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from chatcore.models import User
from rooms.admin.menu import SUPPORT
from rooms.business_time import problems_with
from rooms.models import (
    BusinessCalendar,
    CalendarHoliday,
    CannedResponse,
    Macro,
    SlaPolicy,
    SlaPolicyVersion,
    SupportProfile,
)
from rooms.services.policies import add_version, publish_calendar


class CalendarForm(ModelForm):  # type: ignore[type-arg]
    """Says what is wrong with hours before they are stored."""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for wrong in problems_with(given.get("hours") or {}, given.get("time_zone", "")):
            self.add_error("hours", wrong)
        return given


class HolidayInline(ReadOnlyInline[CalendarHoliday, BusinessCalendar]):
    """Unlike the others, written here: who may change the calendar may."""

    model = CalendarHoliday
    can_delete = True
    tab = False
    fields = ("date", "name")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("rooms.change_businesscalendar")

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(ChatcoreAdmin[BusinessCalendar]):
    """Saved, the policies that go by it get a new version each; what runs keeps its own."""

    menu = Menu(SUPPORT, 60, "calendar_month")
    form = CalendarForm
    list_display = ("name", "time_zone", "updated_at")
    fields = ("name", "time_zone", "hours")
    inlines: ClassVar = [HolidayInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        publish_calendar(form.instance, by=cast("User", request.user))


class VersionInline(ReadOnlyInline[SlaPolicyVersion, SlaPolicy]):
    model = SlaPolicyVersion
    fk_name = "policy"
    fields = readonly_fields = (
        *("number", "created_at", "first_response_seconds", "next_response_seconds"),
        *("resolution_seconds", "warn_percent", "pause_while_waiting", "breach_action"),
    )


@admin.register(SlaPolicy)
class SlaPolicyAdmin(NotDeleted[SlaPolicy]):
    """A promise is retired, not deleted: escalations point at its versions."""

    menu = Menu(SUPPORT, 50, "handshake")
    list_display = ("name", "level", "priority", "is_active", "updated_at")
    list_filter = ("is_active",)
    fields = (("name", "is_active"), ("level", "priority"))
    inlines: ClassVar = [VersionInline]


@admin.register(SlaPolicyVersion)
class SlaPolicyVersionAdmin(NotDeleted[SlaPolicyVersion]):
    """Other terms are a new version; a version itself never changes."""

    menu = Menu(SUPPORT, 55, "rule")
    list_display = ("policy", "number", "first_response_seconds", "resolution_seconds")
    list_select_related = ("policy",)
    fields = (
        ("policy", "calendar"),
        ("first_response_seconds", "next_response_seconds", "resolution_seconds"),
        ("warn_percent", "pause_while_waiting"),
        ("breach_action", "room_mode"),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: SlaPolicyVersion,
        form: Any,
        change: bool,
    ) -> None:
        add_version(obj, by=cast("User", request.user))


@admin.register(SupportProfile)
class SupportProfileAdmin(ReadOnly[SupportProfile], BigTable[SupportProfile]):
    menu = Menu(SUPPORT, 70, "badge")
    ordering = ("-user_id",)
    list_display = ("user", "availability", "load", "max_load", "skills", "last_assigned_at")
    list_filter = ("availability",)
    list_select_related = ("user",)


class RepliesAdmin(ChatcoreAdmin[Any]):
    list_filter = ("level", ("owner", AutocompleteSelectFilter))
    list_select_related = ("owner",)
    raw_id_fields = ("owner",)
    exclude = ("created_by",)


@admin.register(CannedResponse)
class CannedResponseAdmin(RepliesAdmin):
    menu = Menu(SUPPORT, 80, "quickreply")
    list_display = ("short_code", "title", "level", "owner", "use_count")
    search_fields = ("short_code", "title")


@admin.register(Macro)
class MacroAdmin(ReadOnly[Any], RepliesAdmin):
    menu = Menu(SUPPORT, 90, "bolt")
    list_display = ("name", "level", "owner", "use_count")
    search_fields = ("name",)
