"""Life events: private words, to look at where support needs it; deleted by the service."""

from __future__ import annotations

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import PrivateWords, ReadOnly, apply_to_each
from chatcore.admin.found import FoundByPerson
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from chatcore.models import User
from dialogues.admin.menu import DIALOGUES
from dialogues.models import LifeEvent
from dialogues.services.life_events import delete_event


@admin.register(LifeEvent)
class LifeEventAdmin(
    FoundByPerson[LifeEvent], PrivateWords[LifeEvent], ReadOnly[LifeEvent], BigTable[LifeEvent]
):
    menu = Menu(DIALOGUES, 65, "favorite")
    list_display = ("timestamp", "user", "event_type", "energy_level", "stress_level")
    list_filter = ("event_type", ("user", AutocompleteSelectFilter))
    list_select_related = ("user",)
    search_fields = ("id",)
    search_help_text = "Id, or a person's name or e-mail"
    actions = ("delete_for_good",)
    fields = (
        ("user", "event_type"),
        "description",
        ("energy_level", "stress_level"),
        ("timestamp", "created_at", "updated_at"),
    )

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dialogues.delete_lifeevent")

    @admin.action(description="Delete", permissions=["remove"])
    def delete_for_good(self, request: HttpRequest, queryset: QuerySet[LifeEvent]) -> None:
        by = cast("User", request.user)
        apply_to_each(self, request, queryset, lambda e: delete_event(e, by=by), "Deleted")
