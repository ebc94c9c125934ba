"""The demo's robot: it answers customers first, from the demo's handbook; one conversation with it."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.db.models import Model

from chatcore.demo import Demo, DemoPart, delete_without_trace, register_demo, remembered
from chatcore.models import User
from chatcore.selectors.users import username_taken
from rooms.demo import rooms_that_go
from rooms.models import (
    ChatRoom,
    Robot,
    RobotInteraction,
    RobotKind,
    RoomMessage,
    RoomParticipant,
)
from rooms.selectors.robots import accounts_that_answer_first
from rooms.services.messages import draft_of, say
from rooms.services.reading import mark_read
from rooms.services.robot_answers import answer_room
from rooms.services.robots import create_robot
from rooms.services.rooms import create_room

NAME = "librarian"
ASKED = (
    "How can I take a dialogue with me as a file?",
    "And what does the Circle plan cost?",
)


def make(demo: Demo) -> None:
    """After the matters of support, in which people have answered already."""
    if not accounts_that_answer_first():  # an operator's own stands
        demo.once("robots/librarian", _robot)
    if "mira" in demo.people and remembered(Robot):
        demo.once("robots/conversation", partial(_open, demo, demo.people["mira"]))


def _robot() -> Model:
    names = (NAME, *(f"{NAME}-demo-{n}" for n in range(1, 1000)))
    free = next(name for name in names if not username_taken(name))
    return create_robot(
        by=None, robot_id=free, name="Librarian", kind=RobotKind.LIBRARIAN, answers_first=True
    )


def _open(demo: Demo, customer: User) -> Model:
    room = create_room(
        by=customer, name="Export and prices", room_type="support", is_private=True
    ).room
    demo.later.append(partial(_talk, room, customer))
    return room


def _talk(room: ChatRoom, customer: User) -> None:
    for words in ASKED:
        last = say(draft_of(room=room.pk, sender=customer.pk, content=words))
        if not settings.LLM_BASE_URL:  # a model may take its time, in a worker
            answer_room(room.pk)
    mark_read(user_id=customer.pk, room_id=room.pk, seq=last.seq)


def remove(demo: Demo) -> None:
    """The robot and its turns; where it answered other people it stays, switched off."""
    rooms = rooms_that_go(demo.people_ids)
    delete_without_trace(RobotInteraction.objects.filter(room__in=rooms))
    for robot in Robot.objects.filter(pk__in=remembered(Robot)):
        spoken = RoomMessage.objects.filter(sender=robot.user_id)
        if spoken.exclude(room__in=rooms).exists() or robot.interactions.exists():
            Robot.objects.filter(pk=robot.pk).update(is_enabled=False)
            demo.kept.append(f"The robot “{robot}” stays, switched off: it has answered others.")
            continue
        delete_without_trace(spoken)
        delete_without_trace(RoomParticipant.objects.filter(user=robot.user_id))
        delete_without_trace(Robot.objects.filter(pk=robot.pk))
        delete_without_trace(User.all_objects.filter(pk=robot.user_id))


register_demo(DemoPart("robot", 37, make, remove))
