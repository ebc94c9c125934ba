"""Who looked into rooms or came into them as a supervisor, and why. Nobody changes it here."""

from __future__ import annotations

from django.contrib import admin
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import ReadOnly, display
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from rooms.admin.menu import ROOMS
from rooms.models import RoomSupervision


@admin.register(RoomSupervision)
class RoomSupervisionAdmin(ReadOnly[RoomSupervision], BigTable[RoomSupervision]):
    menu = Menu(ROOMS, 40, "visibility")
    list_display = ("started_at", "supervisor", "shown_action", "room", "reason", "shown_end")
    list_filter = (
        "action",
        ("room", AutocompleteSelectFilter),
        ("supervisor", AutocompleteSelectFilter),
    )
    list_select_related = ("supervisor", "room")
    search_fields = ("supervisor__username__istartswith",)
    search_help_text = "A supervisor's name"

    @display(
        description="what", label={"observe": "info", "join": "warning", "reassign": "warning"}
    )
    def shown_action(self, act: RoomSupervision) -> tuple[str, str]:
        return act.action, act.get_action_display()

    @admin.display(description="until")
    def shown_end(self, act: RoomSupervision) -> str:
        end = act.ended_at or act.expires_at
        if end is None:
            return "–"
        written = f"{timezone.localtime(end):%d.%m. %H:%M}"
        return written if end <= timezone.now() else f"{written} (looking on)"
