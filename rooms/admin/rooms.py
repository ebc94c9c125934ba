"""Rooms and who is in them. Staff may close, archive and delete; the rest is changed in the room."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import ReadOnly, ReadOnlyInline, apply_to_each, display, link_to_list
from chatcore.admin.messages import id_of, person_named
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Figure, Menu, register_figure
from chatcore.selectors.estimates import about
from rooms.admin.menu import ROOMS
from rooms.models import PRESENT, ChatRoom, Role, RoomMessage, RoomParticipant, RoomStatus
from rooms.selectors.access import RoomAccess
from rooms.selectors.unread import unread_of
from rooms.services.rooms import delete_room, update_room

STATUS_COLOURS = {"active": "success", "archived": "warning", "closed": "info", "deleted": "danger"}


class ParticipantInline(ReadOnlyInline[RoomParticipant, ChatRoom]):
    model = RoomParticipant
    fk_name = "room"
    fields = readonly_fields = ("user", "role", "status", "unread", "joined_at", "last_read_at")
    per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoomParticipant]:
        return super().get_queryset(request).select_related("user", "room").order_by("joined_at")

    @admin.display(description="unread")
    def unread(self, participant: RoomParticipant) -> int:
        return unread_of(participant.room, participant, participant.user)


class DeletedFilter(admin.SimpleListFilter):
    """Living rooms unless asked otherwise."""

    title = "deletion"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("only", "Deleted"), ("all", "Both")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all" or request.GET.get("q"):
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() != "only")


def standing(room: ChatRoom) -> RoomAccess:
    """Staff act on a room like a moderator who is not in it; nothing is stored of that."""
    return RoomAccess(room, RoomParticipant(room=room, role=Role.MODERATOR))


@admin.register(ChatRoom)
class ChatRoomAdmin(ReadOnly[ChatRoom], BigTable[ChatRoom]):
    menu = Menu(ROOMS, 10, "meeting_room")
    list_display = (
        "shown_name",
        "room_type",
        "shown_status",
        "present",
        "last_seq",
        "is_private",
        "escalation_level",
        "creator",
        "last_message_at",
    )
    list_filter = (
        "room_type",
        "status",
        "escalation_level",
        "is_private",
        DeletedFilter,
        ("creator", AutocompleteSelectFilter),
    )
    list_select_related = ("creator",)
    search_fields = ("name", "issue_id")
    search_help_text = "Name, issue or id of a room, or the e-mail of somebody in it"
    inlines: ClassVar = [ParticipantInline]
    actions = ("close", "archive", "reopen", "delete_softly")
    fieldsets: ClassVar = [
        (
            None,
            {
                "fields": [
                    ("name", "room_type"),
                    ("status", "creator"),
                    "description",
                    "leads",
                ]
            },
        ),
        (
            "Support",
            {
                "classes": ["tab"],
                "fields": [
                    ("issue_id", "escalation_level"),
                    "issue_description",
                    "parent_room_id",
                ],
            },
        ),
        (
            "Settings",
            {
                "classes": ["tab"],
                "fields": [
                    ("is_private", "guest_access_allowed"),
                    "max_participants",
                    "room_settings",
                ],
            },
        ),
        (
            "Marks",
            {
                "classes": ["tab"],
                "fields": [
                    ("id", "last_seq"),
                    ("version", "own_version"),
                    ("created_at", "last_message_at"),
                    "deleted_at",
                ],
            },
        ),
    ]
    readonly_fields = ("leads", "parent_room_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChatRoom]:
        """Participants counted per row shown, not by a join that would count every room."""
        there = (
            RoomParticipant.objects.filter(room=OuterRef("pk"), status__in=PRESENT)
            .order_by()
            .values("room")
            .annotate(n=Count("pk"))
            .values("n")
        )
        present = Subquery(there, output_field=IntegerField())
        return super().get_queryset(request).annotate(present_count=present)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ChatRoom], search_term: str
    ) -> tuple[QuerySet[ChatRoom], bool]:
        term = search_term.strip()
        if key := id_of(term):
            return queryset.filter(pk=key), False
        if "@" in term:
            person = person_named(term)
            return queryset.filter(participants__user=person), False
        return super().get_search_results(request, queryset, search_term)

    def has_close_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rooms.change_chatroom")

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rooms.delete_chatroom")

    @admin.action(description="Close", permissions=["close"])
    def close(self, request: HttpRequest, queryset: QuerySet[ChatRoom]) -> None:
        self._set_status(request, queryset, RoomStatus.CLOSED)

    @admin.action(description="Archive", permissions=["close"])
    def archive(self, request: HttpRequest, queryset: QuerySet[ChatRoom]) -> None:
        self._set_status(request, queryset, RoomStatus.ARCHIVED)

    @admin.action(description="Open again", permissions=["close"])
    def reopen(self, request: HttpRequest, queryset: QuerySet[ChatRoom]) -> None:
        self._set_status(request, queryset, RoomStatus.ACTIVE)

    def _set_status(
        self, request: HttpRequest, queryset: QuerySet[ChatRoom], status: RoomStatus
    ) -> None:
        def change(room: ChatRoom) -> None:
            update_room(access=standing(room), changes={"status": status})

        apply_to_each(self, request, queryset, change, f"Now {status.label.lower()}")

    @admin.action(description="Delete", permissions=["remove"])
    def delete_softly(self, request: HttpRequest, queryset: QuerySet[ChatRoom]) -> None:
        def change(room: ChatRoom) -> None:
            delete_room(access=standing(room))

        apply_to_each(self, request, queryset.filter(deleted_at=None), change, "Deleted")

    @admin.display(description="name")
    def shown_name(self, room: ChatRoom) -> str:
        return str(room)

    @admin.display(description="present")
    def present(self, room: Any) -> int:
        return room.present_count or 0

    @display(description="status", label=STATUS_COLOURS)
    def shown_status(self, room: ChatRoom) -> tuple[str, str]:
        if room.deleted_at:
            return "deleted", "Deleted"
        return room.status, room.get_status_display()

    @admin.display(description="see")
    def leads(self, room: ChatRoom) -> str:
        return link_to_list(RoomMessage, "messages", room__id__exact=room.pk)


@admin.register(RoomParticipant)
class RoomParticipantAdmin(ReadOnly[RoomParticipant], BigTable[RoomParticipant]):
    menu = Menu(ROOMS, 30, "groups")
    list_display = ("user", "room", "role", "shown_status", "unread", "joined_at", "last_read_at")
    list_filter = (
        "role",
        "status",
        ("room", AutocompleteSelectFilter),
        ("user", AutocompleteSelectFilter),
    )
    list_select_related = ("user", "room")
    search_fields = ("user__username__istartswith", "user__email__istartswith")
    search_help_text = "A person's name or e-mail"

    @display(
        description="status",
        label={"active": "success", "muted": "warning", "removed": "danger", "left": "info"},
    )
    def shown_status(self, participant: RoomParticipant) -> tuple[str, str]:
        return participant.status, participant.get_status_display()

    @admin.display(description="unread")
    def unread(self, participant: RoomParticipant) -> int:
        return unread_of(participant.room, participant, participant.user)


def _figure() -> tuple[str, str]:
    rooms = ChatRoom.objects.filter(deleted_at=None)
    return f"{rooms.count():,}", about(RoomMessage, "messages")


register_figure(
    Figure(
        40,
        "Rooms",
        "meeting_room",
        _figure,
        "admin:rooms_chatroom_changelist",
        "rooms.view_chatroom",
    )
)
