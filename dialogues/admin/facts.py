"""What dialogues remember of their people: to look at, noted when read; forgotten on a person's wish."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from chatcore.admin.base import PrivateWords, ReadOnly, apply_to_each
from chatcore.admin.messages import id_of
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from dialogues.admin.menu import DIALOGUES
from dialogues.models import RememberedFact
from dialogues.services.memory import forget_fact


@admin.register(RememberedFact)
class RememberedFactAdmin(
    PrivateWords[RememberedFact], ReadOnly[RememberedFact], BigTable[RememberedFact]
):
    menu = Menu(DIALOGUES, 80, "psychology")
    list_display = (
        "learned_at",
        "session",
        "category",
        "key",
        "confidence",
        "learned_by",
        "corrected_at",
        "forgotten_at",
    )
    list_filter = (("category", ChoicesDropdownFilter),)
    list_select_related = ("session",)
    search_fields = ("id",)
    search_help_text = "Id of a fact, or of its dialogue"
    actions = ("forget",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[RememberedFact], search_term: str
    ) -> tuple[QuerySet[RememberedFact], bool]:
        """By key: what is remembered is people's own words."""
        key = id_of(search_term.strip())
        if key is None:
            return (queryset.none() if search_term.strip() else queryset), False
        return queryset.filter(id=key) | queryset.filter(session=key), False

    def has_forget_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dialogues.delete_rememberedfact")

    @admin.action(description="Forget", permissions=["forget"])
    def forget(self, request: HttpRequest, queryset: QuerySet[RememberedFact]) -> None:
        living = queryset.filter(forgotten_at__isnull=True).select_related("session")
        apply_to_each(self, request, living, _forget, "Forgotten")


def _forget(fact: RememberedFact) -> None:
    forget_fact(fact.session, fact.pk)
