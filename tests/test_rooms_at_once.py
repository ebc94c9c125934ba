"""Rooms under several people who do the same at the same moment, over real connections."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from chatcore.errors import Conflict
from chatcore.models import User
from rooms.models import ChatRoom, RoomParticipant
from rooms.services.participants import change_participant, join, leave
from rooms.services.rooms import create_room
from tests.at_once import in_threads
from tests.rooms import access_to, room_of
from tests.support import agent_of
from tests.world import cast

pytestmark = pytest.mark.usefixtures("committed")


def refused(work: Callable[[], object]) -> str:
    """The code of what stopped it, or nothing."""
    try:
        work()
    except Conflict as stopped:
        return stopped.code
    return ""


def present(room: ChatRoom) -> int:
    return RoomParticipant.objects.filter(room=room, status__in=["active", "muted"]).count()


def test_two_who_write_to_each_other_at_once_get_one_room() -> None:
    world = cast()

    def begin(by: User, other: User) -> object:
        return create_room(by=by, members=[other.pk], room_type="direct").room_id

    pair = [(world.mira, world.otto), (world.otto, world.mira)] * 6
    found = in_threads([partial(begin, by, other) for by, other in pair])

    assert len(set(found)) == 1
    assert present(ChatRoom.objects.get()) == 2


def test_a_room_never_takes_more_people_than_it_takes() -> None:
    world = cast()
    room = room_of(world.mira, max_participants=5)
    crowd = [agent_of("T1", f"guest{n}") for n in range(12)]

    came = in_threads([partial(refused, partial(join, room=room, user=user)) for user in crowd])

    assert (came.count(""), came.count("room_full")) == (4, 8)
    assert present(room) == 5


def test_of_two_moderators_who_leave_at_once_one_stays() -> None:
    world = cast()
    room = room_of(world.mira, world.otto, world.ana)
    access = access_to(room, world.mira)
    change_participant(access=access, user_id=world.otto.pk, changes={"role": "moderator"})
    places = [access_to(room, user) for user in (world.mira, world.otto)]

    went = in_threads([partial(refused, partial(leave, access=place)) for place in places])

    assert sorted(went) == ["", "last_moderator"]
