"""Escalations (seed 003, `escalations`): somebody is asked for, of a level, and what became of it."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length

from chatcore.ids import uuid7
from rooms.models.rooms import ChatRoom
from rooms.models.sla import SlaPolicyVersion

REASON_MAX = NOTE_MAX = 4_000
# `escalation_reason__length` in the checks below.
models.TextField.register_lookup(Length)


class Level(models.TextChoices):
    """The levels of support, lowest first; an escalation never goes down."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    MANAGER = "manager"


# As a number: seed 003's `chat_rooms.escalation_level`.
RANK = {Level.T1.value: 1, Level.T2.value: 2, Level.T3.value: 3, Level.MANAGER.value: 4}


class EscalationStatus(models.TextChoices):
    CREATED = "created"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"


OPEN = (EscalationStatus.CREATED, EscalationStatus.ASSIGNED, EscalationStatus.IN_PROGRESS)
HELD = (EscalationStatus.ASSIGNED, EscalationStatus.IN_PROGRESS)


class Resolution(models.TextChoices):
    """How a resolved one ended: solved here, or handed to the next level, where the chain goes on."""

    NONE = ""
    SOLVED = "solved"
    ESCALATED = "escalated"


UNTRACKED = ["source_version", "target_version", "heard_seq", "updated_at"]
USER = settings.AUTH_USER_MODEL


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=UNTRACKED)),
    pghistory.DeleteEvent(),
    model_name="EscalationHistory",
    exclude=UNTRACKED,
    meta={"db_table": "escalations_history", "verbose_name_plural": "escalation history"},
)
class Escalation(models.Model):
    """One level's part of a matter. Written only by `rooms.services.escalations` and its neighbours.

    created → assigned → in_progress → resolved, or cancelled; declined, it is `created` again. Handed
    up, it is resolved as `escalated`, and the next level's escalation names it as `previous`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source_room = models.ForeignKey(ChatRoom, models.CASCADE, related_name="escalations")
    # The room in which it is worked on: made for it, or the source room itself.
    target_room = models.ForeignKey(
        ChatRoom, models.CASCADE, null=True, related_name="escalations_worked_on"
    )
    previous = models.OneToOneField("self", models.SET_NULL, null=True, related_name="next")
    customer = models.ForeignKey(USER, models.PROTECT, related_name="escalations")
    escalation_reason = models.TextField(max_length=REASON_MAX)
    handover_note = models.TextField(max_length=NOTE_MAX, blank=True, default="")
    from_level = models.CharField(max_length=8, choices=Level.choices)
    to_level = models.CharField(max_length=8, choices=Level.choices)
    # 1 is high, 5 is low.
    priority = models.PositiveSmallIntegerField(default=3)
    required_skills = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    tags = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    created_by_user = models.ForeignKey(USER, models.PROTECT, related_name="+")
    assigned_to_user = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="assigned_escalations"
    )
    status = models.CharField(
        max_length=11, choices=EscalationStatus.choices, default=EscalationStatus.CREATED
    )
    resolution = models.CharField(
        max_length=9, choices=Resolution.choices, blank=True, default=Resolution.NONE
    )
    resolution_notes = models.TextField(max_length=NOTE_MAX, blank=True, default="")
    # The version with which it began, for good; null where no policy fits.
    policy_version = models.ForeignKey(SlaPolicyVersion, models.PROTECT, null=True)
    snoozed_until = models.DateTimeField(null=True)
    declined_count = models.PositiveIntegerField(default=0)
    reopened_count = models.PositiveIntegerField(default=0)
    # Up to which message of the target room the clocks have heard.
    heard_seq = models.BigIntegerField(default=0, editable=False)
    # Each room's version of the last change, so that a replay of either repeats it.
    source_version = models.BigIntegerField(default=0, editable=False)
    target_version = models.BigIntegerField(default=0, editable=False)
    assigned_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    first_response_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "escalations"
        constraints = [
            models.CheckConstraint(
                name="escalations_levels",
                condition=Q(from_level__in=Level.values, to_level__in=Level.values),
            ),
            # Never downwards: "manager" sorts before "T…", so each pair is named.
            models.CheckConstraint(
                name="escalations_upwards",
                condition=Q(from_level="T1")
                | Q(to_level="manager")
                | Q(from_level="T2", to_level__in=["T2", "T3"])
                | Q(from_level="T3", to_level="T3"),
            ),
            models.CheckConstraint(
                name="escalations_priority", condition=Q(priority__range=(1, 5))
            ),
            models.CheckConstraint(
                name="escalations_reason",
                condition=Q(escalation_reason__length__range=(1, REASON_MAX)),
            ),
            models.CheckConstraint(
                name="escalations_status", condition=Q(status__in=EscalationStatus.values)
            ),
            models.CheckConstraint(
                name="escalations_assigned",
                condition=Q(status="created", assigned_to_user__isnull=True)
                | Q(status__in=HELD, assigned_to_user__isnull=False, assigned_at__isnull=False)
                | Q(status__in=["resolved", "cancelled"]),
            ),
            models.CheckConstraint(
                name="escalations_resolved",
                condition=Q(
                    status="resolved",
                    resolved_at__isnull=False,
                    resolution__in=["solved", "escalated"],
                )
                | (~Q(status="resolved") & Q(resolved_at__isnull=True, resolution="")),
            ),
            # A matter is with one level at a time; also `open_escalation_of()`.
            models.UniqueConstraint(
                fields=["source_room"],
                condition=Q(status__in=OPEN),
                name="escalations_one_open_per_room",
            ),
        ]
        indexes = [
            # `selectors.queue`: what waits at a level. Its order adds waiting to the priority.
            models.Index(
                fields=["to_level", "priority", "created_at"],
                condition=Q(status="created"),
                name="escalations_queue",
            ),
            # "My work", and an agent's load recounted.
            models.Index(
                fields=["assigned_to_user", "status"],
                condition=Q(status__in=HELD),
                name="escalations_held",
            ),
            # The list by state, newest first.
            models.Index(fields=["status", "-id"], name="escalations_status_id"),
            # expected_wait(): what a level took on lately.
            models.Index(fields=["to_level", "assigned_at"], name="escalations_taken"),
            GinIndex(fields=["tags"], name="escalations_tags"),
            # wake_due(): what sleeps, by when it wakes.
            models.Index(
                fields=["snoozed_until"],
                condition=Q(snoozed_until__isnull=False),
                name="escalations_snoozed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to_level}, {self.status}: {self.escalation_reason[:60]}"

    @property
    def rank(self) -> int:
        return RANK[self.to_level]

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


class EventKind(models.TextChoices):
    """What can happen to an escalation; together they tell its story."""

    CREATED = "created"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    STARTED = "started"
    RESPONDED = "responded"
    TRANSFERRED = "transferred"
    RELEASED = "released"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    REOPENED = "reopened"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    CHANGED = "changed"
    WARNED = "warned"
    BREACHED = "breached"
    CONCLUDED = "concluded"


class EscalationEvent(models.Model):
    """A line of the story: what, by whom (null: the system), about whom. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # No index of its own: escalation_events_story begins with it.
    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="story", db_index=False)
    kind = models.CharField(max_length=11, choices=EventKind.choices)
    by_user = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    to_user = models.ForeignKey(USER, models.SET_NULL, null=True, related_name="+")
    note = models.TextField(max_length=NOTE_MAX, blank=True, default="")
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "escalation_events"
        constraints = [
            models.CheckConstraint(
                name="escalation_events_kind", condition=Q(kind__in=EventKind.values)
            ),
        ]
        indexes = [
            # story_of().
            models.Index(fields=["escalation", "id"], name="escalation_events_story"),
            # Who has declined it lately is not offered it at once.
            models.Index(
                fields=["escalation", "by_user"],
                condition=Q(kind="declined"),
                name="escalation_events_declined",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at:%Y-%m-%d %H:%M}"


class EscalationWatcher(models.Model):
    """Somebody who wants to hear of an escalation without having it."""

    pk = models.CompositePrimaryKey("escalation_id", "user_id")
    escalation = models.ForeignKey(
        Escalation, models.CASCADE, related_name="watchers", db_index=False
    )
    user = models.ForeignKey(USER, models.CASCADE, related_name="watched_escalations")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "escalation_watchers"

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.escalation_id}"


class Availability(models.TextChoices):
    """An agent's own switch. `auto`: as long as a socket of theirs is open."""

    AUTO = "auto"
    ONLINE = "online"
    AWAY = "away"
    OFFLINE = "offline"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange("skills", "max_load", "availability")),
    pghistory.DeleteEvent(),
    model_name="SupportProfileHistory",
    fields=["user", "skills", "max_load", "availability"],
    meta={"db_table": "support_profiles_history", "verbose_name_plural": "support profile history"},
)
class SupportProfile(models.Model):
    """What an agent can and takes on. The row is the lock and the counter of their load."""

    user = models.OneToOneField(
        USER, models.CASCADE, primary_key=True, related_name="support_profile"
    )
    skills = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    max_load = models.PositiveSmallIntegerField(default=5)
    availability = models.CharField(
        max_length=7, choices=Availability.choices, default=Availability.AUTO
    )
    # How many they hold now; a recount gives the same.
    load = models.PositiveIntegerField(default=0, editable=False)
    # Who has waited longest gets the next one.
    last_assigned_at = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "support_profiles"
        constraints = [
            models.CheckConstraint(
                name="support_profiles_availability",
                condition=Q(availability__in=Availability.values),
            ),
            models.CheckConstraint(
                name="support_profiles_max_load", condition=Q(max_load__lte=1_000)
            ),
        ]
        indexes = [
            # free_agent(): only agents who could take one more.
            models.Index(
                fields=["last_assigned_at"],
                condition=Q(load__lt=F("max_load")),
                name="support_profiles_free",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.load}/{self.max_load}"

    @property
    def takes_work(self) -> bool:
        """Available, and not full."""
        here = self.availability == Availability.ONLINE or (
            self.availability == Availability.AUTO and self.user.current_status == "online"
        )
        return here and self.load < self.max_load
