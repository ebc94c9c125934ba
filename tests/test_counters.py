"""Unread counters are kept, not counted: after any history of a room they equal a recount."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from chatcore.errors import ChatcoreError
from chatcore.models import User
from rooms.models import PRESENT, Audience, ChatRoom, RoomMessage, RoomParticipant
from rooms.selectors.readers import clearance_of
from rooms.selectors.rooms import my_place
from rooms.selectors.unread import unread_of
from rooms.services.messages import (
    add_note,
    delete_message,
    draft_of,
    edit_message,
    say,
    say_robot,
    say_system,
)
from rooms.services.participants import add_participant, leave
from rooms.services.reading import mark_read
from tests.rooms import access_to, room_of
from tests.world import Cast

# A member, a guest and two who help; one of them is in the room as a guest at first.
PEOPLE = ("mira", "gil", "ana", "bela", "otto")
ROLES = ("member", "guest", "moderator")
who = some.sampled_from(PEOPLE)
step = some.one_of(
    some.tuples(some.just("say"), who, who),
    some.tuples(some.just("note"), who, who),
    some.tuples(some.just("robot"), who, some.booleans()),
    some.tuples(some.just("system"), who, some.sampled_from(list(Audience))),
    some.tuples(some.just("edit"), some.integers(0, 9), who),
    some.tuples(some.just("delete"), some.integers(0, 9), some.none()),
    some.tuples(some.just("read"), who, some.integers(0, 12)),
    some.tuples(some.just("come"), who, some.sampled_from(ROLES)),
    some.tuples(some.just("go"), who, some.none()),
)
Step = tuple[str, Any, Any]


# The world stands through all examples; each has a room of its own.
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=some.lists(step, min_size=4, max_size=16))
def test_after_any_history_the_counters_equal_a_recount(world: Cast, steps: list[Step]) -> None:
    room = room_of(world.mira, world.gil, world.ana)
    add_participant(room=room, user=world.bela, role="guest")
    for each in steps:
        try:
            _take(world, room, *each)
        except ChatcoreError:
            continue  # who is not in the room does nothing there
    _expect_recount(room)


def _take(world: Cast, room: ChatRoom, kind: str, one: Any, other: Any) -> None:
    if kind in {"edit", "delete"}:
        return _change_one(world, room, one, other)
    person: User = getattr(world, one)
    if kind in {"say", "note"}:
        words = f"@{getattr(world, other).username}?"
        if kind == "say":
            say(draft_of(room=room.pk, sender=person.pk, content=words))
        else:
            add_note(access=access_to(room, person), content=words)
    elif kind == "robot":
        say_robot(room=room.pk, robot=person, robot_id="r", content="beep", visible_to_guests=other)
    elif kind == "system":
        say_system(room=room, by=person, text="something happened", audience=other)
    elif kind == "read":
        mark_read(user_id=person.pk, room_id=room.pk, seq=other)
    elif kind == "come":
        add_participant(room=room, user=person, role=other)
    else:
        leave(access=access_to(room, person))
    return None


def _change_one(world: Cast, room: ChatRoom, seq: int, named: str | None) -> None:
    """Edit the message to name somebody else, or take it back."""
    message = RoomMessage.objects.filter(room=room, seq=seq).select_related("sender").first()
    if message is None:
        return
    if named is None:
        delete_message(user=message.sender, room=room.pk, message=message.pk)
        return
    words = f"@{getattr(world, named).username}!"
    edit_message(user=message.sender, room=room.pk, message=message.pk, content=words)


def _expect_recount(room: ChatRoom) -> None:
    room.refresh_from_db()
    places = RoomParticipant.objects.filter(room=room, status__in=PRESENT).select_related("user")
    for place in places:
        clearance = clearance_of(place.user.account_type, place.role)
        ahead = RoomMessage.objects.filter(
            room=room, seq__gt=place.last_read_seq, audience__lte=clearance
        )
        naming = ahead.filter(mentions__contains=[str(place.user_id)], deleted_at__isnull=True)
        listed = my_place(place.user, room.pk)
        who = f"{place.user} ({place.role})"
        assert unread_of(room, place, place.user) == ahead.count(), who
        assert (listed.unread, listed.unread_mentions) == (ahead.count(), naming.count()), who
