"""Sending: acknowledged after commit, once, whoever is killed or away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID, uuid4

import psycopg
import pytest
from channels_redis.pubsub import RedisPubSubLoopLayer
from django.db import OperationalError, connection

from chatcore.live.db import connection_settings
from rooms.models import ChatRoom, RoomMessage, RoomParticipant
from rooms.services.participants import change_participant
from rooms.services.rooms import delete_room, update_room
from tests.live import Stage, WebProcess, eventually
from tests.rooms import access_to, room_of, said, topic_of


def stored(room: ChatRoom) -> list[str]:
    return list(
        RoomMessage.objects.filter(room=room).order_by("seq").values_list("content", flat=True)
    )


def test_a_message_is_stored_when_its_ack_is_there(stage: Stage) -> None:
    room = room_of(stage.world.mira)
    with stage.client(stage.world.mira) as client:
        ref = uuid4()
        ack = client.say(topic_of(room), "hello", ref)
        message = RoomMessage.objects.get(room=room)
        assert ack == {
            "op": "ack",
            "ref": str(ref),
            "id": str(message.pk),
            "seq": 1,
            "version": 1,
            "created_at": message.created_at.isoformat().replace("+00:00", "Z"),
        }
        assert (message.content, message.client_ref) == ("hello", ref)


def test_there_is_no_ack_before_the_commit(stage: Stage) -> None:
    """Somebody else holds the room: what is sent waits, and is told of to nobody."""
    room = room_of(stage.world.mira)
    with (
        stage.client(stage.world.mira) as client,
        psycopg.connect(**connection_settings()) as holder,
    ):
        client.subscribe(topic_of(room))
        holder.execute("SELECT 1 FROM chat_rooms WHERE id = %s FOR UPDATE", [room.pk])
        ref = uuid4()
        client.send(op="send", topic=topic_of(room), ref=ref, content="patience")
        assert client.pings()
        assert client.everything(0.3) == []
        holder.rollback()
        assert client.answer_to(ref)["op"] == "ack"
        assert client.event("message.created")["data"]["content"] == "patience"


def test_a_repeat_gets_the_same_ack_and_nothing_more(stage: Stage, second: WebProcess) -> None:
    mira, room, ref = stage.world.mira, room_of(stage.world.mira), uuid4()
    topic = topic_of(room)
    with stage.client(mira) as client, stage.on(second.port).client(mira) as elsewhere:
        client.subscribe(topic)
        first = client.say(topic, "once", ref)
        assert client.say(topic, "once", ref) == first | {"duplicate": True}
        assert elsewhere.say(topic, "once", ref) == first | {"duplicate": True}
        conflict = elsewhere.say(topic, "something else", ref)
        assert (conflict["op"], conflict["code"]) == ("error", "ref_conflict")
        client.event("message.created")
        assert client.everything() == []
    assert stored(room) == ["once"]


def test_two_senders_may_mint_the_same_ref(stage: Stage) -> None:
    mira, otto, ref = stage.world.mira, stage.world.otto, uuid4()
    room, other = room_of(mira, otto), room_of(mira)
    with stage.client(mira) as hers, stage.client(otto) as his:
        assert "duplicate" not in hers.say(topic_of(room), "hers", ref)
        assert "duplicate" not in his.say(topic_of(room), "his", ref)
        assert "duplicate" not in hers.say(topic_of(other), "elsewhere", ref)
    assert stored(room) == ["hers", "his"]


def test_a_repeat_is_known_after_a_restart(stage: Stage, second: WebProcess) -> None:
    mira, room, ref = stage.world.mira, room_of(stage.world.mira), uuid4()
    with stage.on(second.port).client(mira) as client:
        first = client.say(topic_of(room), "before the plug was pulled", ref)
    second.kill_and_restart()
    with stage.on(second.port).client(mira) as client:
        again = client.say(topic_of(room), "before the plug was pulled", ref)
        assert again == first | {"duplicate": True}
        assert client.say(topic_of(room), "after")["seq"] == 2


def test_many_sends_without_waiting_are_acknowledged_in_order(stage: Stage) -> None:
    room, refs = room_of(stage.world.mira), [uuid4() for _ in range(200)]
    with stage.client(stage.world.mira) as client:
        for n, ref in enumerate(refs):
            client.send(op="send", topic=topic_of(room), ref=ref, content=str(n))
        assert [client.answer_to(ref)["seq"] for ref in refs] == list(range(1, 201))
    assert stored(room) == [str(n) for n in range(200)]


def closed(room: ChatRoom, stage: Stage) -> None:
    update_room(access=access_to(room, stage.world.mira), changes={"status": "closed"})


def muted(room: ChatRoom, stage: Stage) -> None:
    change(room, stage, {"status": "muted"})


def watching(room: ChatRoom, stage: Stage) -> None:
    change(room, stage, {"role": "observer"})


def silenced(room: ChatRoom, stage: Stage) -> None:
    change(room, stage, {"can_send_messages": False})


def removed(room: ChatRoom, stage: Stage) -> None:
    change(room, stage, {"status": "removed"})


def deleted(room: ChatRoom, stage: Stage) -> None:
    delete_room(access=access_to(room, stage.world.mira))


def change(room: ChatRoom, stage: Stage, changes: dict[str, object]) -> None:
    access = access_to(room, stage.world.mira)
    change_participant(access=access, user_id=stage.world.otto.pk, changes=changes)


@pytest.mark.parametrize(
    ("happened", "code"),
    [
        (closed, "room_closed"),
        (muted, "muted"),
        (watching, "read_only"),
        (silenced, "read_only"),
        (removed, "not_found"),
        (deleted, "not_found"),
    ],
)
def test_a_room_refuses_with_a_reason(
    stage: Stage, happened: Callable[[ChatRoom, Stage], None], code: str
) -> None:
    room, ref = room_of(stage.world.mira, stage.world.otto), uuid4()
    with stage.client(stage.world.otto) as client:
        first = client.say(topic_of(room), "fine", ref)
        assert first["op"] == "ack"
        happened(room, stage)
        refused = client.say(topic_of(room), "not any more")
        assert (refused["op"], refused["code"]) == ("error", code)
        assert refused["detail"]
        if code != "not_found":  # what was stored once is acknowledged again
            assert client.say(topic_of(room), "fine", ref) == first | {"duplicate": True}
        assert client.pings()
    assert stored(room) == ["fine"]


@pytest.mark.parametrize(
    "topic", ["room:{missing}", "room:{foreign}", "dialogue:{missing}", "nonsense"]
)
def test_where_you_are_not_you_cannot_send(stage: Stage, topic: str) -> None:
    foreign = room_of(stage.world.otto)
    wanted = topic.format(missing=uuid4(), foreign=foreign.pk)
    with stage.client(stage.world.mira) as client:
        refused = client.say(wanted, "let me in")
        assert (refused["op"], refused["code"]) == ("error", "not_found")
    assert stored(foreign) == []


def test_replies_stay_in_their_room(stage: Stage) -> None:
    mira = stage.world.mira
    room, other = room_of(mira), room_of(mira)
    here, there = said(room, mira), said(other, mira)
    with stage.client(mira) as client:
        ack = client.say(topic_of(room), "re", reply_to=here.id)
        assert RoomMessage.objects.get(pk=ack["id"]).reply_to_message_id == here.id
        for elsewhere in (there.id, uuid4()):
            refused = client.say(topic_of(room), "re", reply_to=elsewhere)
            assert refused["code"] == "bad_reply_to"
        assert client.say(topic_of(room), "x", message_type="system")["code"] == "bad_message_type"
        assert client.say(topic_of(room), "x", message_type="chat")["op"] == "ack"


def test_a_message_may_talk_of_nul(stage: Stage) -> None:
    r"""The six characters `\u0000` are words; the character they stand for is refused."""
    room, words = room_of(stage.world.mira), r"In C, \u0000 ends it."
    with stage.client(stage.world.mira) as client:
        assert client.say(topic_of(room), words)["op"] == "ack"
        assert client.say(topic_of(room), "a\x00b")["code"] == "invalid_frame"
    assert stored(room) == [words]


def test_edit_and_delete_are_acknowledged_and_refused(stage: Stage) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    topic = topic_of(room)
    with stage.client(otto) as his, stage.client(mira) as hers:
        sent, ref = his.say(topic, "frist"), uuid4()
        his.send(op="edit", topic=topic, id=sent["id"], ref=ref, content="first")
        ack = his.answer_to(ref)
        assert (ack["op"], ack["id"], ack["seq"], ack["version"]) == ("ack", sent["id"], 1, 2)
        hers.send(op="edit", topic=topic, id=sent["id"], ref=ref, content="mine")
        assert hers.answer_to(ref)["code"] == "not_yours"
        hers.send(op="delete", topic=topic, id=sent["id"], ref=ref)  # she moderates
        assert hers.answer_to(ref)["version"] == 3
        his.send(op="edit", topic=topic, id=sent["id"], ref=ref, content="again")
        assert his.answer_to(ref)["code"] == "message_deleted"
        his.send(op="delete", topic=topic, id=uuid4())
        assert his.error()["code"] == "not_found"
        hers.send(op="cancel", topic=topic)  # no robot says anything
        assert hers.pings()


def test_a_lost_database_connection_costs_no_message(stage: Stage) -> None:
    """Every connection of the server is cut in the middle of sending."""
    mira, room, count = stage.world.mira, room_of(stage.world.mira), 300
    acks: list[str] = []

    def talk() -> None:
        with stage.client(mira) as client:
            acks.extend(client.say(topic_of(room), str(n))["op"] for n in range(count))

    talker = threading.Thread(target=talk)
    talker.start()
    for n in (50, 150, 250):
        eventually(lambda n=n: len(acks) > n, 10)  # type: ignore[misc]
        cut_connections()
    talker.join(20)
    assert acks == ["ack"] * count
    assert stored(room) == [str(n) for n in range(count)]


def cut_connections() -> None:
    """As if PostgreSQL had dropped everybody but this connection and the tests' pool."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
            " current_database() AND pid <> pg_backend_pid() AND query LIKE '%%chat_rooms%%'"
        )


def test_a_change_while_the_database_is_away_may_be_repeated(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    mira, room = stage.world.mira, room_of(stage.world.mira)
    message, ref = said(room, mira), uuid4()

    def away(**_: object) -> None:
        raise OperationalError("the server closed the connection unexpectedly")

    with stage.client(mira) as client, monkeypatch.context() as meanwhile:
        meanwhile.setattr("rooms.topic.edit_message", away)
        for wanted in ("unavailable", None):
            client.send(op="edit", topic=topic_of(room), id=message.id, ref=ref, content="x")
            assert client.answer_to(ref).get("code") == wanted
            meanwhile.undo()


@pytest.mark.parametrize("away", ["refuses", "hangs"])
def test_sends_go_on_while_valkey_is_away(
    stage: Stage, away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)

    async def broken(*_: object) -> None:
        if away == "hangs":
            import asyncio

            await asyncio.sleep(3600)
        raise ConnectionError("Valkey is away")

    for name in ("group_send", "group_add", "group_discard"):
        monkeypatch.setattr(RedisPubSubLoopLayer, name, broken)
    monkeypatch.setattr("chatcore.live.presence.Presence._client", broken_client)
    with stage.client(mira) as hers, stage.client(otto) as his:
        hers.subscribe(topic_of(room))
        his.subscribe(topic_of(room))
        for n in range(20):
            assert his.say(topic_of(room), str(n))["seq"] == n + 1
        assert hers.up_to(20) == list(range(1, 21))
        hers.send(op="read", topic=topic_of(room), seq=20)
        eventually(lambda: _read_by(room, mira.pk) == 20)
        assert hers.pings()


def broken_client(_: object) -> object:
    raise OSError("Valkey is away")


def _read_by(room: ChatRoom, user: UUID) -> int:
    return RoomParticipant.objects.get(room=room, user_id=user).last_read_seq
