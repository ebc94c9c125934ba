"""Robots for tests."""

from __future__ import annotations

from typing import Any

from chatcore.models import User
from rooms.models import ChatRoom, Robot, RobotInteraction, RoomMessage
from rooms.services.participants import add_participant
from rooms.services.robot_answers import answer_room
from rooms.services.robots import create_robot
from tests.rooms import said


def robot_of(kind: str = "librarian", **columns: Any) -> Robot:
    """A robot that answers first in support rooms."""
    given: dict[str, Any] = {"robot_id": "robo", "name": "Robo", "answers_first": True}
    return create_robot(by=None, kind=kind, **{**given, **columns})


def room_with(robot: Robot, room: ChatRoom) -> ChatRoom:
    add_participant(room=room, user=robot.user)
    return room


def turn_of(room: ChatRoom, by: User, content: str) -> RobotInteraction:
    """Something said that a robot owes an answer to; nobody has answered yet."""
    return RobotInteraction.objects.get(message=said(room, by, content).id)


def answered(room: ChatRoom, by: User, content: str) -> RoomMessage:
    """Something said, and a robot's answer, without a worker."""
    turn = turn_of(room, by, content)
    assert answer_room(room.pk) == 1
    turn.refresh_from_db()
    assert turn.answer
    return turn.answer
