"""Live equals reload for every service that changes what a room shows of its escalations."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from chatcore.models import User
from rooms.models import ChatRoom, Escalation
from rooms.services.assignment import drain_queue, pull_next
from rooms.services.clocks import catch_up
from rooms.services.conclusions import conclude_room
from rooms.services.escalation_care import change_escalation, snooze_escalation, wake_due
from rooms.services.escalation_states import (
    accept_escalation,
    assign_escalation,
    cancel_escalation,
    decline_escalation,
    reopen_escalation,
    resolve_escalation,
    start_escalation,
    transfer_escalation,
)
from rooms.services.escalations import escalate, escalate_as_allowed, hand_up
from rooms.services.rings import ring_clocks
from tests.escalation_services import OF_ESCALATIONS, PARTS
from tests.live import Stage
from tests.live_equals_reload import live_equals_reload
from tests.rooms import access_to, said, topic_of
from tests.support import on_duty, promise, support_room_of

Change = Callable[[Stage, ChatRoom], object]
CHANGES: dict[str, tuple[Change, bool]] = {}


def change(*services: str, asked: bool = True) -> Callable[[Change], Change]:
    """Declares what services do in a support room of Mira, in which somebody has been `asked` for."""

    def remember(work: Change) -> Change:
        CHANGES[", ".join(services)] = (work, asked)
        return work

    return remember


def the_one(room: ChatRoom) -> Escalation:
    found = Escalation.objects.select_related("target_room").filter(target_room=room).last()
    assert found
    return found


def _with(stage: Stage, room: ChatRoom) -> tuple[Escalation, User]:
    """The room's escalation, in Ana's hands."""
    return accept_escalation(the_one(room).pk, by=stage.world.ana), stage.world.ana


@change("escalate_as_allowed", "escalate_room", asked=False)
def _somebody_is_asked_for(stage: Stage, room: ChatRoom) -> None:
    _ask(stage, room)


def _ask(stage: Stage, room: ChatRoom) -> Escalation:
    mira = stage.world.mira
    return escalate_as_allowed(access=access_to(room, mira), by=mira, to_level="T1", reason="Help")


@change("accept_escalation", "start_escalation", "resolve_escalation", "reopen_escalation")
def _a_good_day(stage: Stage, room: ChatRoom) -> None:
    row, ana = _with(stage, room)
    start_escalation(row.pk, by=ana)
    resolve_escalation(row.pk, by=ana, notes="Cache.")
    reopen_escalation(row.pk, by=stage.world.mira)


@change("drain_queue", "decline_escalation", "assign_escalation", "transfer_escalation")
def _hand_to_hand(stage: Stage, room: ChatRoom) -> None:
    on_duty(stage.world.ana)
    drain_queue()
    decline_escalation(the_one(room).pk, by=stage.world.ana)
    assign_escalation(the_one(room).pk, by=stage.world.sven, to=stage.world.bela.pk)
    transfer_escalation(the_one(room).pk, by=stage.world.bela)


@change("pull_next", "cancel_escalation")
def _pulled_and_called_off(stage: Stage, room: ChatRoom) -> None:
    row = the_one(room)
    pull_next(stage.world.ana)
    cancel_escalation(row.pk, by=stage.world.mira)


@change("hand_up", "escalate")
def _to_the_next_level(stage: Stage, room: ChatRoom) -> None:
    row, ana = _with(stage, room)
    second = hand_up(row.pk, by=ana, handover_note="Tried the usual.")
    escalate(second.pk, by=None, handover_note="Overdue.")


@change("change_escalation", "snooze_escalation", "wake_due")
def _care(stage: Stage, room: ChatRoom) -> None:
    row, ana = _with(stage, room)
    change_escalation(row.pk, by=ana, changes={"priority": 1, "tags": ["Billing"]})
    until = timezone.now() + timedelta(hours=1)
    snooze_escalation(row.pk, by=ana, until=until)
    assert wake_due(until) == 1


@change("catch_up")
def _the_first_word(stage: Stage, room: ChatRoom) -> None:
    row, ana = _with(stage, room)
    said(room, ana, "Good morning")
    assert catch_up([the_one(room)])
    row.refresh_from_db()
    assert row.status == "in_progress"


@change("ring_clocks", asked=False)
def _a_promise_breaks(stage: Stage, room: ChatRoom) -> None:
    policy = promise(breach_action="escalate")
    row = _ask(stage, room)
    ring_clocks(row.pk, timezone.now() + timedelta(minutes=20))
    row.refresh_from_db()
    policy.is_active = False
    policy.save()
    assert row.resolution == "escalated"


@change("conclude_room")
def _the_end(stage: Stage, room: ChatRoom) -> None:
    _row, ana = _with(stage, room)
    conclude_room(access=access_to(room, ana), by=ana, outcome="resolved")
    mira = stage.world.mira
    conclude_room(access=access_to(room, mira), by=mira, rating=5)


@pytest.mark.parametrize("name", CHANGES)
def test_live_equals_reload(stage: Stage, name: str) -> None:
    room = support_room_of(stage.world.mira)
    work, asked = CHANGES[name]
    if asked:
        _ask(stage, room)
    with live_equals_reload(stage, stage.world.mira, topic_of(room)):
        work(stage, room)
    for row in Escalation.objects.filter(status__in=["created", "assigned", "in_progress"]):
        cancel_escalation(row.pk, by=stage.world.sven)


def test_every_service_that_changes_something_is_among_them() -> None:
    public = set()
    for module in OF_ESCALATIONS:
        loaded = importlib.import_module(f"rooms.services.{module}")
        for name, thing in vars(loaded).items():
            if inspect.isfunction(thing) and thing.__module__ == loaded.__name__:
                public.add(name)
    done = {service for name in CHANGES for service in name.split(", ")}
    assert {name for name in public if not name.startswith("_")} - PARTS == done
