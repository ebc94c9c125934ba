"""The figures of support, recounted from the raw tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from statistics import mean, median

from analytics.services.refreshing import refresh_view
from chatcore.models import User
from rooms.models import Escalation, RoomConclusion
from rooms.services.conclusions import conclude_room
from rooms.services.escalation_states import (
    accept_escalation,
    cancel_escalation,
    decline_escalation,
    resolve_escalation,
)
from rooms.services.escalations import hand_up
from rooms.services.rings import ring_clocks
from tests.client import ContractClient
from tests.rooms import access_to
from tests.support import escalation_of, promise
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
SUPPORT = "/api/v1/analytics/support/"


def a_day(world: Cast) -> None:
    """Solved and rated, handed up, called off, declined, late."""
    promise()
    for minutes, rating in ((10, 5), (50, 2), (30, None)):
        row = accept_escalation(escalation_of(world.mira).pk, by=world.ana)
        resolve_escalation(row.pk, by=world.ana)
        after = row.created_at + timedelta(minutes=minutes)
        Escalation.objects.filter(pk=row.pk).update(resolved_at=after, first_response_at=after)
        room = access_to(row.source_room, world.mira)
        conclude_room(access=room, by=world.mira, outcome="resolved", rating=rating)
    declined = accept_escalation(escalation_of(world.otto).pk, by=world.ana)
    decline_escalation(declined.pk, by=world.ana)
    cancel_escalation(declined.pk, by=world.otto)
    late = accept_escalation(escalation_of(world.otto, priority=1).pk, by=world.ana)
    ring_clocks(late.pk, late.created_at + timedelta(hours=2))
    hand_up(late.pk, by=world.ana, handover_note="Over to you.")


def test_every_figure_equals_a_recount(world: Cast, client_of: ClientOf) -> None:
    a_day(world)
    refresh_view("support_analytics")

    rows = client_of(world.sven).get(SUPPORT).json()["results"]

    found = {(row["level"], row["priority"]): row for row in rows}
    assert set(found) == {("T1", 3), ("T1", 1), ("T2", 1)}
    for (level, priority), row in found.items():
        raw = list(Escalation.objects.filter(to_level=level, priority=priority))
        solved = [e for e in raw if e.resolution == "solved" and e.resolved_at]
        times = [(e.resolved_at - e.created_at).total_seconds() for e in solved if e.resolved_at]
        ratings = RoomConclusion.objects.filter(escalation__in=raw, rating__isnull=False)
        marks = [rating for rating in ratings.values_list("rating", flat=True) if rating]
        assert row["created_count"] == len(raw)
        assert row["resolved_count"] == len(solved)
        assert row["escalated_count"] == sum(e.resolution == "escalated" for e in raw)
        assert row["cancelled_count"] == sum(e.status == "cancelled" for e in raw)
        broken = {e.pk for e in raw if e.clocks.filter(breached_at__isnull=False).exists()}
        assert row["breached_count"] == len(broken)
        assert row["declined_count"] == sum(e.declined_count for e in raw)
        assert row["avg_resolution_seconds"] == (mean(times) if times else None)
        assert row["median_resolution_seconds"] == (median(times) if times else None)
        assert row["csat_count"] == len(marks)
        assert row["csat_avg"] == (mean(marks) if marks else None)
    assert found["T1", 3]["median_first_response_seconds"] == 30 * 60


def test_it_is_narrowed_exported_and_shown(world: Cast, client_of: ClientOf) -> None:
    a_day(world)
    refresh_view("support_analytics")
    sven = client_of(world.sven)

    assert len(sven.get(f"{SUPPORT}?level=T2").json()["results"]) == 1
    assert len(sven.get(f"{SUPPORT}?priority=1").json()["results"]) == 2
    assert sven.get(f"{SUPPORT}?level=T9").status_code == 400
    assert client_of(world.mira).get(SUPPORT).status_code == 403
    sven.force_login(world.sven)
    page = sven.get("/analytics/").content.decode()
    assert "Escalations by level" in page
    assert "Promises broken" in page
    assert "Escalations by level" not in sven.get("/analytics/?type=book").content.decode()
