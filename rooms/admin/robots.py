"""Robots and what they were asked. Robots are made and changed through the service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from chatcore.admin.base import ChatcoreAdmin, ReadOnly, display
from chatcore.admin.paging import BigTable
from chatcore.admin_site import Menu
from chatcore.errors import ChatcoreError
from chatcore.robots import robot_skill
from rooms.admin.menu import ROOMS
from rooms.models import Robot, RobotInteraction, RobotSpending
from rooms.selectors.robot_money import with_month_cost
from rooms.services.robots import create_robot


class RobotForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses settings that the skill does not take."""

    class Meta:
        model = Robot
        fields = (
            "robot_id",
            "name",
            "kind",
            "settings",
            "is_enabled",
            "is_visible_to_guests",
            "answers_first",
            "day_usd",
            "month_usd",
        )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        kind = found.get("kind") or self.instance.kind
        if not kind or "settings" not in found:
            return found
        try:
            found["settings"] = robot_skill(kind).checked_settings(found["settings"] or {})
        except ChatcoreError as error:
            told = [line for lines in error.errors.values() for line in lines]
            raise forms.ValidationError({"settings": told or [error.detail]}) from None
        return found


@admin.register(Robot)
class RobotAdmin(ChatcoreAdmin[Robot]):
    menu = Menu(ROOMS, 50, "smart_toy")
    form = RobotForm
    list_display = (
        *("name", "robot_id", "kind", "is_enabled", "is_visible_to_guests"),
        *("shown_month", "month_usd"),
    )
    list_filter = ("kind", "is_enabled")
    search_fields = ("robot_id", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Robot]:
        return with_month_cost(super().get_queryset(request))

    @admin.display(description="US dollars this month", ordering="month_cost")
    def shown_month(self, robot: Any) -> str:
        return f"{robot.month_cost:,.4f}"

    def get_readonly_fields(
        self, request: HttpRequest, obj: Robot | None = None
    ) -> tuple[str, ...]:
        """Its account bears its name, and its messages name it: those stay."""
        return ("robot_id", "kind") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Robot | None = None) -> bool:
        """What it said names it; it can be disabled."""
        return False

    def save_model(self, request: HttpRequest, obj: Robot, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        made = create_robot(by=None, **form.cleaned_data)
        obj.pk, obj.user_id, obj._state.adding = made.pk, made.user_id, False


@admin.register(RobotInteraction)
class RobotInteractionAdmin(ReadOnly[RobotInteraction], BigTable[RobotInteraction]):
    menu = Menu(ROOMS, 60, "forum")
    list_display = (
        *("created_at", "robot", "room", "shown_status", "attempts", "completed_at"),
        *("model_used", "tokens_used", "shown_cost"),
    )
    list_filter = ("status", "robot")
    list_select_related = ("robot", "room")

    @display(
        description="status",
        label={"completed": "success", "failed": "danger", "processing": "info"},
    )
    def shown_status(self, turn: RobotInteraction) -> str:
        return turn.status

    @admin.display(description="US dollars")
    def shown_cost(self, turn: Any) -> str:
        return "" if turn.cost is None else f"{turn.cost:,.6f}"


@admin.register(RobotSpending)
class RobotSpendingAdmin(ReadOnly[RobotSpending], BigTable[RobotSpending]):
    menu = Menu(ROOMS, 61, "payments")
    list_display = ("day", "robot", "shown_cost", "tokens", "answers")
    list_filter = ("robot",)
    list_select_related = ("robot",)
    ordering = ("-day", "-cost")

    @admin.display(description="US dollars", ordering="cost")
    def shown_cost(self, spending: RobotSpending) -> str:
        return f"{spending.cost:,.4f}"
