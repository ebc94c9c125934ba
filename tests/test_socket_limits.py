"""What one client may cost: too large, too many, too slow."""

from __future__ import annotations

import socket as sockets
import time
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed

from chatcore.http import limits
from chatcore.live import outbox
from chatcore.live.runtime import _runtimes
from chatcore.services.append import append
from chatcore.services.publish import publish
from rooms.services.messages import draft_of
from rooms.services.timeline import ROOM_TIMELINE
from tests.dialogues import dialogue_of
from tests.live import Client, Stage, eventually
from tests.rooms import room_of, said, topic_of
from tests.world import access_for


def test_a_frame_over_64_kib_closes_1009(stage: Stage) -> None:
    with stage.client(stage.world.mira) as client:
        client.send_text("x" * 65_536)
        assert client.error()["code"] == "bad_json"
        client.send_text("x" * 65_537)
        assert client.close_code() == 1009


def test_a_frame_over_64_kib_in_pieces_closes_1009(stage: Stage) -> None:
    with stage.client(stage.world.mira) as client:
        with suppress(ConnectionClosed):  # it may close before the last piece is out
            client.connection.send("x" * 10_000 for _ in range(7))
        assert client.close_code() == 1009


def test_a_flood_closes_4008(stage: Stage, settings: Any) -> None:
    settings.RATE_LIMITS = True
    limits.start_over()
    with stage.client(stage.world.mira) as client:
        with suppress(ConnectionClosed):
            for _ in range(700):
                client.send(op="ping")
        assert client.close_code() == 4008
    with stage.client(stage.world.mira) as again:
        assert again.pings()


def test_coming_back_to_many_rooms_at_once_is_no_flood(stage: Stage, settings: Any) -> None:
    topics = [topic_of(room_of(stage.world.mira)) for _ in range(100)]
    settings.RATE_LIMITS = True
    limits.start_over()
    with stage.client(stage.world.mira) as client:
        for topic in topics:
            client.send(op="subscribe", topic=topic)
        for topic in topics:
            client.expect(op="subscribed", topic=topic)


def test_who_sends_too_much_is_told_when_to_go_on(stage: Stage, settings: Any) -> None:
    room = room_of(stage.world.mira)
    settings.RATE_LIMITS = True
    limits.start_over()
    with stage.client(stage.world.mira) as client:
        for n in range(301):
            limits.hit(limits.Rule.SEND, str(stage.world.mira.pk))
            if n % 300 == 0:
                answer = client.say(topic_of(room), "x")
                assert answer["op"] == ("error" if n else "ack")
        assert answer["code"] == "rate_limited"
        assert client.pings()


@pytest.mark.parametrize("op", ["edit", "delete"])
def test_who_changes_too_much_is_told_when_to_go_on(stage: Stage, settings: Any, op: str) -> None:
    otto = stage.world.otto
    room = room_of(otto)
    ref, more = uuid4(), {"content": "x"} if op == "edit" else {}
    frame = {"op": op, "topic": topic_of(room), "id": said(room, otto).id, "ref": ref, **more}
    settings.RATE_LIMITS = True
    limits.start_over()
    with stage.client(otto) as client:
        client.send(**frame)
        assert client.answer_to(ref)["op"] == "ack"
        while limits.hit(limits.Rule.WRITE, str(otto.pk)).allowed:
            pass
        client.send(**frame)
        assert client.answer_to(ref)["code"] == "rate_limited"
        assert client.pings()


def test_a_question_counts_as_one_over_the_socket_too(stage: Stage, settings: Any) -> None:
    otto = stage.world.otto
    topic = f"dialogue:{dialogue_of(otto).pk}"
    settings.RATE_LIMITS = True
    limits.start_over()
    with stage.client(otto) as client:
        while limits.hit(limits.Rule.ASK, str(otto.pk)).allowed:
            pass
        assert client.say(topic, "Who keeps the lamp?")["code"] == "rate_limited"
        assert client.say(topic_of(room_of(otto)), "to people")["op"] == "ack"


def test_a_slow_reader_closes_4009_and_slows_nobody(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reads nothing while others talk: what waits for it is bounded, then it is sent away."""
    monkeypatch.setattr(outbox, "MOST_FRAMES", 200)
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    topic = topic_of(room)
    narrow = sockets.socket()
    narrow.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", stage.port))
    slow = Client(stage.port, access=access_for(mira), sock=narrow, max_queue=1)
    with slow, stage.client(otto) as quick:
        slow.subscribe(topic)
        quick.subscribe(topic)
        begun, count = time.monotonic(), 0
        while _sockets_of(mira.pk) and count < 40:
            said_many(room, otto, 50)
            count += 1
            last = quick.up_to(50 * count)[-1]
            assert last == 50 * count
            quick.waiting.clear()
        assert not _sockets_of(mira.pk) or _is_closing(mira.pk)
        assert count < 40
        assert time.monotonic() - begun < 8
        # It wakes up, reads what was on its way, and learns why it ends.
        assert slow.close_code(10) == 4009
        heard = [f["version"] for f in slow.waiting if "version" in f and f["op"] == "event"]
        assert heard == list(range(1, len(heard) + 1))
        with stage.client(mira) as again:
            replayed, told = again.subscribe(topic, after_version=len(heard))
            assert [f["version"] for f in replayed] == list(
                range(len(heard) + 1, told["version"] + 1)
            )
    eventually(lambda: not _sockets_of(mira.pk), 8)


def test_passing_events_are_dropped_before_anybody_is_sent_away(stage: Stage) -> None:
    from chatcore.events import Typing
    from chatcore.frames import event_frame

    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        frame = event_frame(topic_of(room), Typing(user=otto.pk, on=True))
        publish([frame] * 5 * outbox.MOST_FRAMES)
        said(room, otto, "lasts")
        assert client.event("message.created")["data"]["content"] == "lasts"
        assert client.pings()


def test_one_socket_follows_a_thousand_topics_and_no_more(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatcore.live.entering.MOST_TOPICS", 2)
    rooms = [room_of(stage.world.mira) for _ in range(3)]
    with stage.client(stage.world.mira) as client:
        answers = [client.subscribe(topic_of(room))[1] for room in rooms]
        assert [answer["op"] for answer in answers] == ["subscribed", "subscribed", "error"]
        assert answers[2]["code"] == "too_many_topics"
        assert client.subscribe(topic_of(rooms[0]))[1]["op"] == "subscribed"


def test_what_a_socket_leaves_behind_is_nothing(stage: Stage) -> None:
    room = room_of(stage.world.bela)
    (runtime,) = _runtimes.values()
    for _ in range(3):
        with stage.client(stage.world.bela) as client:
            client.subscribe(topic_of(room))
            client.subscribe("me")
            assert topic_of(room) in runtime.hub.feeds
    eventually(lambda: topic_of(room) not in runtime.hub.feeds)
    eventually(lambda: stage.world.bela.pk not in runtime.hub.sockets)
    assert f"user:{stage.world.bela.pk}" not in runtime.hub.feeds


def said_many(room: Any, by: Any, count: int) -> None:
    drafts = [
        draft_of(room=room.pk, sender=by.pk, content="x" * 5_000, client_ref=uuid4())
        for _ in range(count)
    ]
    publish([ROOM_TIMELINE.created_frame(found.row) for found in append(ROOM_TIMELINE, drafts)])


def _sockets_of(user: Any) -> list[Any]:
    (runtime,) = _runtimes.values()
    return [s for s in runtime.hub.sockets.get(user, ()) if not s.is_closing]


def _is_closing(user: Any) -> bool:
    (runtime,) = _runtimes.values()
    return any(s.is_closing for s in runtime.hub.sockets.get(user, ()))
