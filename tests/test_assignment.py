"""Who gets what waits: never two for one, nobody passed over, whoever has waited longest first."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.models import User
from rooms.models import Escalation, EscalationEvent, SupportProfile
from rooms.selectors.queue import place_in_queue
from rooms.services.assignment import drain_queue, pull_next
from rooms.services.escalation_care import change_profile
from rooms.services.escalation_states import resolve_escalation
from tests.at_once import in_threads
from tests.benchmarks.days import Plan
from tests.support import again, agent_of, escalation_of, on_duty
from tests.support_day import Day, recount
from tests.world import Cast, cast

CLAIMS = 50


def loads_are_true() -> None:
    """The counters of all profiles equal a recount."""
    held = Counter(
        Escalation.objects.filter(status__in=["assigned", "in_progress"]).values_list(
            "assigned_to_user_id", flat=True
        )
    )
    for profile in SupportProfile.objects.all():
        assert profile.load == held[profile.pk], profile


def given_once() -> None:
    """Nobody was given what somebody else had been given."""
    given = EscalationEvent.objects.filter(kind="assigned").values_list("escalation", flat=True)
    assert len(given) == len(set(given))


@pytest.mark.usefixtures("committed")
def test_fifty_claims_at_once_give_nothing_twice() -> None:
    """Twenty-five processes drain while twenty-five agents pull, over real connections."""
    world = cast()
    for _ in range(CLAIMS):
        escalation_of(world.mira)
    free = [agent_of("T1", f"free{n}") for n in range(10)]
    for agent in free:
        on_duty(agent, max_load=3)
    pulling = [agent_of("T1", f"pull{n}") for n in range(25)]

    in_threads([drain_queue] * 25 + [partial(pull_next, agent) for agent in pulling])
    drain_queue()

    given_once()
    loads_are_true()
    assert not SupportProfile.objects.filter(user__in=free, load__gt=3).exists()
    pulled = Escalation.objects.filter(assigned_to_user__in=pulling).count()
    drained = Escalation.objects.filter(assigned_to_user__in=free).count()
    assert pulled > 0
    assert drained == min(30, CLAIMS - pulled), "as many as there is room for"


@pytest.mark.usefixtures("committed")
def test_a_day_of_support_is_fair_and_gives_nothing_twice() -> None:
    """Eight agents and sixty escalations at all levels, every step in a thread of its own; the full
    day, with its times, is a benchmark."""
    day = Day(Plan(agents=8, escalations=60, seconds=6), drains=True)
    day.run()

    found = recount(day)
    assert (found.twice, found.over_load, found.while_away) == (0, 0, 0)
    assert found.given == 60 + EscalationEvent.objects.filter(kind="declined").count()
    assert all(min(shares) > 0 for shares in found.shares.values()), "nobody starves"
    assert Escalation.objects.filter(status="resolved").count() == 60
    loads_are_true()


@pytest.mark.usefixtures("world")
def test_work_goes_round_evenly() -> None:
    mira = User.objects.get(username="mira")
    agents = [agent_of("T1", f"agent{n}") for n in range(4)]
    for agent in agents:
        on_duty(agent, max_load=10)
    for _ in range(12):
        escalation_of(mira)

    assert drain_queue() == 12

    order = EscalationEvent.objects.filter(kind="assigned").order_by("pk")
    turns = list(order.values_list("to_user__username", flat=True))
    assert turns[:4] == turns[4:8] == turns[8:], "whoever has waited longest is next"
    assert len(set(turns[:4])) == 4


def test_the_most_urgent_first_and_nobody_over_their_load(world: Cast) -> None:
    on_duty(world.ana, max_load=2)
    late, urgent, normal = (escalation_of(world.mira, priority=priority) for priority in (5, 1, 3))

    assert drain_queue() == 2

    held = [again(each).assigned_to_user for each in (urgent, normal, late)]
    assert held == [world.ana, world.ana, None]
    resolve_escalation(urgent.pk, by=world.ana)
    assert drain_queue() == 1
    assert again(late).assigned_to_user == world.ana


def test_whoever_has_waited_long_enough_goes_before_the_more_urgent(
    world: Cast, settings: Settings
) -> None:
    settings.QUEUE_STEP_SECONDS = 600
    patient, urgent, normal = (
        escalation_of(world.mira, priority=priority) for priority in (5, 1, 3)
    )
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Escalation.objects.filter(pk=patient.pk).update(created_at=an_hour_ago)
    queue = [patient, urgent, normal]
    assert [place_in_queue(again(each))["position"] for each in queue] == [1, 2, 3]

    on_duty(world.ana, max_load=2)
    assert drain_queue() == 2

    assert [again(each).assigned_to_user for each in queue] == [world.ana, world.ana, None]
    assert pull_next(world.ana) == again(normal)


def test_skills_levels_and_presence_decide_who_can_take_it(world: Cast) -> None:
    french = escalation_of(world.mira, required_skills=["French"])
    high = escalation_of(world.otto, "T2")
    on_duty(world.ana)
    assert drain_queue() == 0, "neither the skill nor the level"

    change_profile(world.ana, skills=["french", "billing"])
    assert drain_queue() == 1
    assert again(french).assigned_to_user == world.ana
    SupportProfile.objects.create(user=world.bela)
    assert drain_queue() == 0, "Bela is not there"
    User.objects.filter(pk=world.bela.pk).update(current_status="online")
    assert drain_queue() == 1
    assert again(high).assigned_to_user == world.bela


def test_one_that_nobody_can_take_does_not_hold_up_the_others(world: Cast) -> None:
    escalation_of(world.mira, priority=1, required_skills=["latin"])
    other = escalation_of(world.otto, priority=5)
    on_duty(world.ana)

    assert drain_queue() == 1
    assert again(other).assigned_to_user == world.ana


def test_an_empty_queue_costs_one_query(world: Cast) -> None:
    on_duty(world.ana)
    with connection.execute_wrapper(_counting := Counting()):
        drain_queue()
    assert _counting.asked == 1


class Counting:
    """Counts selects."""

    asked = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.asked += sql.lstrip().startswith("SELECT")
        return execute(sql, params, many, context)
