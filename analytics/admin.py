"""The figures in the admin, to look at."""

from __future__ import annotations

from django.contrib import admin

from analytics.models import DialogueAnalytics, MessageVolume, Refresh, SupportAnalytics
from chatcore.admin.base import ReadOnly
from chatcore.admin_site import Menu, Section

ANALYTICS = Section(70, "Analytics")


@admin.register(DialogueAnalytics)
class DialogueAnalyticsAdmin(ReadOnly[DialogueAnalytics]):
    menu = Menu(ANALYTICS, 10, "monitoring")
    list_display = (
        "date",
        "type",
        "book",
        "character",
        "session_count",
        "completed_sessions",
        "unique_users",
        "avg_messages_per_session",
        "avg_tokens_per_session",
        "total_cost",
        "avg_rating",
        "avg_session_duration_minutes",
        "refreshed_at",
    )
    list_filter = ("type", "date")
    list_select_related = ("book", "character")
    search_fields = ("book__title", "character__name")
    # The key begins with the day.
    ordering = ("-id",)


@admin.register(MessageVolume)
class MessageVolumeAdmin(ReadOnly[MessageVolume]):
    menu = Menu(ANALYTICS, 20, "stacked_bar_chart")
    list_display = (
        "date",
        "conversation",
        "type",
        "kind",
        "book",
        "character",
        "message_count",
        "refreshed_at",
    )
    list_filter = ("conversation", "type", "kind", "date")
    list_select_related = ("book", "character")
    search_fields = ("book__title", "character__name")
    ordering = ("-id",)


@admin.register(SupportAnalytics)
class SupportAnalyticsAdmin(ReadOnly[SupportAnalytics]):
    menu = Menu(ANALYTICS, 25, "support_agent")
    list_display = (
        "date",
        "level",
        "priority",
        "created_count",
        "resolved_count",
        "escalated_count",
        "breached_count",
        "declined_count",
        "reopened_count",
        "median_first_response_seconds",
        "median_resolution_seconds",
        "csat_avg",
        "csat_count",
        "refreshed_at",
    )
    list_filter = ("level", "priority", "date")
    ordering = ("-id",)


@admin.register(Refresh)
class RefreshAdmin(ReadOnly[Refresh]):
    menu = Menu(ANALYTICS, 30, "update")
    list_display = ("view", "refreshed_at", "duration_ms", "rows")
    ordering = ("view",)
