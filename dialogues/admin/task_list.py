"""Tasks: what is on people's lists, to look at; changed by the services, like everywhere."""

from __future__ import annotations

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from chatcore.admin.base import PrivateWords, ReadOnly, apply_to_each
from chatcore.admin.found import FoundByPerson
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from chatcore.models import User
from dialogues.admin.menu import DIALOGUES
from dialogues.models import Task, TaskCounter
from dialogues.services.task_list import complete_task, delete_task


@admin.register(Task)
class TaskAdmin(FoundByPerson[Task], PrivateWords[Task], ReadOnly[Task], BigTable[Task]):
    menu = Menu(DIALOGUES, 60, "task_alt")
    list_display = ("created_at", "user", "number", "title", "completed", "updated_at")
    list_filter = ("completed", ("user", AutocompleteSelectFilter))
    list_select_related = ("user",)
    search_fields = ("id",)
    search_help_text = "Id, or a person's name or e-mail"
    actions = ("complete", "delete_for_good")
    fields = (
        ("user", "number"),
        ("title", "completed"),
        "description",
        ("created_at", "updated_at"),
    )

    def has_complete_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dialogues.change_task")

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("dialogues.delete_task")

    @admin.action(description="Complete", permissions=["complete"])
    def complete(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        by = cast("User", request.user)
        apply_to_each(self, request, queryset, lambda t: complete_task(t, by=by), "Completed")

    @admin.action(description="Delete", permissions=["remove"])
    def delete_for_good(self, request: HttpRequest, queryset: QuerySet[Task]) -> None:
        by = cast("User", request.user)
        apply_to_each(self, request, queryset, lambda t: delete_task(t, by=by), "Deleted")


@admin.register(TaskCounter)
class TaskCounterAdmin(ReadOnly[TaskCounter], BigTable[TaskCounter]):
    """The last number that each person's tasks got."""

    menu = Menu(DIALOGUES, 70, "123")
    ordering = ("-user_id",)
    list_display = ("user", "last_number")
    list_select_related = ("user",)
