"""Messages of rooms."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import apply_to_each, display
from chatcore.admin.messages import MessageAdmin, MonthFilter
from chatcore.admin_site import Menu
from chatcore.models import User
from rooms.admin.menu import ROOMS
from rooms.models import RoomMessage
from rooms.services.messages import remove_message


@admin.register(RoomMessage)
class RoomMessageAdmin(MessageAdmin[RoomMessage]):
    menu = Menu(ROOMS, 20, "chat_bubble")
    conversation = "room"
    list_display = ("created_at", "room", "seq", "sender", "shown_type", "beginning")
    list_filter = (
        MonthFilter,
        "message_type",
        ("room", AutocompleteSelectFilter),
        ("sender", AutocompleteSelectFilter),
    )
    list_select_related = ("room", "sender")
    fieldsets: ClassVar = [
        (None, {"fields": [("room", "seq"), ("sender", "message_type"), "content"]}),
        (
            "Marks",
            {
                "classes": ["tab"],
                "fields": [
                    ("id", "client_ref"),
                    ("version", "created_version"),
                    ("reply_to_message_id", "thread_id"),
                    ("delivery_status", "robot_id"),
                    ("robot_response_to_id", "is_robot_visible_to_guests"),
                    ("created_at", "edited_at", "deleted_at"),
                    "content_metadata",
                ],
            },
        ),
    ]
    actions = ("delete_softly",)
    readonly_fields = ("reply_to_message_id", "thread_id", "robot_response_to_id")

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rooms.delete_roommessage")

    @admin.action(description="Delete (leaves an empty place)", permissions=["remove"])
    def delete_softly(self, request: HttpRequest, queryset: QuerySet[RoomMessage]) -> None:
        apply_to_each(self, request, queryset, _remove, "Deleted")

    def by(self, person: User) -> Q:
        return Q(sender=person)

    @display(description="type", label={"robot": "info", "system": "warning"})
    def shown_type(self, message: RoomMessage) -> tuple[str, str]:
        return message.message_type, message.get_message_type_display()


def _remove(message: RoomMessage) -> None:
    remove_message(room=message.room_id, message=message.pk)
