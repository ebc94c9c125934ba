"""Escalations as the API and the events show them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chatcore.models import User
from rooms.models import OPEN, Escalation, EscalationEvent, EscalationStatus, SlaClock

PEOPLE = ("customer", "created_by_user", "assigned_to_user")


def person_out(user: User | None) -> dict[str, Any] | None:
    """Somebody, as every object of rooms names them."""
    if user is None:
        return None
    return {
        "id": str(user.pk),
        "username": user.username,
        "display_name": user.display_name,
        "account_type": user.account_type,
    }


def brief_out(escalation: Escalation) -> dict[str, Any]:
    """What everybody in its rooms may know, the customer among them; the object of the events.

    Needs `assigned_to_user` loaded.
    """
    return {
        "id": str(escalation.pk),
        "source_room": str(escalation.source_room_id),
        "target_room": str(escalation.target_room_id) if escalation.target_room_id else None,
        "customer": str(escalation.customer_id),
        "from_level": escalation.from_level,
        "to_level": escalation.to_level,
        "status": escalation.status,
        "assigned_to_user": person_out(escalation.assigned_to_user),
        "assigned_at": escalation.assigned_at,
        "first_response_at": escalation.first_response_at,
        "resolved_at": escalation.resolved_at,
        "created_at": escalation.created_at,
    }


def escalation_out(escalation: Escalation, *, me: User | None = None) -> dict[str, Any]:
    """The whole object, for those who work on it. Needs PEOPLE, `clocks` and `watchers` loaded."""
    watchers = [watcher.user_id for watcher in escalation.watchers.all()]
    return brief_out(escalation) | {
        "previous": str(escalation.previous_id) if escalation.previous_id else None,
        "customer": person_out(escalation.customer),
        "created_by_user": person_out(escalation.created_by_user),
        "escalation_reason": escalation.escalation_reason,
        "handover_note": escalation.handover_note,
        "priority": escalation.priority,
        "required_skills": escalation.required_skills,
        "tags": escalation.tags,
        "resolution": escalation.resolution,
        "resolution_notes": escalation.resolution_notes,
        "snoozed_until": escalation.snoozed_until,
        "declined_count": escalation.declined_count,
        "reopened_count": escalation.reopened_count,
        "accepted_at": escalation.accepted_at,
        "started_at": escalation.started_at,
        "reopened_at": escalation.reopened_at,
        "updated_at": escalation.updated_at,
        "watcher_count": len(watchers),
        "is_watched": me is not None and me.pk in watchers,
        "sla": sla_out(list(escalation.clocks.all())),
    }


def sla_out(clocks: Sequence[SlaClock]) -> dict[str, Any]:
    """The promises: when each is due (null: paused, met or never promised), and whether one broke."""
    by_metric = {clock.metric: clock for clock in clocks}
    found: dict[str, Any] = {}
    for metric in ("first_response", "next_response", "resolution"):
        clock = by_metric.get(metric)
        running = clock is not None and clock.state == "running"
        found[f"{metric}_due"] = clock.due_at if clock and running else None
        found[f"{metric}_state"] = clock.state if clock else "none"
        found[f"{metric}_breached_at"] = clock.breached_at if clock else None
    found["paused"] = any(clock.state == "paused" for clock in clocks)
    found["warned"] = any(clock.warned_at and clock.state == "running" for clock in clocks)
    found["breached"] = any(clock.breached_at for clock in clocks)
    return found


def loaded(found: QuerySet[Escalation]) -> QuerySet[Escalation]:
    """With everything that `escalation_out` reads: three queries for a page, however long."""
    return found.select_related(*PEOPLE, "source_room", "target_room").prefetch_related(
        "clocks", "watchers"
    )


def open_escalation_of(room: UUID) -> Escalation | None:
    """The one that runs for a room: made from it, or worked on in it."""
    there = Escalation.objects.filter(status__in=OPEN).select_related(*PEOPLE)
    return there.filter(source_room_id=room).first() or there.filter(target_room_id=room).first()


def of_room(room: UUID) -> QuerySet[Escalation]:
    """All of a room, made from it or worked on in it, in the order they came."""
    mine = Escalation.objects.filter(source_room_id=room) | Escalation.objects.filter(
        target_room_id=room
    )
    return mine.select_related("assigned_to_user").order_by("pk")


def chain_of(escalation: Escalation) -> list[Escalation]:
    """Every level's part of the matter, the first one first; at most a handful."""
    chain = [escalation]
    while chain[0].previous_id:
        chain.insert(0, Escalation.objects.select_related(*PEOPLE).get(pk=chain[0].previous_id))
    while (
        following := Escalation.objects.select_related(*PEOPLE).filter(previous=chain[-1]).first()
    ):
        chain.append(following)
    return chain


def link_out(link: Escalation) -> dict[str, Any]:
    """A level's part as a line of the chain: who, what became of it, and what they handed over."""
    return brief_out(link) | {
        "customer": person_out(link.customer),
        "created_by_user": person_out(link.created_by_user),
        "escalation_reason": link.escalation_reason,
        "handover_note": link.handover_note,
        "priority": link.priority,
        "resolution": link.resolution,
        "resolution_notes": link.resolution_notes,
    }


def story_of(escalation: Escalation) -> QuerySet[EscalationEvent]:
    """What happened to it, oldest first."""
    return (
        EscalationEvent.objects.filter(escalation=escalation)
        .select_related("by_user", "to_user")
        .order_by("pk")
    )


def event_out(event: EscalationEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "kind": event.kind,
        "by_user": person_out(event.by_user),
        "to_user": person_out(event.to_user),
        "note": event.note,
        "details": event.details,
        "created_at": event.created_at,
    }


def is_waiting(escalation: Escalation) -> bool:
    return escalation.status == EscalationStatus.CREATED
