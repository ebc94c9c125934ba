"""Templates: staff writes them; what people do with them is counted."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from chatcore.admin.base import ChatcoreAdmin, link_to_list
from chatcore.admin_site import Menu
from dialogues.admin.menu import DIALOGUES
from dialogues.caches import forget_templates
from dialogues.models import DialogueSession, DialogueTemplate
from dialogues.services.templates import delete_template


@admin.register(DialogueTemplate)
class DialogueTemplateAdmin(ChatcoreAdmin[DialogueTemplate]):
    menu = Menu(DIALOGUES, 60, "auto_stories")
    list_display = ("name", "type", "category", "usage_count", "shown_rating", "is_active")
    list_filter = ("type", "is_active", "category")
    search_fields = ("name", "category")
    ordering = ("-usage_count", "-id")
    readonly_fields = (
        *("usage_count", "shown_rating", "created_by", "created_at", "updated_at"),
        "leads",
    )
    fieldsets: ClassVar = [
        (None, {"fields": [("name", "type"), ("category", "is_active"), "description", "leads"]}),
        (
            "Beginning",
            {
                "fields": [
                    "system_prompt",
                    "initial_messages",
                    "suggested_questions",
                    ("temperature", "model_preference"),
                ]
            },
        ),
        (
            "Use",
            {
                "classes": ["tab"],
                "fields": [
                    ("usage_count", "shown_rating"),
                    ("created_by", "created_at"),
                    "updated_at",
                ],
            },
        ),
    ]

    def save_model(
        self, request: HttpRequest, obj: DialogueTemplate, form: Any, change: bool
    ) -> None:
        """Only what the form changed: counts may have grown since it was opened."""
        forget_templates()
        if change:
            obj.save(update_fields=[*form.changed_data, "updated_at"])
            return
        obj.created_by = request.user  # type: ignore[assignment]
        obj.save()

    def delete_model(self, request: HttpRequest, obj: DialogueTemplate) -> None:
        delete_template(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DialogueTemplate]) -> None:
        with transaction.atomic():
            queryset.delete()
            forget_templates()

    @admin.display(description="rating", ordering="rating")
    def shown_rating(self, template: DialogueTemplate) -> str:
        return f"{template.rating} ({template.rating_count})" if template.rating_count else "–"

    @admin.display(description="see")
    def leads(self, template: DialogueTemplate) -> str:
        begun = {"template__id__exact": template.pk}
        return link_to_list(DialogueSession, "dialogues begun from it", **begun)
