"""Robots in rooms: whom they answer, once, from where, and when they leave it to people."""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import timedelta

import pytest
from django.utils import timezone

from chatcore.models import User
from chatcore.robots import (
    RobotAnswer,
    RobotBill,
    RobotFailed,
    RobotQuestion,
    register_robot_skill,
    robot_skill,
)
from dialogues.models import BookPassage
from rooms.models import Escalation, RobotInteraction, RoomMessage
from rooms.services.assignment import drain_queue
from rooms.services.messages import draft_of, say
from rooms.services.robot_answers import answer_room
from rooms.services.robot_turns import claim_turn, sweep_turns
from tests.client import ContractClient
from tests.dialogues import lighthouse
from tests.robots import answered, robot_of, room_with, turn_of
from tests.rooms import room_of, said
from tests.support import escalation_of, on_duty, support_room_of
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]


def knowledge() -> None:
    book = lighthouse()
    book.is_knowledge_base = True
    book.save()


def test_a_customer_is_answered_from_the_books_with_checked_citations(
    world: Cast, client_of: ClientOf
) -> None:
    knowledge()
    robot_of()
    room = support_room_of(world.mira)  # the robot comes by itself
    answered(room, world.mira, "What did Old Marten carry around his neck?")

    page = client_of(world.mira).get(f"/api/v1/rooms/{room.pk}/messages/").json()["results"]
    asked, answer = page[-2:]
    assert answer["message_type"] == "robot"
    assert answer["robot_id"] == "robo"
    assert answer["robot_response_to"] == asked["id"]
    assert answer["delivery_status"] == "delivered"
    (first, *_) = answer["content_metadata"]["references"]
    passage = BookPassage.objects.get(pk=first["passage"])
    assert first["text"] in passage.text
    assert "brass key" in first["text"]
    chapter = client_of(world.mira).get(first["url"].partition("#")[0])
    assert chapter.status_code == 302  # a page, for who is signed in there


def test_a_robot_that_is_not_sure_says_so_and_offers_a_person(world: Cast) -> None:
    knowledge()
    robot_of()
    room = support_room_of(world.mira)
    answer = answered(room, world.mira, "How do I export spreadsheets?")
    assert answer.content_metadata["offers_person"]
    assert answer.content_metadata["references"] == []
    assert "talk to a person" in answer.content
    assert not Escalation.objects.exists()


@pytest.mark.parametrize("words", ["I want to talk to a person", "Human, please!", "agent"])
def test_who_asks_for_a_person_gets_one_once(world: Cast, words: str) -> None:
    robot_of()
    room = support_room_of(world.mira)
    first = answered(room, world.mira, words)
    assert first.content_metadata["asked_for_person"]
    answered(room, world.mira, words)
    (asked_for,) = Escalation.objects.all()
    assert (asked_for.customer, asked_for.source_room) == (world.mira, room)


def test_who_replies_to_the_robot_gets_a_person_too(world: Cast) -> None:
    robot_of()
    room = support_room_of(world.mira)
    first = answered(room, world.mira, "Hello?")
    words = draft_of(room=room.pk, sender=world.mira.pk, content="human please", reply_to=first.pk)
    say(words)
    answer_room(room.pk)
    assert Escalation.objects.get().customer == world.mira


def test_once_a_person_is_there_the_robot_is_silent_unless_asked(world: Cast) -> None:
    robot_of()
    on_duty(world.ana)
    escalation = escalation_of(world.mira)
    room = escalation.source_room
    waiting = turn_of(room, world.mira, "Hello? Anybody?")
    drain_queue()
    assert answer_room(room.pk) == 1
    waiting.refresh_from_db()
    assert (waiting.status, waiting.answer) == ("completed", None)
    assert waiting.response_data == {"silent": "person_is_here"}
    before = RobotInteraction.objects.count()
    said(room, world.mira, "Thank you, Ana.")
    assert RobotInteraction.objects.count() == before
    assert answered(room, world.ana, "@robo what do you know?").sender.username == "robo"


def test_elsewhere_a_robot_answers_who_names_it_or_replies_to_it(world: Cast) -> None:
    room = room_with(robot_of(), room_of(world.otto, world.mira))
    said(room, world.mira, "hello everybody")
    assert not RobotInteraction.objects.exists()
    answer = answered(room, world.mira, "@robo hello")
    reply = say(draft_of(room=room.pk, sender=world.otto.pk, content="Sure?", reply_to=answer.pk))
    assert RobotInteraction.objects.get(message=reply.id).request_data == {"why": "reply"}


def test_robots_do_not_answer_robots(world: Cast) -> None:
    one, other = robot_of(), robot_of(robot_id="robina")
    room = room_with(other, room_with(one, room_of(world.otto)))
    said(room, world.otto, "@robo @robina begin")
    assert RobotInteraction.objects.count() == 2
    said(room, one.user, "@robina your turn")
    assert RobotInteraction.objects.count() == 2


def test_a_guest_gets_what_guests_may_see(world: Cast, client_of: ClientOf) -> None:
    room = room_with(robot_of(is_visible_to_guests=False), room_of(world.otto, world.gil))
    answered(room, world.otto, "@robo hello")
    seen = client_of(world.gil).get(f"/api/v1/rooms/{room.pk}/messages/").json()["results"]
    assert [message["message_type"] for message in seen] == ["chat"]


def test_a_turn_whose_worker_died_is_answered_by_another_once(world: Cast) -> None:
    room = room_with(robot_of(), room_of(world.otto))
    turn = turn_of(room, world.otto, "@robo hello")
    lost = claim_turn(room.pk)
    assert lost
    assert answer_room(room.pk) == 0, "it is worked on"
    RobotInteraction.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert sweep_turns() == 1
    assert answer_room(room.pk) == 1
    turn.refresh_from_db()
    assert (turn.status, turn.attempts) == ("completed", 2)
    assert RoomMessage.objects.filter(robot_response_to=turn.message).count() == 1


class Broken:
    """Fails twice, then answers."""

    def __init__(self) -> None:
        self.asked: list[RobotQuestion] = []

    def checked_settings(self, settings: object) -> dict[str, object]:
        return {}

    def answer(self, question: RobotQuestion, bill: RobotBill) -> Generator[RobotAnswer]:
        self.asked.append(question)
        if len(self.asked) < 3:
            raise RobotFailed("Out of order.", retryable=True)
        yield RobotAnswer("At last.", visible_to_guests=False)


@pytest.fixture
def broken() -> object:
    usual, mine = robot_skill("librarian"), Broken()
    register_robot_skill("librarian", mine)
    yield mine
    register_robot_skill("librarian", usual)


def test_an_answer_that_fails_waits_and_is_tried_again(
    world: Cast, client_of: ClientOf, broken: Broken
) -> None:
    room = room_with(robot_of(), room_of(world.otto, world.gil))
    turn = turn_of(room, world.otto, "@robo hello")
    states = []
    for _ in range(3):
        RobotInteraction.objects.update(due_at=None)
        assert answer_room(room.pk) == 1
        turn.refresh_from_db()
        status = turn.answer.delivery_status if turn.answer else None
        states.append((turn.status, status))
    waits = ("pending", "batch-delay")
    assert states == [waits, waits, ("completed", "delivered")]
    assert turn.answer
    assert turn.answer.content == "At last."
    # It was to be for members alone: what guests saw coming is gone.
    seen = client_of(world.gil).get(f"/api/v1/rooms/{room.pk}/messages/").json()["results"]
    assert [message["content"] for message in seen] == ["@robo hello", ""]


def test_robots_are_made_and_changed_by_who_may(world: Cast, client_of: ClientOf) -> None:
    admin, member = client_of(world.ada), client_of(world.mira)
    body = {
        "robot_id": "helper",
        "name": "Helper",
        "kind": "librarian",
        "settings": {"prompt": "x"},
    }
    assert member.post("/api/v1/robots/", body).status_code == 403
    assert admin.post("/api/v1/robots/", body).status_code == 201
    assert admin.post("/api/v1/robots/", body).status_code == 409
    wrong = {**body, "robot_id": "other", "settings": {"url": "x"}}
    assert admin.post("/api/v1/robots/", wrong).status_code == 400
    (shown,) = member.get("/api/v1/robots/").json()["results"]
    assert shown["settings"] is None
    off = admin.patch("/api/v1/robots/helper/", {"is_enabled": False})
    assert off.status_code == 200
    assert member.get("/api/v1/robots/helper/").status_code == 404


def test_one_sees_what_one_asked(world: Cast, client_of: ClientOf) -> None:
    room = room_with(robot_of(), room_of(world.otto, world.mira))
    answered(room, world.otto, "@robo hello")
    path = "/api/v1/robot-interactions/?status=completed&robot=robo"
    assert len(client_of(world.otto).get(path).json()["results"]) == 1
    assert client_of(world.mira).get(path).json()["results"] == []
    (row,) = client_of(world.ada).get(path).json()["results"]
    assert row["request_data"] == {"why": "mention"}
    assert client_of(world.ada).get("/api/v1/robot-interactions/?status=x").status_code == 400
