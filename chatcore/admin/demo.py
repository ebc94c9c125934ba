"""What the demo made; `manage.py demo --remove` goes by it."""

from django.contrib import admin

from chatcore.admin.base import ReadOnly
from chatcore.admin_site import SYSTEM, Menu
from chatcore.models import DemoObject


@admin.register(DemoObject)
class DemoObjectAdmin(ReadOnly[DemoObject]):
    menu = Menu(SYSTEM, 90, "science")
    list_display = ("key", "model", "object_id", "created_at")
    search_fields = ("key",)
    ordering = ("key",)
