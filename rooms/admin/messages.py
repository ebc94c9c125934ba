"""Messages of rooms."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import Q
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import display
from chatcore.admin.messages import MessageAdmin, MonthFilter
from chatcore.admin_site import Menu
from chatcore.models import User
from rooms.admin.menu import ROOMS
from rooms.models import RoomMessage


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
    readonly_fields = ("reply_to_message_id", "thread_id", "robot_response_to_id")

    def by(self, person: User) -> Q:
        return Q(sender=person)

    @display(description="type", label={"robot": "info", "system": "warning"})
    def shown_type(self, message: RoomMessage) -> tuple[str, str]:
        return message.message_type, message.get_message_type_display()
