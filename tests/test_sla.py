"""Promises: what was said decides, at the instant it was said; warned and broken exactly once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from chatcore.models import User
from rooms.models import Escalation, SlaClock, SlaPolicyVersion
from rooms.services.assignment import drain_queue
from rooms.services.escalations import hand_up
from rooms.services.policies import change_policy
from rooms.services.rings import plan_rings, ring_clocks
from tests.client import ContractClient
from tests.rooms import said
from tests.support import again, escalation_of, on_duty, promise
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
START = datetime.fromisoformat("2026-11-02T10:00:00+00:00")


@pytest.fixture
def clock(world: Cast) -> object:
    """Ten o'clock on a Monday, moved by hand."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def kinds(escalation: Escalation) -> list[str]:
    return list(escalation.story.order_by("pk").values_list("kind", flat=True))


def the_clock(escalation: Escalation, metric: str) -> SlaClock:
    return SlaClock.objects.get(escalation=escalation, metric=metric)


def seen(client_of: ClientOf, user: User, escalation: Escalation) -> dict[str, object]:
    sla: dict[str, object] = (
        client_of(user).get(f"/api/v1/escalations/{escalation.pk}/").json()["sla"]
    )
    return sla


def test_a_first_word_in_time_keeps_the_promise_however_late_it_is_read(
    world: Cast, client_of: ClientOf, clock: time_machine.Traveller
) -> None:
    promise(next_response_seconds=1200)
    on_duty(world.ana)
    escalation = escalation_of(world.mira)
    drain_queue()
    clock.shift(minutes(9))
    said(escalation.source_room, world.ana, "Good morning")
    clock.shift(minutes(30))

    ring_clocks(escalation.pk)

    first = the_clock(escalation, "first_response")
    assert (first.state, first.met_at, first.breached_at) == ("met", START + minutes(9), None)
    now = again(escalation)
    assert (now.status, now.first_response_at) == ("in_progress", START + minutes(9))
    sla = seen(client_of, world.ana, escalation)
    assert (sla["paused"], sla["resolution_due"], sla["breached"]) == (True, None, False)


def test_the_clock_waits_while_the_customer_is_asked(
    world: Cast, clock: time_machine.Traveller
) -> None:
    promise(next_response_seconds=1200)
    on_duty(world.ana)
    escalation = escalation_of(world.mira)
    drain_queue()
    clock.shift(minutes(5))
    said(escalation.source_room, world.ana, "Which version?")
    clock.shift(minutes(600))
    said(escalation.source_room, world.mira, "The newest")
    clock.shift(minutes(1))

    ring_clocks(escalation.pk)

    resolution, following = (
        the_clock(escalation, metric) for metric in ("resolution", "next_response")
    )
    assert resolution.due_at == START + minutes(605 + 55), "ten hours of waiting are not counted"
    assert following.due_at == START + minutes(605 + 20)


def test_it_warns_once_breaks_once_and_escalates_by_rule(
    world: Cast, clock: time_machine.Traveller
) -> None:
    promise(breach_action="escalate")
    on_duty(world.ana)
    escalation = escalation_of(world.mira)
    drain_queue()

    clock.shift(minutes(8))
    for _ in range(2):
        plan_rings()
    assert kinds(escalation) == ["created", "assigned", "warned"]
    clock.shift(minutes(3))
    for _ in range(2):
        plan_rings()

    assert kinds(escalation) == ["created", "assigned", "warned", "breached", "escalated"]
    second = Escalation.objects.get(previous=escalation)
    assert (second.from_level, second.to_level, second.status) == ("T1", "T2", "created")
    assert second.handover_note == "Handed up by the policy: first response overdue."
    assert the_clock(escalation, "first_response").breached_at == START + minutes(10)


def test_a_breach_may_raise_the_priority(world: Cast, clock: time_machine.Traveller) -> None:
    promise(breach_action="raise_priority")
    escalation = escalation_of(world.mira)
    clock.shift(minutes(11))
    plan_rings()
    clock.shift(minutes(60))
    plan_rings()

    assert again(escalation).priority == 2, "once, though two promises broke"
    assert kinds(escalation).count("breached") == 2


def test_a_word_that_came_too_late_is_a_breach_though_nobody_rang(
    world: Cast, clock: time_machine.Traveller
) -> None:
    promise()
    on_duty(world.ana)
    escalation = escalation_of(world.mira)
    drain_queue()
    clock.shift(minutes(15))
    said(escalation.source_room, world.ana, "Sorry to keep you waiting")

    plan_rings()

    assert the_clock(escalation, "first_response").breached_at == START + minutes(10)
    assert kinds(escalation)[-2:] == ["breached", "responded"]


def test_a_first_answer_counts_though_the_matter_is_handed_up_at_once(
    world: Cast, clock: time_machine.Traveller
) -> None:
    promise()
    on_duty(world.ana)
    escalation = escalation_of(world.mira)
    drain_queue()
    clock.shift(minutes(2))
    said(escalation.source_room, world.ana, "I bring in somebody who knows")
    hand_up(escalation.pk, by=world.ana, handover_note="The second time")
    assert the_clock(escalation, "first_response").state == "met"
    assert kinds(escalation)[-2:] == ["responded", "escalated"]


def test_an_escalation_keeps_the_version_it_began_with(world: Cast) -> None:
    policy = promise()
    old = escalation_of(world.mira)
    change_policy(policy, by=world.sven, terms={"first_response_seconds": 60}, case={})
    new = escalation_of(world.otto)

    assert [again(each).policy_version.number for each in (old, new)] == [1, 2]  # type: ignore[union-attr]
    assert SlaPolicyVersion.objects.get(number=2).resolution_seconds == 3600, "the rest stays"
    due = {each.pk: the_clock(each, "first_response").due_at for each in (old, new)}
    assert due[old.pk] - due[new.pk] > minutes(8)  # type: ignore[operator]


def test_the_closest_policy_fits(world: Cast) -> None:
    promise(None)
    promise("T1")
    promise("T1", 1)
    found = [
        escalation_of(world.mira, level, priority=priority).policy_version
        for level, priority in (("T1", 1), ("T1", 2), ("T2", 1))
    ]
    assert [version.policy.name for version in found if version] == ["T1 1", "T1 None", "None None"]


def test_what_is_solved_no_longer_rings(
    world: Cast, client_of: ClientOf, clock: time_machine.Traveller
) -> None:
    promise()
    escalation = escalation_of(world.mira)
    ana = client_of(world.ana)
    ana.post(f"/api/v1/escalations/{escalation.pk}/accept/")
    ana.post(f"/api/v1/escalations/{escalation.pk}/resolve/")
    clock.shift(minutes(300))

    assert plan_rings() == 0
    assert {c.metric: c.state for c in SlaClock.objects.filter(escalation=escalation)} == {
        "first_response": "stopped",
        "resolution": "met",
    }
    assert timezone.now() > START
