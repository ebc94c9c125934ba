"""Staff's looks at private words: the list of who read what. Looking at it is not reading them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, path
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import ReadOnly
from chatcore.admin.paging import BigTable
from chatcore.admin.reasons import give_reason
from chatcore.admin_site import HISTORY, Menu
from chatcore.models import StaffReading


@admin.register(StaffReading)
class StaffReadingAdmin(ReadOnly[StaffReading], BigTable[StaffReading]):
    menu = Menu(HISTORY, 5, "visibility")
    list_display = ("read_at", "reader", "model", "object_id", "query", "reason", "address")
    list_filter = (("reader", AutocompleteSelectFilter),)
    list_select_related = ("reader",)
    search_fields = ("object_id__exact",)
    search_help_text = "The id of what was read"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(give_reason)
        return [path("reason/", view, name="reading_reason"), *super().get_urls()]
