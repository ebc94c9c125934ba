"""Passing events: who types, who reads, who is there, and what is unread."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from redis import Redis

from chatcore.selectors.presence import online_in, presence_key
from rooms.services.participants import invite, leave, remove_participant
from tests.live import Client, Json, Stage, WebProcess, eventually
from tests.rooms import access_to, room_of, said, topic_of


def passing(client: Client, kind: str, seconds: float = 3) -> Json:
    found = client.event(kind, seconds)
    assert "version" not in found
    data: Json = found["data"]
    return data


def test_others_see_who_types(stage: Stage, second: WebProcess) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    topic = topic_of(room_of(mira, otto))
    with stage.client(mira) as hers, stage.on(second.port).client(otto) as his:
        hers.subscribe(topic)
        his.subscribe(topic)
        his.send(op="typing", topic=topic, on=True)
        assert passing(hers, "typing") == {"user": str(otto.pk), "on": True}
        his.send(op="typing", topic=topic, on=False)
        assert passing(hers, "typing") == {"user": str(otto.pk), "on": False}
        assert his.everything(0.2) == []  # not the one who types


def test_typing_needs_a_subscription(stage: Stage) -> None:
    room = room_of(stage.world.otto)
    with stage.client(stage.world.mira) as mira, stage.client(stage.world.otto) as otto:
        otto.subscribe(topic_of(room))
        mira.send(op="typing", topic=topic_of(room), on=True)
        assert mira.error()["code"] == "not_subscribed"
        assert otto.everything(0.2) == []


def test_others_hear_how_far_somebody_has_read(stage: Stage) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    for _ in range(3):
        said(room, otto)
    with stage.client(mira) as hers, stage.client(otto) as his:
        his.subscribe(topic_of(room))
        hers.send(op="read", topic=topic_of(room), seq=2)
        assert passing(his, "read") == {"user": str(mira.pk), "seq": 2}
        hers.send(op="read", topic=topic_of(room), seq=1)  # never backwards
        hers.send(op="read", topic=topic_of(room), seq=99)  # never past the end
        assert passing(his, "read") == {"user": str(mira.pk), "seq": 3}
        hers.send(op="read", topic=topic_of(room_of(otto)), seq=1)
        assert hers.error()["code"] == "not_found"
        assert his.everything(0.2) == []


def test_others_see_who_comes_and_goes(stage: Stage, second: WebProcess) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    topic = topic_of(room_of(mira, otto))
    with stage.client(mira) as hers:
        hers.subscribe(topic)
        assert passing(hers, "presence")["online"] == [str(mira.pk)]
        with stage.on(second.port).client(otto) as his, stage.client(otto) as also_his:
            his.subscribe(topic)
            assert passing(hers, "presence")["online"] == [str(otto.pk)]
            also_his.subscribe(topic)
            eventually(lambda: passing(hers, "presence")["online"] == [str(otto.pk)])
            his.connection.close()  # still there with the other one
            gone = passing(hers, "presence")
            assert gone["offline"] == []
        assert passing(hers, "presence")["offline"] == [str(otto.pk)]


def test_who_was_in_a_process_that_was_killed_is_forgotten(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    key, valkey = presence_key(topic_of(room)), Redis.from_url(settings.PRESENCE_REDIS_URL)
    valkey.zadd(key, {f"{otto.pk}|killed": time.time() - 3600})
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        eventually(lambda: online_in(topic_of(room)) == {mira.pk})
        monkeypatch.setattr("chatcore.live.runtime.HEARTBEAT_SECONDS", 1)
        eventually(lambda: valkey.zcard(key) == 1)


def test_me_counts_what_is_unread(stage: Stage, second: WebProcess) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    said(room, otto)
    with stage.client(mira) as client, stage.on(second.port).client(otto) as his:
        _, told = client.subscribe("me")
        assert told == {"op": "subscribed", "topic": "me", "seq": 0, "version": 0, "replayed": 0}
        his.say(topic_of(room), "two")
        unread = client.event("unread", 3)
        assert unread["topic"] == "me"
        assert unread["data"] == {"topic": topic_of(room), "last_seq": 2, "unread": 2}
        client.send(op="read", topic=topic_of(room), seq=2)
        assert passing(client, "unread")["unread"] == 0
        client.say(topic_of(room), "my own words are not unread")
        assert passing(client, "unread") == {"topic": topic_of(room), "last_seq": 3, "unread": 0}


def test_me_hears_of_rooms_that_come_and_go(stage: Stage) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    with stage.client(mira) as client:
        client.subscribe("me")
        room = room_of(otto, mira)
        assert passing(client, "room.joined") == {"room": str(room.pk)}
        said(room, otto)
        eventually(lambda: passing(client, "unread")["unread"] == 1)
        leave(access=access_to(room, mira))
        assert passing(client, "room.left") == {"room": str(room.pk)}
        client.everything(0.1)
        said(room, otto)
        assert client.everything(1.3) == []
        invite(access=access_to(room, otto), user_id=mira.pk)
        passing(client, "room.joined")
        remove_participant(access=access_to(room, otto), user_id=mira.pk)
        passing(client, "room.left")


def test_me_is_mine_alone(stage: Stage) -> None:
    with stage.client(stage.world.mira) as client:
        assert client.subscribe(f"user:{stage.world.otto.pk}")[1]["code"] == "not_found"
        assert client.subscribe("logins")[1]["code"] == "not_found"
