"""Mail that went out and came in: to whom and what became of it, never what it says."""

from __future__ import annotations

from django.contrib import admin

from chatcore.admin.base import ReadOnly, display
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from rooms.admin.menu import SUPPORT
from rooms.models import IncomingMail, OutgoingMail


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnly[OutgoingMail], BigTable[OutgoingMail]):
    menu = Menu(SUPPORT, 80, "outgoing_mail")
    list_display = ("created_at", "kind", "to_address", "shown_state", "attempts", "last_error")
    list_filter = ("kind", "state")
    search_fields = ("to_address__istartswith",)

    @display(description="state", label={"sent": "success", "failed": "danger", "queued": "info"})
    def shown_state(self, mail: OutgoingMail) -> tuple[str, str]:
        return mail.state, mail.get_state_display()


@admin.register(IncomingMail)
class IncomingMailAdmin(ReadOnly[IncomingMail], BigTable[IncomingMail]):
    menu = Menu(SUPPORT, 81, "inbox")
    list_display = ("created_at", "from_address", "user", "room")
    list_select_related = ("user", "room")
    search_fields = ("from_address__istartswith",)
