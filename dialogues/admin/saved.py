"""Saved dialogues: private notes, noted when read; a public one can be withdrawn."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import PrivateWords, ReadOnly, apply_to_each
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from dialogues.admin.menu import DIALOGUES
from dialogues.models import SavedDialogue
from dialogues.services.saving import withdraw_saved


@admin.register(SavedDialogue)
class SavedDialogueAdmin(
    PrivateWords[SavedDialogue], ReadOnly[SavedDialogue], BigTable[SavedDialogue]
):
    menu = Menu(DIALOGUES, 70, "bookmark")
    list_display = ("title", "user", "session", "is_public", "shared_at", "created_at")
    list_filter = ("is_public", ("user", AutocompleteSelectFilter))
    list_select_related = ("user", "session")
    search_fields = ("title",)
    actions = ("withdraw",)

    def has_withdraw_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dialogues.change_saveddialogue")

    @admin.action(description="Show to nobody any more", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[SavedDialogue]) -> None:
        apply_to_each(self, request, queryset, withdraw_saved, "Withdrawn")
