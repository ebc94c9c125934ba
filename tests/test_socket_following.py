"""Following a topic: a replay without gap or double, and what is lost is found again."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from chatcore.live.topics import REPLAY_MOST
from chatcore.models import User
from chatcore.services import publish as publisher
from rooms.models import ChatRoom
from rooms.services.messages import delete_message, edit_message
from rooms.services.participants import invite
from rooms.services.rooms import update_room
from tests.client import ContractClient
from tests.live import Json, Stage, WebProcess, eventually
from tests.rooms import access_to, room_of, said, topic_of
from tests.world import access_for


def versions(frames: Sequence[Json]) -> list[int]:
    return [f["version"] for f in frames if f["op"] == "event" and "version" in f]


def contents(frames: Sequence[Json]) -> list[str]:
    return [f["data"]["content"] for f in frames if f.get("type") == "message.created"]


def history(room: ChatRoom, user: User, **query: Any) -> list[Json]:
    client = ContractClient(access=access_for(user))
    answer = client.get(f"/api/v1/rooms/{room.pk}/messages/", query)
    found: list[Json] = answer.json()["results"]
    return found


@pytest.fixture
def layer_loses(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """What the tests' own services announce reaches nobody; undo() mends it."""
    monkeypatch.setattr(publisher, "publish", lambda _: None)
    return monkeypatch


def test_without_a_version_nothing_is_replayed(stage: Stage) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    said(room, otto)
    with stage.client(mira) as client:
        replayed, told = client.subscribe(topic_of(room))
        assert replayed == []
        assert told == {
            "op": "subscribed",
            "topic": topic_of(room),
            "seq": 1,
            "version": 1,
            "replayed": 0,
        }


def test_a_message_arrives_as_history_shows_it(stage: Stage) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        first = said(room, otto, "Grüße 👋 \u2028 <b>&amp;")
        event = client.event("message.created")
        assert event["version"] == first.version
        assert [event["data"]] == history(room, mira)
        edit_message(user=otto, room=room.pk, message=first.id, content="other words")
        assert [client.event("message.edited")["data"]] == history(room, mira)
        delete_message(user=otto, room=room.pk, message=first.id)
        gone = client.event("message.deleted")
        assert [gone["data"]] == history(room, mira)
        assert gone["data"]["content"] == ""


def test_it_replays_what_was_missed_oldest_first(stage: Stage) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    kept, edited, deleted = (said(room, otto, f"before {n}") for n in range(3))
    assert kept.version == 1
    edit_message(user=otto, room=room.pk, message=edited.id, content="edited while away")
    delete_message(user=otto, room=room.pk, message=deleted.id)
    said(room, otto, "said while away")
    with stage.client(mira) as client:
        replayed, told = client.subscribe(topic_of(room), after_version=3)
        assert [f["type"] for f in replayed] == [
            "message.edited",
            "message.deleted",
            "message.created",
        ]
        assert versions(replayed) == [4, 5, 6]
        assert (told["replayed"], told["version"], told["seq"]) == (3, 6, 4)
        assert [f["data"] for f in replayed] == history(room, mira, after_version=3)


def test_a_replay_repeats_changes_of_the_room_and_its_people(stage: Stage) -> None:
    mira, otto, ana = stage.world.mira, stage.world.otto, stage.world.ana
    room = room_of(mira, otto)
    update_room(access=access_to(room, mira), changes={"name": "Tea"})
    invite(access=access_to(room, mira), user_id=ana.pk)
    with stage.client(otto) as client:
        replayed, _ = client.subscribe(topic_of(room), after_version=0)
        assert [(f["type"], f["version"]) for f in replayed] == [
            ("room.updated", 1),
            ("participant.changed", 2),
        ]
        assert replayed[0]["data"]["name"] == "Tea"
        assert replayed[1]["data"]["user"]["username"] == "ana"


def test_nothing_is_missed_or_doubled_while_others_talk(stage: Stage, second: WebProcess) -> None:
    """Readers come and go at both processes while both store messages."""
    world, room, count = stage.world, room_of(stage.world.mira, stage.world.otto), 120
    topic = topic_of(room)

    def talk(port: int, user: User) -> None:
        with stage.on(port).client(user) as client:
            for n in range(count):
                assert client.say(topic, f"{user.username} {n}")["op"] == "ack"

    talkers = [
        threading.Thread(target=talk, args=args)
        for args in ((stage.port, world.mira), (second.port, world.otto))
    ]
    with stage.client(world.mira) as here, stage.on(second.port).client(world.mira) as there:
        steady = [here, there]
        for client in steady:
            client.subscribe(topic, after_version=0)
        for talker in talkers:
            talker.start()
        seen: list[int] = []
        for port in (stage.port, second.port) * 6:
            with stage.on(port).client(world.otto) as client:
                replayed, told = client.subscribe(topic, after_version=seen[-1] if seen else 0)
                live = [client.receive() for _ in range(3)] if talkers[0].is_alive() else []
                assert told["replayed"] == len(replayed)
                seen += versions([*replayed, *live])
        for talker in talkers:
            talker.join()
        assert seen == list(range(1, len(seen) + 1))
        for client in steady:
            assert client.up_to(2 * count) == list(range(1, 2 * count + 1))


def test_too_far_back_is_a_reset(stage: Stage) -> None:
    mira = stage.world.mira
    room = room_of(mira)
    from chatcore.services.append import append
    from rooms.services.messages import draft_of
    from rooms.services.timeline import ROOM_TIMELINE

    drafts = [
        draft_of(room=room.pk, sender=mira.pk, content=str(n), client_ref=uuid4())
        for n in range(REPLAY_MOST + 1)
    ]
    append(ROOM_TIMELINE, drafts)
    with stage.client(mira) as client:
        replayed, told = client.subscribe(topic_of(room), after_version=1)
        assert (told["op"], len(replayed)) == ("subscribed", REPLAY_MOST)
        assert versions(replayed) == list(range(2, REPLAY_MOST + 2))
        replayed, told = client.subscribe(topic_of(room), after_version=0)
        assert (told["op"], replayed) == ("reset", [])
        assert (told["version"], told["seq"]) == (REPLAY_MOST + 1, REPLAY_MOST + 1)
        said(room, mira, "live again")
        assert client.event("message.created")["data"]["content"] == "live again"


def test_who_may_not_read_the_past_gets_none_of_it(stage: Stage) -> None:
    mira, otto, ana = stage.world.mira, stage.world.otto, stage.world.ana
    room = room_of(mira, otto)
    old = said(room, mira, "before Ana came")
    invite(access=access_to(room, mira), user_id=ana.pk).__class__.objects.filter(
        room=room, user=ana
    ).update(can_see_history=False)
    with stage.client(ana) as client:
        replayed, _ = client.subscribe(topic_of(room), after_version=0)
        assert contents(replayed) == []
        edit_message(user=mira, room=room.pk, message=old.id, content="still before Ana came")
        said(room, mira, "after Ana came")
        assert client.event("message.created")["data"]["content"] == "after Ana came"
        assert "before Ana" not in str(list(client.waiting))


def test_what_another_process_stores_arrives_through_the_layer(
    stage: Stage, second: WebProcess
) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    with stage.client(mira) as here, stage.on(second.port).client(otto) as there:
        here.subscribe(topic_of(room))
        there.say(topic_of(room), "from afar")
        assert here.event("message.created", 0.4)["data"]["content"] == "from afar"


def test_events_that_the_layer_lost_are_read_from_the_database(
    stage: Stage, layer_loses: pytest.MonkeyPatch
) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        lost = said(room, otto, "lost")
        edit_message(user=otto, room=room.pk, message=lost.id, content="lost and changed")
        assert client.event("message.created", 2)["data"]["content"] == "lost and changed"
        layer_loses.undo()
        said(room, otto, "found")
        assert client.event("message.created", 0.4)["data"]["content"] == "found"
        assert client.everything(0.7) == []


def test_a_lost_event_is_read_as_soon_as_the_next_one_shows_it(
    stage: Stage, layer_loses: pytest.MonkeyPatch
) -> None:
    layer_loses.setattr("chatcore.live.runtime.CHECK_SECONDS", 60)
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        layer_loses.setattr(publisher, "publish", lambda _: None)
        said(room, otto, "lost")
        layer_loses.undo()
        layer_loses.setattr("chatcore.live.runtime.CHECK_SECONDS", 60)
        said(room, otto, "shows it")
        client.event("message.created", 1)
        client.event("message.created", 1)


def test_many_lost_events_at_once_do_not_throw_a_good_reader_out(
    stage: Stage, layer_loses: pytest.MonkeyPatch
) -> None:
    from chatcore.services.append import append
    from rooms.services.messages import draft_of
    from rooms.services.timeline import ROOM_TIMELINE

    mira = stage.world.mira
    room, many = room_of(mira), REPLAY_MOST - 1
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        append(
            ROOM_TIMELINE,
            [draft_of(room=room.pk, sender=mira.pk, content="x" * 500) for _ in range(many)],
        )
        assert client.up_to(many) == list(range(1, many + 1))
        assert client.pings()


def test_who_missed_too_much_while_following_is_told_to_reset_once(
    stage: Stage, layer_loses: pytest.MonkeyPatch
) -> None:
    layer_loses.setattr("rooms.topic.REPLAY_MOST", 2)
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        with transaction.atomic():  # one look at the database sees all of it
            for _ in range(3):
                said(room, otto, "lost")
        told = client.expect(op="reset")
        assert (told["topic"], told["version"]) == (topic_of(room), 3)
        layer_loses.undo()
        said(room, otto, "live again")
        assert client.event("message.created", 0.4)["data"]["content"] == "live again"
        assert client.everything(1.2) == []


def test_a_newcomer_costs_nobody_an_event(stage: Stage, layer_loses: pytest.MonkeyPatch) -> None:
    """Somebody who subscribes has read a version of which the others have not heard yet."""
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    with stage.client(mira) as first, stage.client(otto) as newcomer:
        first.subscribe(topic_of(room))
        said(room, otto, "on its way")
        assert newcomer.subscribe(topic_of(room))[1]["version"] == 1
        assert first.event("message.created", 2)["data"]["content"] == "on its way"


def test_subscribing_again_and_leaving(stage: Stage) -> None:
    mira = stage.world.mira
    room = room_of(mira)
    topic = topic_of(room)
    with stage.client(mira) as client:
        client.subscribe(topic)
        client.subscribe(topic, after_version=0)
        said(room, mira, "once")
        assert contents(client.everything()) == ["once"]
        client.send(op="unsubscribe", topic=topic)
        assert client.expect(op="unsubscribed") == {"op": "unsubscribed", "topic": topic}
        said(room, mira, "unheard")
        assert client.everything() == []
        client.send(op="unsubscribe", topic="room:nonsense")
        assert client.expect(op="unsubscribed")["topic"] == "room:nonsense"


def test_a_topic_may_be_spelt_in_capitals(stage: Stage) -> None:
    mira = stage.world.mira
    room = room_of(mira)
    shouted = f"room:{str(room.pk).upper()}"
    with stage.client(mira) as client:
        client.send(op="subscribe", topic=shouted)
        assert client.expect(op="subscribed")["topic"] == topic_of(room)
        client.send(op="typing", topic=shouted, on=True)
        client.send(op="unsubscribe", topic=shouted)
        client.expect(op="unsubscribed")
        said(room, mira)
        assert client.everything() == []


@pytest.mark.parametrize(
    "topic",
    ["room:{missing}", "room:{foreign}", "dialogue:{missing}", "room:x", "x:{missing}", "xx"],
)
def test_missing_and_not_yours_are_one_answer(stage: Stage, topic: str) -> None:
    foreign = room_of(stage.world.otto)
    wanted = topic.format(missing=uuid4(), foreign=foreign.pk)
    with stage.client(stage.world.mira) as client:
        _, told = client.subscribe(wanted)
        assert (told["op"], told["code"]) == ("error", "not_found")
        assert client.pings()
        said(foreign, stage.world.otto)
        assert client.everything(0.2) == []


def test_heartbeats_carry_versions(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    mira = stage.world.mira
    room = room_of(mira)
    said(room, mira)
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        client.subscribe("me")
        monkeypatch.setattr("chatcore.live.runtime.HEARTBEAT_SECONDS", 1)
        beat = client.expect(op="heartbeat")
        assert beat["versions"] == {topic_of(room): 1}
        said(room, mira)
        eventually(lambda: client.expect(op="heartbeat")["versions"] == {topic_of(room): 2})
