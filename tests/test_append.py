"""The append: numbered without a hole, never twice, in the same few statements for a whole batch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection, connections, transaction

from chatcore.errors import ChatcoreError, NotFound, RefConflict
from chatcore.ids import uuid_time
from chatcore.models import User
from chatcore.services.append import Appended, Draft, append, append_one, next_version
from dialogues.models import DialogueSession
from dialogues.services.timeline import DIALOGUE_TIMELINE
from rooms.models import ChatRoom, RoomMessage, RoomParticipant
from rooms.services.messages import draft_of, say
from rooms.services.participants import change_participant
from rooms.services.rooms import delete_room
from rooms.services.timeline import ROOM_TIMELINE
from tests.conftest import assert_queries
from tests.live import Stage
from tests.rooms import access_to, room_of
from tests.world import Cast


def draft(
    room: ChatRoom,
    by: User,
    content: str = "x",
    ref: UUID | None = None,
    reply_to: UUID | None = None,
) -> Draft:
    return draft_of(room=room.pk, sender=by.pk, content=content, client_ref=ref, reply_to=reply_to)


def codes(answers: list[Appended]) -> list[str | None]:
    return [answer.refused.code if answer.refused else None for answer in answers]


def in_threads(*works: Callable[[], object]) -> None:
    """Run them at once, each with a connection of its own, and raise what one of them raised."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=guarded, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]


def test_eight_threads_number_one_room_without_a_hole(stage: Stage) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room, each = room_of(mira, otto), 40
    seqs: list[int] = []

    def talk(by: User) -> None:
        for n in range(each):
            seqs.append(say(draft(room, by, f"{n}", uuid4())).seq)  # noqa: PERF401

    in_threads(*[lambda by=by: talk(by) for by in (mira, otto) * 4])
    assert sorted(seqs) == list(range(1, 8 * each + 1))
    rows = list(RoomMessage.objects.filter(room=room).order_by("seq").values_list("seq", "id"))
    assert [seq for seq, _ in rows] == list(range(1, 8 * each + 1))
    assert [id_ for _, id_ in rows] == sorted(id_ for _, id_ in rows)
    room.refresh_from_db()
    assert (room.last_seq, room.version, room.last_message_id) == (8 * each, 8 * each, rows[-1][1])


def test_one_ref_in_eight_threads_is_one_message(stage: Stage) -> None:
    mira = stage.world.mira
    room = room_of(mira)
    for _ in range(10):
        ref = uuid4()
        found: list[Appended] = []
        in_threads(*[lambda r=ref, f=found: f.append(say(draft(room, mira, "x", r)))] * 8)
        assert len({answer.id for answer in found}) == 1
        assert sorted(answer.duplicate for answer in found) == [False] + [True] * 7
    assert RoomMessage.objects.filter(room=room).count() == 10


def test_batches_over_several_rooms_do_not_deadlock(stage: Stage) -> None:
    mira = stage.world.mira
    rooms = [room_of(mira) for _ in range(6)]

    def batch(order: list[ChatRoom]) -> None:
        for _ in range(10):
            with transaction.atomic():
                append(ROOM_TIMELINE, [draft(room, mira, "x", uuid4()) for room in order])

    in_threads(*[lambda o=o: batch(o) for o in (rooms, rooms[::-1], rooms[3:] + rooms[:3])])
    for room in rooms:
        seqs = RoomMessage.objects.filter(room=room).order_by("seq").values_list("seq", flat=True)
        assert list(seqs) == list(range(1, 31))


@pytest.mark.django_db
def test_ids_rise_with_seq_when_the_clock_steps_back(world: Cast) -> None:
    room = room_of(world.mira)
    start = datetime(2026, 12, 5, 12, tzinfo=UTC)
    found = []
    for step in (0, 5, -3600, -3599, 1, 86_400, 0, 86_401):
        with time_machine.travel(start + timedelta(seconds=step), tick=False):
            found.append(append_one(ROOM_TIMELINE, draft(room, world.mira)))
    assert [answer.seq for answer in found] == list(range(1, 9))
    assert [answer.id for answer in found] == sorted(answer.id for answer in found)
    times = [answer.row["created_at"] for answer in found]
    assert times == sorted(times)
    assert [uuid_time(answer.id) for answer in found] == times
    assert times[2] == start + timedelta(seconds=5)  # the floor, not the stepped clock


@pytest.mark.django_db
def test_a_batch_is_answered_one_by_one_in_its_order(world: Cast) -> None:
    mira, otto = world.mira, world.otto
    room, closed, foreign = room_of(mira, otto), room_of(mira), room_of(otto)
    ChatRoom.objects.filter(pk=closed.pk).update(status="closed")
    ref, other_ref, earlier_ref = uuid4(), uuid4(), uuid4()
    earlier = append_one(ROOM_TIMELINE, draft(room, mira, "earlier", earlier_ref))
    answers = append(
        ROOM_TIMELINE,
        [
            draft(room, mira, "one", ref),
            draft(closed, mira),
            draft(room, mira, "one", ref),  # twice in this batch
            draft(foreign, mira),
            draft(room, mira, "another body", ref),
            draft(room, otto, "two", ref),  # somebody else's ref
            draft(room, mira, "earlier", earlier_ref),
            draft(room, mira, "not earlier", earlier_ref),
            draft(room, mira, "no ref"),
            draft(room, mira, "no ref"),
            draft(room, otto, "bad", other_ref, reply_to=uuid4()),
            Draft(uuid4(), mira.pk, "nowhere"),
        ],
    )
    assert codes(answers) == [
        None,
        "room_closed",
        None,
        "not_found",
        "ref_conflict",
        None,
        None,
        "ref_conflict",
        None,
        None,
        "bad_reply_to",
        "not_found",
    ]
    assert [n for n, answer in enumerate(answers) if answer.duplicate and not answer.refused] == [
        2,
        6,
    ]
    assert answers[2].id == answers[0].id
    assert (answers[6].id, answers[6].seq) == (earlier.id, 1)
    assert [answers[n].seq for n in (0, 5, 8, 9)] == [2, 3, 4, 5]
    room.refresh_from_db()
    assert (room.last_seq, room.version) == (5, 5)
    stored = RoomMessage.objects.filter(room=room).order_by("seq").values_list("content", flat=True)
    assert list(stored) == ["earlier", "one", "two", "no ref", "no ref"]


@pytest.mark.django_db
def test_who_speaks_has_read_what_stands_above(world: Cast) -> None:
    room = room_of(world.mira, world.otto)
    append(
        ROOM_TIMELINE, [draft(room, world.mira), draft(room, world.otto), draft(room, world.mira)]
    )
    read = dict(
        RoomParticipant.objects.filter(room=room).values_list("user__username", "last_read_seq")
    )
    assert read == {"mira": 3, "otto": 2}


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 20, 200])
def test_a_batch_takes_two_statements_however_large(world: Cast, size: int) -> None:
    room = room_of(world.mira)
    append_one(ROOM_TIMELINE, draft(room, world.mira))
    # 1. lock the rooms, 2. join rights, refuse repeats, number, insert and count
    with assert_queries(2):
        append(ROOM_TIMELINE, [draft(room, world.mira, "x", uuid4()) for _ in range(size)])
    refs = [uuid4() for _ in range(size)]
    drafts = [draft(room, world.mira, "x", ref) for ref in refs]
    append(ROOM_TIMELINE, drafts)
    # the same, and 3. read the messages that are repeated
    with assert_queries(3):
        assert all(answer.duplicate for answer in append(ROOM_TIMELINE, drafts))


@pytest.mark.django_db
def test_an_untrusted_author_needs_a_place_and_a_trusted_one_does_not(world: Cast) -> None:
    room = room_of(world.mira)
    with pytest.raises(NotFound):
        append_one(ROOM_TIMELINE, draft(room, world.otto))
    trusted = Draft(room.pk, world.otto.pk, "by the system", trusted=True)
    assert append_one(ROOM_TIMELINE, trusted).seq == 1
    delete_room(access=access_to(room, world.mira))
    with pytest.raises(NotFound):  # not even then
        append_one(ROOM_TIMELINE, trusted)


@pytest.mark.django_db
def test_a_suspended_author_is_refused(world: Cast) -> None:
    room = room_of(world.mira, world.otto)
    append_one(ROOM_TIMELINE, draft(room, world.otto))
    User.objects.filter(pk=world.otto.pk).update(account_status="suspended")
    with pytest.raises(NotFound):
        append_one(ROOM_TIMELINE, draft(room, world.otto))


@pytest.mark.django_db
def test_a_repeat_is_known_though_the_right_is_gone(world: Cast) -> None:
    room, ref = room_of(world.mira, world.otto), uuid4()
    first = append_one(ROOM_TIMELINE, draft(room, world.otto, "x", ref))
    access = access_to(room, world.mira)
    change_participant(access=access, user_id=world.otto.pk, changes={"status": "muted"})
    again = append_one(ROOM_TIMELINE, draft(room, world.otto, "x", ref))
    assert (again.id, again.duplicate) == (first.id, True)
    with pytest.raises(ChatcoreError) as refused:
        append_one(ROOM_TIMELINE, draft(room, world.otto))
    assert refused.value.code == "muted"


@pytest.mark.django_db
def test_the_same_ref_for_another_reply_is_a_conflict(world: Cast) -> None:
    room, ref = room_of(world.mira), uuid4()
    first = append_one(ROOM_TIMELINE, draft(room, world.mira))
    append_one(ROOM_TIMELINE, draft(room, world.mira, "x", ref, reply_to=first.id))
    with pytest.raises(RefConflict):
        append_one(ROOM_TIMELINE, draft(room, world.mira, "x", ref))


@pytest.mark.django_db
def test_a_ref_whose_message_was_erased_is_a_conflict(world: Cast) -> None:
    """Retention takes old messages away, whole months at once; their refs may stay a while."""
    room, ref = room_of(world.mira), uuid4()
    append_one(ROOM_TIMELINE, draft(room, world.mira, "x", ref))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM room_messages WHERE room_id = %s", [room.pk])
    with pytest.raises(RefConflict):
        append_one(ROOM_TIMELINE, draft(room, world.mira, "x", ref))
    assert append_one(ROOM_TIMELINE, draft(room, world.mira, "x", uuid4())).seq == 2


@pytest.mark.django_db
def test_versions_are_taken_one_by_one_for_every_change(world: Cast) -> None:
    room = room_of(world.mira)
    assert append_one(ROOM_TIMELINE, draft(room, world.mira)).version == 1
    assert next_version(ROOM_TIMELINE, room.pk) == 2
    assert append_one(ROOM_TIMELINE, draft(room, world.mira)).version == 3
    with pytest.raises(NotFound):
        next_version(ROOM_TIMELINE, uuid4())


@pytest.mark.django_db
def test_a_dialogue_counts_messages_and_tokens(world: Cast) -> None:
    session = DialogueSession.objects.create(user=world.mira, type="assistant")
    drafts = [
        Draft(session.pk, world.mira.pk, "q", uuid4(), {"tokens_used": 5}),
        Draft(
            session.pk,
            world.mira.pk,
            "a",
            uuid4(),
            {"role": "assistant", "tokens_used": 7},
            trusted=True,
        ),
        Draft(session.pk, world.otto.pk, "not his", uuid4()),
    ]
    assert codes(append(DIALOGUE_TIMELINE, drafts)) == [None, None, "not_found"]
    session.refresh_from_db()
    assert (session.message_count, session.total_tokens_used, session.last_seq) == (2, 12, 2)
