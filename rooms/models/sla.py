"""What support promises: calendars, policies in versions, and the clocks that run by them."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from chatcore.ids import uuid7

LEVELS = ("T1", "T2", "T3", "manager")
USER = settings.AUTH_USER_MODEL


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["updated_at"])),
    pghistory.DeleteEvent(),
    model_name="BusinessCalendarHistory",
    exclude=["updated_at"],
    meta={"db_table": "business_calendars_history", "verbose_name_plural": "calendar history"},
)
class BusinessCalendar(models.Model):
    """When support works: hours by weekday in a time zone. No hours at all: always.

    `hours`: {"0": [["09:00", "17:00"]], …}, Monday is 0, "24:00" is the end of a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    hours = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "business_calendars"

    def __str__(self) -> str:
        return self.name


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="CalendarHolidayHistory",
    meta={"db_table": "calendar_holidays_history", "verbose_name_plural": "holiday history"},
)
class CalendarHoliday(models.Model):
    """A day on which a calendar is closed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the unique key begins with it.
    calendar = models.ForeignKey(
        BusinessCalendar, models.CASCADE, related_name="holidays", db_index=False
    )
    date = models.DateField()
    name = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        db_table = "calendar_holidays"
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="calendar_holidays_date")
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["updated_at"])),
    pghistory.DeleteEvent(),
    model_name="SlaPolicyHistory",
    exclude=["updated_at"],
    meta={"db_table": "sla_policies_history", "verbose_name_plural": "SLA policy history"},
)
class SlaPolicy(models.Model):
    """A promise by level and priority; either may be open to all. The closest one fits."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=100, unique=True)
    # Null: every level, every priority.
    level = models.CharField(max_length=8, null=True, blank=True)  # noqa: DJ001
    priority = models.PositiveSmallIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "sla_policies"
        verbose_name = "SLA policy"
        verbose_name_plural = "SLA policies"
        constraints = [
            models.CheckConstraint(
                name="sla_policies_level", condition=Q(level__isnull=True) | Q(level__in=LEVELS)
            ),
            models.CheckConstraint(
                name="sla_policies_priority",
                condition=Q(priority__isnull=True) | Q(priority__range=(1, 5)),
            ),
            # policy_for(): one promise for each case.
            models.UniqueConstraint(
                fields=["level", "priority"],
                condition=Q(is_active=True),
                nulls_distinct=False,
                name="sla_policies_case",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BreachAction(models.TextChoices):
    NOTIFY = "notify"
    RAISE_PRIORITY = "raise_priority"
    ESCALATE = "escalate"


class RoomMode(models.TextChoices):
    """`auto`: the support room itself while the level stays, a new one for the next level."""

    AUTO = "auto"
    NEW = "new"
    REUSE = "reuse"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),  # nobody does that, and if somebody does, it is known
    pghistory.DeleteEvent(),
    model_name="SlaPolicyVersionHistory",
    meta={
        "db_table": "sla_policy_versions_history",
        "verbose_name_plural": "SLA policy version history",
    },
)
class SlaPolicyVersion(models.Model):
    """A policy as it stood from one day on. Never changed: an escalation keeps the one it began with.

    Targets are working seconds; null promises nothing. `schedule` is the calendar as it was then:
    {"time_zone", "hours", "holidays"}.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the unique key begins with it.
    policy = models.ForeignKey(SlaPolicy, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    calendar = models.ForeignKey(BusinessCalendar, models.SET_NULL, null=True, blank=True)
    schedule = models.JSONField(default=dict, blank=True)
    first_response_seconds = models.PositiveIntegerField(null=True, blank=True)
    next_response_seconds = models.PositiveIntegerField(null=True, blank=True)
    resolution_seconds = models.PositiveIntegerField(null=True, blank=True)
    # How much of the time is gone when the agent is warned.
    warn_percent = models.PositiveSmallIntegerField(default=75)
    pause_while_waiting = models.BooleanField(default=True)
    breach_action = models.CharField(
        max_length=14, choices=BreachAction.choices, default=BreachAction.NOTIFY
    )
    room_mode = models.CharField(max_length=5, choices=RoomMode.choices, default=RoomMode.AUTO)
    created_by = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "sla_policy_versions"
        verbose_name = "SLA policy version"
        constraints = [
            # The newest is in force.
            models.UniqueConstraint(fields=["policy", "number"], name="sla_policy_versions_number"),
            models.CheckConstraint(
                name="sla_policy_versions_warn", condition=Q(warn_percent__range=(1, 99))
            ),
            models.CheckConstraint(
                name="sla_policy_versions_breach",
                condition=Q(breach_action__in=BreachAction.values),
            ),
            models.CheckConstraint(
                name="sla_policy_versions_room", condition=Q(room_mode__in=RoomMode.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} v{self.number}"


class Metric(models.TextChoices):
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    RESOLUTION = "resolution"


class ClockState(models.TextChoices):
    """`stopped`: the escalation ended, or handed up, before the target was met."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    STOPPED = "stopped"


class SlaClock(models.Model):
    """One promise of one escalation, and so of one level. Written by `rooms.services.clocks`.

    While it runs, `due_at` is the instant at which its working time is used up; while it is paused,
    `left_seconds` is what it still has. `breached_at` stays, whatever comes after.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: the unique key begins with it.
    escalation = models.ForeignKey(
        "rooms.Escalation", models.CASCADE, related_name="clocks", db_index=False
    )
    metric = models.CharField(max_length=14, choices=Metric.choices)
    state = models.CharField(max_length=7, choices=ClockState.choices, default=ClockState.RUNNING)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True)
    left_seconds = models.PositiveIntegerField(null=True)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "sla_clocks"
        verbose_name = "SLA clock"
        constraints = [
            models.UniqueConstraint(fields=["escalation", "metric"], name="sla_clocks_metric"),
            models.CheckConstraint(
                name="sla_clocks_metric_known", condition=Q(metric__in=Metric.values)
            ),
            models.CheckConstraint(
                name="sla_clocks_state",
                condition=Q(state="running", due_at__isnull=False)
                | Q(state="paused", left_seconds__isnull=False)
                | Q(state__in=["met", "stopped"]),
            ),
        ]
        indexes = [
            # due_soon(): what rings next, and what should have rung.
            models.Index(
                fields=["due_at"],
                condition=Q(state="running", breached_at__isnull=True),
                name="sla_clocks_due",
            ),
            models.Index(
                fields=["warn_at"],
                condition=Q(state="running", warned_at__isnull=True),
                name="sla_clocks_warn",
            ),
            # "Breached" of the console and its count.
            models.Index(
                fields=["escalation"],
                condition=Q(breached_at__isnull=False),
                name="sla_clocks_breached",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.state}"
