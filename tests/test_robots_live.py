"""A robot's answer on its way into a room: heard by those who get its message, late or not, to its end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from pytest_django.fixtures import Settings

from rooms.models import ChatRoom, Robot, RobotInteraction, RoomMessage
from rooms.services.messages import remove_message
from rooms.services.robot_answers import answer_room
from tests.live import Client, Json, Stage, eventually
from tests.llm_server import LlmServer
from tests.robots import robot_of, room_with
from tests.rooms import room_of, said, topic_of


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


@pytest.fixture
def llm(server: LlmServer, settings: Settings) -> LlmServer:
    server.start_over()
    settings.LLM_BASE_URL, settings.LLM_MODEL = server.base_url, "parrot"
    settings.LLM_API_KEY = server.key
    return server


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    opened = threading.Event()
    yield opened
    opened.set()


@pytest.fixture
def room(stage: Stage) -> ChatRoom:
    """Of Mira, who moderates, Otto and Gil, a guest; with a robot of its own."""
    world = stage.world
    room = room_of(world.mira, world.otto, world.gil)
    return room_with(robot_of(robot_id=f"robo-{room.pk.hex[-12:]}"), room)


def asked(room: ChatRoom, stage: Stage) -> RobotInteraction:
    robot = Robot.objects.get(user__participations__room=room)
    message = said(room, stage.world.otto, f"@{robot.robot_id} well?")
    return RobotInteraction.objects.get(message=message.id)


@contextmanager
def worker_at(room: ChatRoom) -> Iterator[None]:
    """A worker that answers the room, to the end of the block at the latest."""

    def work() -> None:
        answer_room(room.pk)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join(20)
    assert not thread.is_alive()


def edited(client: Client) -> Json:
    """What came of the answer."""
    found: Json = client.event("message.edited")["data"]
    return found


def test_its_words_come_as_they_are_said_and_then_as_the_stored_message(
    stage: Stage, room: ChatRoom, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("One", gate, " two.")
    turn = asked(room, stage)
    with stage.client(stage.world.otto) as otto:
        otto.subscribe(topic_of(room))
        with worker_at(room):
            empty = otto.event("message.created")["data"]
            assert (empty["content"], empty["delivery_status"]) == ("", "streaming")
            started = otto.event("reply.started")["data"]
            assert started == {
                "reply_id": empty["client_ref"],
                "question": str(turn.message_id),
                "message": empty["id"],
            }
            first = otto.event("reply.delta")["data"]
            assert first == {"reply_id": started["reply_id"], "offset": 0, "text": "One"}
            gate.set()
            second = otto.event("reply.delta")["data"]
            assert (second["offset"], second["text"]) == (3, " two.")
            assert otto.event("reply.completed")["data"] == {"reply_id": started["reply_id"]}
            whole = edited(otto)
    assert (whole["id"], whole["content"]) == (empty["id"], "One two.")
    assert whole["delivery_status"] == "delivered"


def test_who_comes_late_gets_the_text_so_far_once(
    stage: Stage, room: ChatRoom, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("The beginning,", gate, " the end.")
    asked(room, stage)
    with stage.client(stage.world.otto) as otto, worker_at(room):
        otto.subscribe(topic_of(room))
        otto.event("reply.delta")
        with stage.client(stage.world.mira) as late:
            late.subscribe(topic_of(room))
            late.event("reply.started")
            assert late.event("reply.delta")["data"]["text"] == "The beginning,"
            gate.set()
            assert late.event("reply.delta")["data"]["offset"] == 14
            assert edited(late)["content"] == "The beginning, the end."


def test_guests_hear_nothing_of_a_robot_that_is_hidden_from_them(
    stage: Stage, llm: LlmServer, gate: threading.Event
) -> None:
    world = stage.world
    room = room_of(world.otto, world.gil)
    room_with(robot_of(robot_id="hidden", is_visible_to_guests=False), room)
    llm.will_say("A secret", gate, " of the house.")
    asked(room, stage)
    with stage.client(world.gil) as gil, stage.client(world.otto) as otto, worker_at(room):
        otto.subscribe(topic_of(room))
        gil.subscribe(topic_of(room))
        assert otto.event("reply.delta")["data"]["text"] == "A secret", "who may, does"
        with stage.client(world.gil) as late:
            late.subscribe(topic_of(room))
            gate.set()
            edited(otto)
            heard = [*gil.everything(), *late.everything()]
    # That the robot has read the question is no secret.
    assert {frame["type"] for frame in heard if frame["op"] == "event"} == {"read"}


def test_who_asked_calls_it_off_and_the_words_so_far_stay(
    stage: Stage, room: ChatRoom, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("So far", gate, *(" and on" for _ in range(50)))
    turn = asked(room, stage)
    world, topic = stage.world, topic_of(room)
    with stage.client(world.otto) as otto, stage.client(world.gil) as gil:
        otto.subscribe(topic)
        with worker_at(room):
            assert otto.event("reply.delta")["data"]["text"] == "So far"
            gil.send(op="cancel", topic=topic)  # it is not his
            assert gil.pings()
            turn.refresh_from_db()
            assert turn.status == "processing"
            otto.send(op="cancel", topic=topic)
            assert otto.event("reply.failed")["data"]["code"] == "cancelled"
            kept = edited(otto)
            gate.set()
    assert (kept["content"], kept["delivery_status"]) == ("So far", "delivered")
    assert kept["content_metadata"] == {"cancelled": True}
    turn.refresh_from_db()
    assert (turn.status, turn.response_data) == ("completed", {"cancelled": True})
    assert turn.tokens_used, "what it took is charged all the same"
    assert RoomMessage.objects.get(pk=kept["id"]).content == "So far", "the worker changes nothing"


def test_an_attempt_that_fails_ends_its_stream_and_the_next_begins_anew(
    stage: Stage, room: ChatRoom, llm: LlmServer
) -> None:
    llm.will_say("Half of", 0)
    llm.will_say("The whole.")
    turn = asked(room, stage)
    with stage.client(stage.world.otto) as otto:
        otto.subscribe(topic_of(room))
        with worker_at(room):
            assert otto.event("reply.failed")["data"]["code"] == "llm_unreachable"
        assert edited(otto)["delivery_status"] == "batch-delay"
        RobotInteraction.objects.filter(pk=turn.pk).update(due_at=None)
        with worker_at(room):
            otto.event("reply.completed")
        started = [f for f in otto.everything() if f["type"] in ("reply.started", "reply.delta")]
    assert [frame["data"].get("offset") for frame in started] == [None, 0, None, 0]
    assert started[-1]["data"]["text"] == "The whole."


def test_of_a_message_that_was_taken_back_no_more_is_told(
    stage: Stage, room: ChatRoom, llm: LlmServer, gate: threading.Event
) -> None:
    llm.will_say("Rude", gate, *[step for _ in range(8) for step in (" words", 0.1)])
    turn = asked(room, stage)
    with stage.client(stage.world.otto) as otto, worker_at(room):
        otto.subscribe(topic_of(room))
        otto.event("reply.delta")
        turn.refresh_from_db()
        assert turn.answer_id
        remove_message(room=room.pk, message=turn.answer_id)
        gate.set()
        assert otto.event("reply.failed")["data"]["code"] == "taken_back"
    eventually(lambda: RobotInteraction.objects.get(pk=turn.pk).status == "failed")
