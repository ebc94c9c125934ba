"""Whatever a client sends gets a documented error, and the socket goes on."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.live import Stage
from tests.rooms import room_of, topic_of

ROOM = "room:00000000-0000-7000-8000-000000000000"
REF = "00000000-0000-4000-8000-000000000001"
SEND = {"op": "send", "topic": ROOM, "ref": REF, "content": "x"}

BAD_JSON: dict[str, str | bytes] = {
    "nothing": "",
    "a brace": "{",
    "half a frame": '{"op":"ping"',
    "a word": "ping",
    "single quotes": "{'op': 'ping'}",
    "trailing words": '{"op":"ping"} and more',
    "two frames": '{"op":"ping"}{"op":"ping"}',
    "deep list": "[" * 30_000 + "]" * 30_000,
    "deep object": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "deep inside a frame": '{"op":"send","content":' + "[" * 20_000 + "]" * 20_000 + "}",
    "lone surrogate": '{"op":"\\ud800"}',
    "lone surrogate in words": json.dumps(SEND | {"content": "\ud800"}),
}

NOT_A_FRAME: dict[str, str | bytes] = {
    "null": "null",
    "a number": "5",
    "a list": '[{"op":"ping"}]',
    "a string": '"ping"',
    "NUL": '{"op":"ping"}\x00',
    "binary": b'{"op":"ping"}',
    "binary noise": b"\x00\xff\xfe" * 1000,
}

UNKNOWN_OP: list[dict[str, Any]] = [
    {},
    {"op": None},
    {"op": 5},
    {"op": ["ping"]},
    {"op": ""},
    {"op": "PING"},
    {"op": "ack"},
    {"op": "event"},
    {"op": "x" * 60_000},
    {"OP": "ping"},
]

WRONG_FIELDS: list[tuple[str, dict[str, Any]]] = [
    ("extra", {"op": "ping", "extra": 1}),
    ("topic", {"op": "subscribe"}),
    ("topic", {"op": "subscribe", "topic": 5}),
    ("topic", {"op": "subscribe", "topic": None}),
    ("topic", {"op": "subscribe", "topic": ""}),
    ("topic", {"op": "subscribe", "topic": "r" * 81}),
    ("after_version", {"op": "subscribe", "topic": ROOM, "after_version": "1"}),
    ("after_version", {"op": "subscribe", "topic": ROOM, "after_version": -1}),
    ("after_version", {"op": "subscribe", "topic": ROOM, "after_version": 1.5}),
    ("after_version", {"op": "subscribe", "topic": ROOM, "after_version": True}),
    ("after_version", {"op": "subscribe", "topic": ROOM, "after_version": 2**63}),
    ("after_version", {"op": "subscribe", "topic": ROOM, "after_version": 10**400}),
    ("ref", SEND | {"ref": "not-a-uuid"}),
    ("ref", SEND | {"ref": 5}),
    ("ref", SEND | {"ref": None}),
    ("content", SEND | {"content": ""}),
    ("content", SEND | {"content": "x" * 10_001}),
    ("content", SEND | {"content": ["x"]}),
    ("content", SEND | {"content": None}),
    ("content", SEND | {"content": "a\x00b"}),
    ("reply_to", SEND | {"reply_to": "x"}),
    ("message_type", SEND | {"message_type": 1}),
    ("thread", SEND | {"thread": "x"}),
    ("audience", SEND | {"audience": "members"}),
    ("sender", SEND | {"sender": REF}),
    ("seq", SEND | {"seq": 1}),
    ("seq", {"op": "read", "topic": ROOM, "seq": -1}),
    ("seq", {"op": "read", "topic": ROOM, "seq": 2**64}),
    ("seq", {"op": "read", "topic": ROOM, "seq": False}),
    ("on", {"op": "typing", "topic": ROOM, "on": "yes"}),
    ("on", {"op": "typing", "topic": ROOM, "on": 1}),
    ("id", {"op": "edit", "topic": ROOM, "id": "1", "content": "x"}),
    ("id", {"op": "delete", "topic": ROOM}),
    ("token", {"op": "auth", "token": {}}),
]


@pytest.mark.parametrize("text", BAD_JSON.values(), ids=BAD_JSON.keys())
def test_what_is_no_json_is_bad_json(stage: Stage, text: str | bytes) -> None:
    with stage.client(stage.world.mira) as client:
        client.send_text(text)
        assert client.error()["code"] == "bad_json"
        assert client.pings()


@pytest.mark.parametrize("text", NOT_A_FRAME.values(), ids=NOT_A_FRAME.keys())
def test_what_is_no_frame_is_an_error(stage: Stage, text: str | bytes) -> None:
    with stage.client(stage.world.mira) as client:
        client.send_text(text)
        assert client.error()["code"] in {"invalid_frame", "unknown_op", "bad_json"}
        assert client.pings()


def test_an_unknown_op_is_named_so(stage: Stage) -> None:
    with stage.client(stage.world.mira) as client:
        for frame in UNKNOWN_OP:
            client.send(**frame)
            assert client.error()["code"] == "unknown_op", frame
        assert client.pings()


def test_a_wrong_field_is_named(stage: Stage) -> None:
    with stage.client(stage.world.mira) as client:
        for field, frame in WRONG_FIELDS:
            client.send(**frame)
            error = client.error()
            assert error["code"] == "invalid_frame", frame
            assert list(error["errors"]) == [field], frame
            assert error.get("ref") == (frame["ref"] if frame.get("ref") == REF else None)
            assert "pydantic" not in json.dumps(error)
        assert client.pings()


def test_numbers_at_the_edge_are_numbers(stage: Stage) -> None:
    room = room_of(stage.world.mira)
    with stage.client(stage.world.mira) as client:
        _, told = client.subscribe(topic_of(room), after_version=2**63 - 1)
        assert told["op"] == "subscribed"
        client.send(op="read", topic=topic_of(room), seq=2**63 - 1)
        assert client.pings()
        assert client.everything(0.1) == []


@pytest.mark.parametrize("character", ["x", "é", "語", "👋", '"', "\n", "\x01"])
def test_the_longest_content_fits(stage: Stage, character: str) -> None:
    """Ten thousand characters, however many bytes each takes."""
    room, words = room_of(stage.world.mira), character * 10_000
    with stage.client(stage.world.mira) as client:
        client.subscribe(topic_of(room))
        ref = uuid4()
        text = json.dumps(
            {"op": "send", "topic": topic_of(room), "ref": str(ref), "content": words},
            ensure_ascii=False,
        )
        client.send_text(text)
        answer = client.answer_to(ref)
        assert answer["op"] == "ack"
        assert client.event("message.created")["data"]["content"] == words


def test_bad_frames_do_not_hinder_the_good_ones(stage: Stage) -> None:
    room = room_of(stage.world.mira)
    with stage.client(stage.world.mira) as client:
        for n in range(20):
            client.send_text("{")
            client.send(op="nonsense")
            assert client.say(topic_of(room), str(n))["seq"] == n + 1
