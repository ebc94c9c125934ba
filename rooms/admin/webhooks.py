"""Webhooks, what they are owed, and the log. They are made by the API, where the secret is shown."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chatcore.admin.base import ReadOnly, apply_to_each, display
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from rooms.admin.menu import ROOMS
from rooms.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from rooms.services.webhooks import replay_delivery


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnly[WebhookEndpoint]):
    menu = Menu(ROOMS, 70, "webhook")
    list_display = ("name", "url", "room", "is_enabled", "failing_since", "disabled_because")
    list_filter = ("is_enabled",)
    list_select_related = ("room",)
    search_fields = ("name", "url")
    exclude = ("secret_salt",)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly[WebhookDelivery], BigTable[WebhookDelivery]):
    menu = Menu(ROOMS, 80, "outbox")
    list_display = ("created_at", "endpoint", "event_type", "shown_state", "attempts", "due_at")
    list_filter = ("state", "event_type", "endpoint")
    list_select_related = ("endpoint",)
    exclude = ("payload",)
    actions = ("replay",)

    @display(description="state", label={"delivered": "success", "failed": "danger"})
    def shown_state(self, delivery: WebhookDelivery) -> str:
        return delivery.state

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rooms.change_webhookdelivery")

    @admin.action(description="Send once more", permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        apply_to_each(self, request, queryset, _replay, "Sent once more")


@admin.register(WebhookAttempt)
class WebhookAttemptAdmin(ReadOnly[WebhookAttempt], BigTable[WebhookAttempt]):
    menu = Menu(ROOMS, 90, "list_alt")
    list_display = ("created_at", "delivery", "interaction", "response_status", "error")
    list_select_related = ("delivery", "interaction")


def _replay(delivery: WebhookDelivery) -> None:
    replay_delivery(delivery, by=None)
