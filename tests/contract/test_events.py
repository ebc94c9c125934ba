"""Every event that is declared: its shape is the one we promised, and something produces it.

`events.json` holds the JSON schema of each event's `data`, lasting or passing. `EVENTS_WRITE=1` takes
the present ones, after a look at the difference.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from django.core.cache import cache

from chatcore.events import Event, Lasting, MessageEvent, registry
from chatcore.models import Login
from chatcore.services import publish as publisher
from chatcore.services.logins import revoke_login
from dialogues.services.answering import answer_next
from dialogues.services.sessions import change_dialogue, create_dialogue
from dialogues.services.turns import ask, cancel_turns
from rooms.services.escalations import escalate_room
from rooms.services.messages import delete_message, edit_message
from rooms.services.participants import invite, leave
from rooms.services.reading import mark_read
from rooms.services.rooms import update_room
from tests.client import document
from tests.live import Client, Stage
from tests.rooms import access_to, room_of, said, topic_of
from tests.support import support_room_of

SNAPSHOT = Path(__file__).with_name("events.json")
Produce = Callable[[Stage, Client], object]
PRODUCERS: dict[str, Produce] = {}
# Where the data is an object of the API: its name in the OpenAPI document.
OBJECTS = {
    ("message.created", "room"): "RoomMessageOut",
    ("message.edited", "room"): "RoomMessageOut",
    ("message.deleted", "room"): "RoomMessageOut",
    ("room.updated", "room"): "RoomOut",
    ("participant.changed", "room"): "ParticipantOut",
    ("escalation.changed", "room"): "BriefOut",
    ("dialogue.updated", "dialogue"): "DialogueObject",
}


def schemas() -> dict[str, Any]:
    """By type: whether it lasts, and the schema of its `data`."""
    return {
        name: {"lasting": issubclass(cls, Lasting), "data": _data_schema(cls)}
        for name, cls in sorted(registry.items())
    }


def _data_schema(cls: type[Event]) -> Any:
    """What stands in the frame's `data`: where an event carries one object, that object."""
    schema = cls.model_json_schema()
    fields = {k: v for k, v in schema["properties"].items() if k != "version"}
    excluded = {name for name, field in cls.model_fields.items() if field.exclude}
    kept = {name: field for name, field in fields.items() if name not in excluded}
    (only, *others) = kept.values()
    if issubclass(cls, Lasting) and not others and only.get("type") == "object":
        return {"type": "object"}
    required = [name for name in schema["required"] if name in kept]
    return {
        "type": "object",
        "properties": kept,
        "required": required,
        "additionalProperties": False,
    }


def test_the_shapes_are_those_that_were_promised() -> None:
    found = json.dumps(schemas(), indent=2, sort_keys=True) + "\n"
    if os.environ.get("EVENTS_WRITE"):
        SNAPSHOT.write_text(found)
    assert SNAPSHOT.read_text() == found, "if this is meant: EVENTS_WRITE=1 make test"


def produces(*types: str) -> Callable[[Produce], Produce]:
    def remember(work: Produce) -> Produce:
        PRODUCERS.update(dict.fromkeys(types, work))
        return work

    return remember


def test_every_event_has_something_that_produces_it() -> None:
    # Followed inside by every process, and by the hub; no client hears them.
    assert set(PRODUCERS) | {"login.revoked", "observation.ended"} == set(registry)


@pytest.mark.parametrize("name", PRODUCERS)
def test_it_is_produced_as_declared(stage: Stage, name: str) -> None:
    """On a real socket, and the frame is what the documents say."""
    cache.clear()
    with stage.client(stage.world.mira) as mira:
        PRODUCERS[name](stage, mira)
        frame = mira.expect(10, op="event", type=name)
        cls = registry[name]
        wanted = {"op", "topic", "type", "data"} | (
            {"version"} if issubclass(cls, Lasting) else set()
        )
        assert frame.keys() == wanted
        jsonschema.validate(frame["data"], schemas()[name]["data"])
        if component := OBJECTS.get((name, frame["topic"].partition(":")[0])):
            known = document()["components"]["schemas"][component]["properties"]
            assert frame["data"].keys() <= known.keys()
            if issubclass(cls, MessageEvent):  # the same object as in history
                assert frame["data"].keys() == known.keys()


@produces("message.created", "message.edited", "message.deleted")
def _words(stage: Stage, mira: Client) -> None:
    room = room_of(stage.world.mira, stage.world.otto)
    mira.subscribe(topic_of(room))
    message = said(room, stage.world.otto)
    edit_message(user=stage.world.otto, room=room.pk, message=message.id, content="x")
    delete_message(user=stage.world.otto, room=room.pk, message=message.id)


@produces("room.updated", "participant.changed", "presence", "read", "typing")
def _a_room(stage: Stage, mira: Client) -> None:
    room = room_of(stage.world.mira, stage.world.otto)
    mira.subscribe(topic_of(room))
    said(room, stage.world.mira)
    update_room(access=access_to(room, stage.world.mira), changes={"name": "Tea"})
    invite(access=access_to(room, stage.world.mira), user_id=stage.world.ana.pk)
    mark_read(user_id=stage.world.otto.pk, room_id=room.pk, seq=1)
    with stage.client(stage.world.otto) as otto:
        otto.subscribe(topic_of(room))
        otto.send(op="typing", topic=topic_of(room), on=True)
        otto.pings()


@produces("escalation.changed", "escalation.notice")
def _a_call_for_a_person(stage: Stage, mira: Client) -> None:
    room = support_room_of(stage.world.mira)
    mira.subscribe("me")
    mira.subscribe(topic_of(room))
    access = access_to(room, stage.world.mira)
    escalate_room(access=access, by=stage.world.mira, to_level="T1", reason="I am stuck")


@produces("mention")
def _a_name(stage: Stage, mira: Client) -> None:
    mira.subscribe("me")
    said(room_of(stage.world.mira, stage.world.otto), stage.world.otto, "hello @mira")


@produces("room.joined", "room.left", "unread")
def _me(stage: Stage, mira: Client) -> None:
    mira.subscribe("me")
    room = room_of(stage.world.otto, stage.world.mira)
    said(room, stage.world.otto)
    mira.waiting.append(mira.event("unread"))
    leave(access=access_to(room, stage.world.mira))


@produces("dialogue.updated", "reply.started", "reply.delta", "reply.completed")
def _an_answer(stage: Stage, mira: Client) -> None:
    user = stage.world.mira
    session = create_dialogue(user, type="assistant")
    mira.subscribe(f"dialogue:{session.pk}")
    ask(user, session.pk, "Who are you?")
    answer_next(session.pk)
    change_dialogue(session, title="Who")


@produces("reply.failed")
def _a_call_off(stage: Stage, mira: Client) -> None:
    user = stage.world.mira
    session = create_dialogue(user, type="assistant")
    mira.subscribe(f"dialogue:{session.pk}")
    ask(user, session.pk, "Who are you?")
    cancel_turns(session.pk)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []
    monkeypatch.setattr(publisher, "publish", found.extend)
    return found


def test_a_login_that_ends_is_told_to_every_process(stage: Stage, told: list[Any]) -> None:
    login = Login.objects.create(user=stage.world.ana)
    revoke_login(login, because="test")
    (frame,) = told
    assert (frame.topic, frame.type, frame.version) == ("logins", "login.revoked", None)
    assert frame.about == {"user": str(stage.world.ana.pk), "login": str(login.pk)}


def test_an_event_refuses_what_it_does_not_know() -> None:
    for name, cls in registry.items():
        fields = {field: uuid4() for field in cls.model_fields}
        with pytest.raises(ValueError, match="nonsense"):
            cls.model_validate({**fields, "nonsense": 1})
        assert cls.type == name
