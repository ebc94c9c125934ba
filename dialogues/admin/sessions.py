"""Dialogues: who talks with what, how far, at what cost; ended, archived and deleted by service."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import (
    PrivateWords,
    ReadOnly,
    apply_to_each,
    display,
    link_to_list,
    links,
)
from chatcore.admin.found import FoundByPerson
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Figure, Menu, register_figure
from chatcore.selectors.estimates import about
from dialogues.admin.menu import DIALOGUES
from dialogues.models import DialogueContext, DialogueMessage, DialogueSession, DialogueTurn
from dialogues.services.sessions import delete_dialogue, end_dialogue

STATUS_COLOURS = {"active": "success", "ended": "info", "archived": "warning", "deleted": "danger"}

TURN_COLOURS = {
    "completed": "success",
    "running": "info",
    "failed": "danger",
    "cancelled": "warning",
}


class DeletedFilter(admin.SimpleListFilter):
    """Living dialogues unless asked otherwise."""

    title = "deletion"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("only", "Deleted"), ("all", "Both")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all" or request.GET.get("q"):
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() != "only")


@admin.register(DialogueSession)
class DialogueSessionAdmin(
    FoundByPerson[DialogueSession],
    PrivateWords[DialogueSession],
    ReadOnly[DialogueSession],
    BigTable[DialogueSession],
):
    menu = Menu(DIALOGUES, 10, "forum")
    list_display = (
        "shown_title",
        "user",
        "type",
        "book",
        "character",
        "shown_status",
        "message_count",
        "total_tokens_used",
        "last_message_at",
    )
    list_filter = (
        "type",
        "status",
        DeletedFilter,
        ("user", AutocompleteSelectFilter),
        ("book", AutocompleteSelectFilter),
        ("template", AutocompleteSelectFilter),
    )
    list_select_related = ("user", "book", "character")
    # Also what autocomplete fields look through.
    search_fields = ("session_id", "title")
    search_help_text = "Code, id, or a person's name or e-mail"
    actions = ("end", "delete_softly")
    fieldsets: ClassVar = [
        (
            None,
            {
                "fields": [
                    ("title", "session_id"),
                    ("user", "type"),
                    ("book", "character"),
                    ("template", "status"),
                    "leads",
                ]
            },
        ),
        (
            "Answering",
            {
                "classes": ["tab"],
                "fields": [
                    ("model_name", "temperature"),
                    "context_window",
                    "system_prompt",
                    "personality_settings",
                ],
            },
        ),
        (
            "Course",
            {
                "classes": ["tab"],
                "fields": [
                    ("message_count", "last_seq"),
                    ("total_tokens_used", "total_cost"),
                    ("user_rating", "version"),
                    "initial_question",
                    "conversation_summary",
                    ("created_at", "last_message_at"),
                    ("ended_at", "deleted_at"),
                ],
            },
        ),
    ]
    readonly_fields = ("leads",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dialogues.change_dialoguesession")

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dialogues.delete_dialoguesession")

    @admin.action(description="End", permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[DialogueSession]) -> None:
        apply_to_each(self, request, queryset, end_dialogue, "Ended")

    @admin.action(description="Delete", permissions=["remove"])
    def delete_softly(self, request: HttpRequest, queryset: QuerySet[DialogueSession]) -> None:
        apply_to_each(self, request, queryset, delete_dialogue, "Deleted")

    @admin.display(description="title")
    def shown_title(self, session: DialogueSession) -> str:
        return session.title or session.session_id

    @display(description="status", label=STATUS_COLOURS)
    def shown_status(self, session: DialogueSession) -> tuple[str, str]:
        if session.deleted_at:
            return "deleted", "Deleted"
        return session.status, session.get_status_display()

    @admin.display(description="see")
    def leads(self, session: DialogueSession) -> str:
        messages = link_to_list(DialogueMessage, "messages", session__id__exact=session.pk)
        turns = link_to_list(DialogueTurn, "turns", session__id__exact=session.pk)
        context = link_to_list(DialogueContext, "context", session__id__exact=session.pk)
        return links(messages, turns, context)


@admin.register(DialogueContext)
class DialogueContextAdmin(
    PrivateWords[DialogueContext], ReadOnly[DialogueContext], BigTable[DialogueContext]
):
    """What a dialogue remembers of its person: as private as its messages."""

    menu = Menu(DIALOGUES, 40, "psychology")
    ordering: ClassVar[Any] = ("-session_id",)
    list_display = ("session", "current_chapter", "context_tokens", "updated_at")
    list_filter = (("session", AutocompleteSelectFilter),)
    list_select_related = ("session",)


@admin.register(DialogueTurn)
class DialogueTurnAdmin(ReadOnly[DialogueTurn], BigTable[DialogueTurn]):
    """Answers owed and given: where one hangs, its attempts and error stand here."""

    menu = Menu(DIALOGUES, 50, "sync_alt")
    list_display = (
        "created_at",
        "session",
        "shown_status",
        "attempts",
        "seconds",
        "lease_until",
        "error_code",
    )
    list_filter = ("status", ("session", AutocompleteSelectFilter))
    list_select_related = ("session",)
    exclude = ("question", "reply")  # read them among the messages, where it is noted
    readonly_fields = ("question_id", "reply_id")

    @display(
        description="status",
        label=TURN_COLOURS,
    )
    def shown_status(self, turn: DialogueTurn) -> tuple[str, str]:
        return turn.status, turn.get_status_display()

    @admin.display(description="seconds")
    def seconds(self, turn: DialogueTurn) -> str:
        if not (turn.started_at and turn.finished_at):
            return "–"
        return f"{(turn.finished_at - turn.started_at).total_seconds():.1f}"


def _figure() -> tuple[str, str]:
    dialogues = DialogueSession.objects.filter(deleted_at=None).count()
    return f"{dialogues:,}", about(DialogueMessage, "messages")


register_figure(
    Figure(
        30,
        "Dialogues",
        "forum",
        _figure,
        "admin:dialogues_dialoguesession_changelist",
        "dialogues.view_dialoguesession",
    )
)
