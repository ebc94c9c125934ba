"""Life events: kept by their person, by API and admin."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from chatcore.models import User
from dialogues.models import LifeEvent
from dialogues.services.life_events import log_event
from tests.client import API, ContractClient
from tests.conftest import assert_queries
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
EVENTS = f"{API}/life-events/"
MEETING = {
    "event_type": "work",
    "description": "Planning meeting",
    "energy_level": 40,
    "stress_level": 70,
    "timestamp": "2025-09-12T04:30:00+00:00",
}


def happened(user: User, *, hours: float = 0, **columns: Any) -> LifeEvent:
    """An event of so many hours ago."""
    given = {"event_type": "work", "energy_level": 50, "stress_level": 50, **columns}
    return log_event(user, timestamp=timezone.now() - timedelta(hours=hours), **given)


def test_an_event_is_written_down_read_changed_and_deleted(
    world: Cast, client_of: ClientOf
) -> None:
    mira = client_of(world.mira)
    made = mira.post(EVENTS, MEETING)
    assert made.status_code == 201
    event = made.json()
    assert event["timestamp"] == "2025-09-12T04:30:00Z"
    assert {name: event[name] for name in MEETING if name != "timestamp"} == {
        name: value for name, value in MEETING.items() if name != "timestamp"
    }
    path = f"{EVENTS}{event['id']}/"
    changed = mira.patch(path, {"stress_level": 20}).json()
    assert (changed["stress_level"], changed["description"]) == (20, "Planning meeting")
    assert mira.get(path).json() == changed
    assert mira.delete(path).status_code == 204
    assert mira.get(path).status_code == 404


def test_without_a_time_it_has_just_happened(world: Cast, client_of: ClientOf) -> None:
    body = {name: value for name, value in MEETING.items() if name != "timestamp"}
    client_of(world.mira).post(EVENTS, body)
    event = LifeEvent.objects.get()
    assert abs(event.timestamp - event.created_at) < timedelta(seconds=5)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_type", "party"),
        ("energy_level", 101),
        ("stress_level", -1),
        ("energy_level", 10**40),
        ("energy_level", "much"),
        ("description", "x" * 501),
        ("timestamp", "2999-01-01T00:00:00Z"),
        ("timestamp", "0001-01-01T00:00:00+14:00"),
        ("timestamp", "9999-12-31T23:59:59-14:00"),
        ("timestamp", "yesterday"),
        ("mood", "good"),
    ],
)
def test_what_cannot_be_written_down_names_the_field(
    world: Cast, client_of: ClientOf, field: str, value: object
) -> None:
    answer = client_of(world.mira).post(EVENTS, {**MEETING, field: value})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_other_peoples_events_are_not_there(world: Cast, client_of: ClientOf) -> None:
    path = f"{EVENTS}{happened(world.mira).pk}/"
    assert client_of(world.mira).get(path).status_code == 200
    otto = client_of(world.otto)
    assert [otto.get(path).status_code, otto.delete(path).status_code] == [404, 404]
    assert otto.get(EVENTS).json()["results"] == []


def test_the_list_is_by_time_and_pages_both_ways(world: Cast, client_of: ClientOf) -> None:
    for hours in (30, 2, 10, 2, 50):  # not written down in their order
        happened(world.mira, hours=hours)
    mira = client_of(world.mira)
    seen, page = [], mira.get(f"{EVENTS}?limit=2").json()
    while True:
        seen += [event["timestamp"] for event in page["results"]]
        if not page["next"]:
            break
        page = mira.get(page["next"]).json()
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)
    before = mira.get(page["previous"]).json()
    assert [event["timestamp"] for event in before["results"]] == seen[2:4]
    assert mira.get(f"{EVENTS}?cursor=AAAA").status_code == 400
    far = "a" + "_" * 33  # a number beyond every time
    assert mira.get(f"{EVENTS}?cursor={far}").status_code in {200, 400}


def test_the_list_is_narrowed_by_time_and_type(world: Cast, client_of: ClientOf) -> None:
    happened(world.mira, hours=30, description="old")
    happened(world.mira, hours=3, description="run", event_type="exercise")
    happened(world.mira, hours=1, description="new")
    mira = client_of(world.mira)

    def found(query: dict[str, str]) -> list[str]:
        return [event["description"] for event in mira.get(EVENTS, query).json()["results"]]

    day_ago = (timezone.now() - timedelta(days=1)).isoformat()
    assert found({"since": day_ago}) == ["new", "run"]
    assert found({"until": day_ago}) == ["old"]
    assert found({"event_type": "exercise"}) == ["run"]
    for nonsense in ("soon", "\0", "9" * 400, "99999-01-01"):
        assert mira.get(EVENTS, {"since": nonsense}).status_code == 400
    for edge in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        assert mira.get(EVENTS, {"since": edge}).status_code < 500


def test_the_list_costs_as_much_for_twenty_as_for_two(world: Cast, client_of: ClientOf) -> None:
    mira = client_of(world.mira)
    for count in (2, 18):
        for _ in range(count):
            happened(world.mira)
        # 1. the sign-in and its person  2. the page
        with assert_queries(2):
            mira.get(EVENTS)


def test_whoever_lacks_the_right_is_refused(world: Cast, client_of: ClientOf) -> None:
    assert client_of(world.mira).post(EVENTS, MEETING).status_code == 201
    assert client_of(world.gil).post(EVENTS, MEETING).status_code == 403


@pytest.mark.parametrize(
    "wrong", [{"event_type": "party"}, {"energy_level": 101}, {"stress_level": 999}]
)
def test_the_database_refuses_what_the_seed_forbids(world: Cast, wrong: dict[str, Any]) -> None:
    event = happened(world.mira)
    with pytest.raises(IntegrityError), transaction.atomic():
        LifeEvent.objects.filter(pk=event.pk).update(**wrong)


def test_a_change_and_a_deletion_are_history_and_events_go_with_their_person(world: Cast) -> None:
    event = happened(world.mira, description="before")
    LifeEvent.objects.filter(pk=event.pk).update(description="after")
    history = event.events.model  # type: ignore[attr-defined]
    assert list(history.objects.values_list("pgh_label", "description")) == [("update", "after")]
    world.mira.delete()
    assert not LifeEvent.objects.exists()
    assert history.objects.filter(pgh_label="delete").exists()


def test_staff_finds_events_by_person_and_deletes_through_the_service(world: Cast) -> None:
    event = happened(world.mira, description="private words")
    desk = Client()
    desk.force_login(world.ada)
    address = "/admin/dialogues/lifeevent/"
    assert desk.get(address, {"q": "mira"}).status_code == 200
    desk.post(address, {"action": "delete_for_good", "_selected_action": [str(event.pk)]})
    assert not LifeEvent.objects.exists()
