"""Messages of dialogues and what they cite."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import PrivateWords, ReadOnly, ReadOnlyInline, apply_to_each, display
from chatcore.admin.messages import MessageAdmin, MonthFilter, id_of
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from chatcore.models import User
from dialogues.admin.menu import DIALOGUES
from dialogues.models import DialogueMessage, MessageReference
from dialogues.services.messages import remove_message

ROLE_COLOURS = {"user": "info", "assistant": "success", "system": "warning", "tool": "warning"}


class ReferenceInline(ReadOnlyInline[MessageReference, DialogueMessage]):
    model = MessageReference
    fields = readonly_fields = (
        "position",
        "reference_type",
        "chapter_number",
        "paragraph_index",
        "highlighted_text",
        "similarity_score",
    )
    tab = False


@admin.register(DialogueMessage)
class DialogueMessageAdmin(MessageAdmin[DialogueMessage]):
    """Found by key, by person, or by words through the full-text index."""

    menu = Menu(DIALOGUES, 20, "chat_bubble")
    conversation = "session"
    list_display = ("created_at", "session", "seq", "shown_role", "beginning", "model_used")
    list_filter = (MonthFilter, "role", ("session", AutocompleteSelectFilter))
    list_select_related = ("session",)
    search_help_text = "Id or code, a person's name or e-mail, or “words in quotes”"
    inlines: ClassVar = [ReferenceInline]
    actions = ("delete_softly",)
    fieldsets: ClassVar = [
        (None, {"fields": [("session", "seq"), ("role", "code"), "content"]}),
        (
            "Answer",
            {
                "classes": ["tab"],
                "fields": [
                    ("model_used", "tokens_used"),
                    ("response_time_ms", "confidence_score"),
                    ("error_code", "retry_count"),
                    "error_message",
                    "tool_calls",
                ],
            },
        ),
        (
            "Marks",
            {
                "classes": ["tab"],
                "fields": [
                    ("id", "client_ref"),
                    ("version", "created_version"),
                    "reply_to_message_id",
                    ("created_at", "edited_at", "deleted_at"),
                    "metadata",
                    "context_snapshot",
                ],
            },
        ),
    ]
    readonly_fields = ("code", "reply_to_message_id")

    def by(self, person: User) -> Q:
        return Q(session__user=person, role="user")

    def _found(self, queryset: QuerySet[DialogueMessage], term: str) -> QuerySet[DialogueMessage]:
        words = term.strip("\"“”'")
        if words == term:
            return super()._found(queryset, term)
        # The very expression of the index, or PostgreSQL would read every text.
        return queryset.annotate(words=SearchVector("content", config="english")).filter(
            words=SearchQuery(words, config="english", search_type="phrase")
        )

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dialogues.delete_dialoguemessage")

    @admin.action(description="Delete (leaves an empty place)", permissions=["remove"])
    def delete_softly(self, request: HttpRequest, queryset: QuerySet[DialogueMessage]) -> None:
        apply_to_each(self, request, queryset.select_related("session"), _delete, "Deleted")

    @display(description="role", label=ROLE_COLOURS)
    def shown_role(self, message: DialogueMessage) -> tuple[str, str]:
        return message.role, message.get_role_display()


def _delete(message: DialogueMessage) -> None:
    remove_message(message.session, message.pk)


@admin.register(MessageReference)
class MessageReferenceAdmin(
    PrivateWords[MessageReference], ReadOnly[MessageReference], BigTable[MessageReference]
):
    menu = Menu(DIALOGUES, 30, "link")
    list_display = (
        "created_at",
        "reference_type",
        "chapter_number",
        "paragraph_index",
        "shown_quotation",
        "similarity_score",
    )
    list_filter = ("reference_type",)
    search_fields = ("message__id__exact",)
    search_help_text = "The id of a message"
    exclude = ("message", "passage")
    readonly_fields = ("message_id", "passage_id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MessageReference], search_term: str
    ) -> tuple[QuerySet[MessageReference], bool]:
        key = id_of(search_term.strip())
        if key is None:
            return (queryset.none() if search_term.strip() else queryset), False
        return queryset.filter(message_id=key), False

    @admin.display(description="quotation")
    def shown_quotation(self, reference: MessageReference) -> str:
        return reference.highlighted_text[:120]
