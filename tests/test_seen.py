"""Who is online, told by time: nobody stays online because the process that held them was killed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from chatcore.live.db import close_pool, open_pool
from chatcore.live.seen import RENEW_SECONDS, Seen
from chatcore.models import User
from tests.world import cast

pytestmark = pytest.mark.usefixtures("committed")


def on_a_loop(work: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await open_pool()
        try:
            await work()
        finally:
            await close_pool()

    asyncio.run(run())


def status_of(user: User) -> str:
    return User.objects.get(pk=user.pk).current_status


def test_who_comes_is_online_and_who_goes_is_offline() -> None:
    mira, seen = cast().mira, Seen()

    seen.came(mira.pk)
    on_a_loop(seen.store_changes)
    assert status_of(mira) == "online"
    seen.went(mira.pk)
    on_a_loop(seen.store_changes)
    assert status_of(mira) == "offline"


def test_who_left_one_process_is_still_online_in_another() -> None:
    mira, here, there = cast().mira, Seen(), Seen()
    for process in (here, there):
        process.came(mira.pk)
        on_a_loop(process.store_changes)
    here.went(mira.pk)
    on_a_loop(here.store_changes)

    on_a_loop(there.renew)

    assert status_of(mira) == "online"


def test_who_was_in_a_killed_process_runs_out() -> None:
    world = cast()
    long_ago = timezone.now() - timedelta(seconds=3 * RENEW_SECONDS + 1)
    User.objects.filter(pk=world.mira.pk).update(current_status="online", last_seen_at=long_ago)
    User.objects.filter(pk=world.otto.pk).update(current_status="busy", last_seen_at=timezone.now())

    on_a_loop(Seen().renew)

    assert status_of(world.mira) == "offline"
    assert status_of(world.otto) == "busy"
