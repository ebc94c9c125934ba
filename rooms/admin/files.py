"""Files that people sent; their bytes are never shown here."""

from __future__ import annotations

from django.contrib import admin

from chatcore.admin.base import PrivateWords, ReadOnly, display
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from rooms.admin.menu import ROOMS
from rooms.models import ChatFileAttachment


@admin.register(ChatFileAttachment)
class ChatFileAttachmentAdmin(
    PrivateWords[ChatFileAttachment], ReadOnly[ChatFileAttachment], BigTable[ChatFileAttachment]
):
    menu = Menu(ROOMS, 30, "attach_file")
    list_display = ("created_at", "original_filename", "owner", "mime_type", "file_size", "scan")
    list_filter = ("file_manager_file__scan_state", "mime_type")
    list_select_related = ("owner", "file_manager_file")
    search_fields = ("original_filename",)

    @display(description="scan", label={"clean": "success", "refused": "danger"})
    def scan(self, attachment: ChatFileAttachment) -> str:
        stored = attachment.file_manager_file
        return stored.scan_state if stored else "deleted"
