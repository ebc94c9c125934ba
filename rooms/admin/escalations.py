"""Escalations: what became of each, to look at; changed by the services, like everywhere."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import PrivateWords, ReadOnly, ReadOnlyInline, display
from chatcore.admin.found import FoundByPerson
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from rooms.admin.menu import SUPPORT
from rooms.models import (
    Escalation,
    EscalationEvent,
    RoomConclusion,
    SlaClock,
)

STATES = {
    "created": "warning",
    "assigned": "info",
    "in_progress": "info",
    "resolved": "success",
    "cancelled": "danger",
}


class StoryInline(ReadOnlyInline[EscalationEvent, Escalation]):
    model = EscalationEvent
    fk_name = "escalation"
    fields = readonly_fields = ("created_at", "kind", "by_user", "to_user", "note", "details")
    verbose_name_plural = "story"

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationEvent]:
        return super().get_queryset(request).select_related("by_user", "to_user").order_by("pk")


class ClockInline(ReadOnlyInline[SlaClock, Escalation]):
    model = SlaClock
    fk_name = "escalation"
    fields = readonly_fields = (
        *("metric", "state", "started_at", "due_at", "left_seconds"),
        *("warned_at", "breached_at", "met_at"),
    )


@admin.register(Escalation)
class EscalationAdmin(
    FoundByPerson[Escalation],
    PrivateWords[Escalation],
    ReadOnly[Escalation],
    BigTable[Escalation],
):
    whose = "customer"
    search_fields = ("id",)
    search_help_text = "Id, or the customer's name or e-mail"
    menu = Menu(SUPPORT, 10, "support_agent")
    list_display = (
        *("created_at", "to_level", "priority", "shown_status", "customer"),
        *("assigned_to_user", "first_response_at", "resolved_at"),
    )
    list_filter = (
        "status",
        "to_level",
        "priority",
        ("assigned_to_user", AutocompleteSelectFilter),
    )
    list_select_related = ("customer", "assigned_to_user")
    inlines: ClassVar = [StoryInline, ClockInline]
    readonly_fields = ("source_room_id", "target_room_id", "previous_id", "policy_version_id")
    fieldsets: ClassVar = [
        (
            None,
            {
                "fields": [
                    ("status", "resolution"),
                    ("from_level", "to_level", "priority"),
                    ("customer", "created_by_user", "assigned_to_user"),
                    "escalation_reason",
                    "handover_note",
                    "resolution_notes",
                    ("tags", "required_skills"),
                ]
            },
        ),
        (
            "Marks",
            {
                "classes": ["tab"],
                "fields": [
                    ("id", "previous_id"),
                    ("source_room_id", "target_room_id", "policy_version_id"),
                    ("declined_count", "reopened_count", "snoozed_until"),
                    ("created_at", "assigned_at", "accepted_at"),
                    ("started_at", "first_response_at", "resolved_at"),
                    ("reopened_at", "updated_at"),
                ],
            },
        ),
    ]

    @display(description="status", label=STATES)
    def shown_status(self, escalation: Escalation) -> tuple[str, str]:
        return escalation.status, escalation.get_status_display()


@admin.register(EscalationEvent)
class EscalationEventAdmin(
    PrivateWords[EscalationEvent], ReadOnly[EscalationEvent], BigTable[EscalationEvent]
):
    menu = Menu(SUPPORT, 20, "history")
    list_display = ("created_at", "kind", "escalation_id", "by_user", "to_user")
    list_filter = ("kind", ("by_user", AutocompleteSelectFilter))
    list_select_related = ("by_user", "to_user")
    raw_id_fields = ("escalation",)


@admin.register(RoomConclusion)
class RoomConclusionAdmin(
    PrivateWords[RoomConclusion], ReadOnly[RoomConclusion], BigTable[RoomConclusion]
):
    menu = Menu(SUPPORT, 30, "reviews")
    list_display = ("concluded_at", "outcome", "rating", "concluded_by", "rated_by")
    list_filter = ("outcome", "rating")
    list_select_related = ("concluded_by", "rated_by")


@admin.register(SlaClock)
class SlaClockAdmin(ReadOnly[SlaClock], BigTable[SlaClock]):
    menu = Menu(SUPPORT, 40, "timer")
    list_display = ("escalation_id", "metric", "state", "due_at", "warned_at", "breached_at")
    list_filter = ("metric", "state")
