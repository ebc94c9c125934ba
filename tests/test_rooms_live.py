"""Live equals reload for every service of rooms that changes something."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable

import pytest

import rooms.services
from chatcore.robots import RobotFailed
from rooms.models import ChatRoom, DeliveryStatus, SupervisorAction
from rooms.services.attachments import examine_file
from rooms.services.messages import (
    add_note,
    delete_message,
    edit_message,
    remove_message,
    say_robot,
    say_system,
    settle_message,
)
from rooms.services.participants import (
    add_participant,
    change_participant,
    come_back,
    invite,
    join,
    leave,
    remove_participant,
)
from rooms.services.reading import mark_read
from rooms.services.robot_cancelling import cancel_turns
from rooms.services.robot_speech import speech_of
from rooms.services.robot_turns import begin_answer, claim_turn, fail_turn, keep_silent
from rooms.services.rooms import create_room, delete_room, update_room
from rooms.services.supervision import (
    end_observation,
    join_supervised,
    note_reassignment,
    note_supervision,
    observe,
    whisper,
)
from tests.escalation_services import OF_ESCALATIONS
from tests.live import Stage
from tests.live_equals_reload import live_equals_reload
from tests.robots import answered, robot_of, room_with, turn_of
from tests.rooms import access_to, room_of, said, sent_file, topic_of

Change = Callable[[Stage, ChatRoom], object]
# What changes a room by the services below and above alone; their own tests are elsewhere.
CALLERS = {"customer", "mail", "mail_words", "receive"}
# What builds, or keeps bytes, and is told by the services that call it.
NO_CHANGE = {
    "draft_of",
    "with_mentions",
    "mention_frames",
    "store_file",
    "examine",
    "take_back_files",
    "sweep_files",
    # What a room shows of a robot are its messages.
    *("create_robot", "change_robot", "renew_robot_secret"),
    *("claim_turn", "replay_turn", "sweep_turns", "keep_lease", "ask_skill"),
    # Its words on their way, which are passing.
    *("reply_id_of", "speech_of", "heard_so_far", "running_frames"),
    *("tell_completed", "tell_failed", "charge"),
    # What the services above call, and what webhooks hear of it.
    *("announce", "owe", "call", "deliver_to", "dispatch_webhooks", "prune_deliveries"),
    *("create_webhook", "change_webhook", "renew_secret", "delete_webhook", "replay_delivery"),
}
CHANGES: dict[str, Change] = {}


def change(service: str) -> Callable[[Change], Change]:
    """Declares what a service does in a room of Mira (who moderates), Otto and Ana."""

    def remember(work: Change) -> Change:
        CHANGES[f"{service}: {work.__name__.strip('_')}"] = work
        return work

    return remember


@change("say")
def _a_few_words(stage: Stage, room: ChatRoom) -> None:
    for by in (stage.world.otto, stage.world.mira, stage.world.ana):
        said(room, by)


@change("say")
def _a_repeat(stage: Stage, room: ChatRoom) -> None:
    first = said(room, stage.world.otto)
    said(room, stage.world.otto, ref=first.row["client_ref"])


@change("edit_message")
def _old_and_new_words(stage: Stage, room: ChatRoom) -> None:
    otto = stage.world.otto
    old = room.messages.order_by("seq").first()
    assert old
    assert old.sender_id == otto.pk
    edit_message(user=otto, room=room.pk, message=old.pk, content="other words")
    new = said(room, otto)
    edit_message(user=otto, room=room.pk, message=new.id, content="other new words")
    edit_message(user=otto, room=room.pk, message=new.id, content="again")


@change("delete_message")
def _old_and_new_words_away(stage: Stage, room: ChatRoom) -> None:
    otto = stage.world.otto
    old = room.messages.order_by("seq").first()
    assert old
    for message in (old.pk, said(room, otto).id):
        edit_message(user=otto, room=room.pk, message=message, content="gone soon")
        delete_message(user=otto, room=room.pk, message=message)
        delete_message(user=otto, room=room.pk, message=message)


@change("remove_message")
def _somebodys_words_by_staff(stage: Stage, room: ChatRoom) -> None:
    remove_message(room=room.pk, message=said(room, stage.world.otto).id)


@change("attach")
def _a_file(stage: Stage, room: ChatRoom) -> None:
    sent_file(room, stage.world.otto)


@change("examine_file")
def _a_file_that_is_clean(stage: Stage, room: ChatRoom) -> None:
    file_id = sent_file(room, stage.world.otto)
    for _ in range(2):
        examine_file(file_id)


@change("mark_read")
def _somebody_else_reads(stage: Stage, room: ChatRoom) -> None:
    said(room, stage.world.otto)
    mark_read(user_id=stage.world.ana.pk, room_id=room.pk, seq=2)


@change("mark_read")
def _the_reader_reads(stage: Stage, room: ChatRoom) -> None:
    said(room, stage.world.otto)
    mark_read(user_id=stage.world.mira.pk, room_id=room.pk, seq=99)


@change("update_room")
def _every_attribute(stage: Stage, room: ChatRoom) -> None:
    changes = {
        "name": "Tea",
        "description": "at five",
        "issue_id": "T-5",
        "is_private": True,
        "guest_access_allowed": False,
        "max_participants": 7,
        "room_settings": {"colour": "green"},
    }
    update_room(access=access_to(room, stage.world.mira), changes=changes)


@change("update_room")
def _two_at_once(stage: Stage, room: ChatRoom) -> None:
    """Both have read the room before either has changed it."""
    first, second = access_to(room, stage.world.mira), access_to(room, stage.world.mira)
    update_room(access=first, changes={"name": "Tea"})
    update_room(access=second, changes={"description": "at five"})


@change("invite")
def _somebody_new_and_somebody_again(stage: Stage, room: ChatRoom) -> None:
    world = stage.world
    invite(access=access_to(room, world.mira), user_id=world.bela.pk, role="observer")
    leave(access=access_to(room, world.otto))
    invite(access=access_to(room, world.mira), user_id=world.otto.pk)


@change("join")
def _by_oneself(stage: Stage, room: ChatRoom) -> None:
    join(room=room, user=stage.world.sven)


@change("change_participant")
def _role_status_and_rights(stage: Stage, room: ChatRoom) -> None:
    for changes in ({"role": "moderator"}, {"status": "muted"}, {"can_invite_others": True}):
        access = access_to(room, stage.world.mira)
        change_participant(access=access, user_id=stage.world.otto.pk, changes=changes)


@change("change_participant")
def _the_readers_own_role(stage: Stage, room: ChatRoom) -> None:
    access, world = access_to(room, stage.world.mira), stage.world
    change_participant(access=access, user_id=world.otto.pk, changes={"role": "moderator"})
    change_participant(access=access, user_id=world.mira.pk, changes={"role": "member"})


@change("remove_participant")
def _somebody_else(stage: Stage, room: ChatRoom) -> None:
    remove_participant(access=access_to(room, stage.world.mira), user_id=stage.world.otto.pk)


@change("remove_participant")
def _the_reader(stage: Stage, room: ChatRoom) -> None:
    world = stage.world
    access = access_to(room, world.mira)
    change_participant(access=access, user_id=world.otto.pk, changes={"role": "moderator"})
    remove_participant(access=access_to(room, world.otto), user_id=world.mira.pk)


@change("leave")
def _somebody(stage: Stage, room: ChatRoom) -> None:
    leave(access=access_to(room, stage.world.otto))


@change("come_back")
def _somebody_who_left(stage: Stage, room: ChatRoom) -> None:
    access = access_to(room, stage.world.otto)
    leave(access=access)
    come_back(access.participant)


@change("delete_room")
def _all_of_it(stage: Stage, room: ChatRoom) -> None:
    delete_room(access=access_to(room, stage.world.mira))


@change("create_room")
def _another_one(stage: Stage, room: ChatRoom) -> None:
    create_room(by=stage.world.mira, members=[stage.world.otto.pk], parent_room=room)


@change("say_system")
def _what_happened(stage: Stage, room: ChatRoom) -> None:
    said(room, stage.world.otto)
    say_system(room=room, by=stage.world.mira, text="Ana took over.", metadata={"kind": "take"})


@change("add_note")
def _a_note_that_the_reader_does_not_get(stage: Stage, room: ChatRoom) -> None:
    add_note(access=access_to(room, stage.world.ana), content="Be kind to @otto and @ana.")
    note = add_note(access=access_to(room, stage.world.ana), content="He is back.")
    edit_message(user=stage.world.ana, room=room.pk, message=note.id, content="Here again.")
    said(room, stage.world.otto, "hello @mira and @ana, not x@mira.test")


@change("whisper")
@change("say_aside")
def _a_whisper_that_the_reader_does_not_get(stage: Stage, room: ChatRoom) -> None:
    observe(room=room, by=stage.world.sven, reason="a complaint")
    whisper(room=room, by=stage.world.sven, content="Ask for the year, @ana.")
    said(room, stage.world.otto, "Which year?")


@change("say_robot")
def _an_answer(stage: Stage, room: ChatRoom) -> None:
    say_robot(room=room.pk, robot=stage.world.ana, robot_id="r", content="42")


@change("settle_message")
def _an_answer_that_comes_later(stage: Stage, room: ChatRoom) -> None:
    later = say_robot(
        room=room.pk,
        robot=stage.world.ana,
        robot_id="r",
        content="",
        status=DeliveryStatus.BATCH_DELAY,
    )
    settle_message(room=room.pk, message=later.id, status=DeliveryStatus.STREAMING)
    settle_message(room=room.pk, message=later.id, status=DeliveryStatus.DELIVERED, content="42")


@change("answer_room")
@change("begin_answer")
@change("complete_turn")
def _a_robot_answers(stage: Stage, room: ChatRoom) -> None:
    robot = robot_of(robot_id=f"robo-{room.pk.hex[-12:]}")
    room_with(robot, room)
    answered(room, stage.world.otto, f"@{robot.robot_id} hello")


@change("cancel_turns")
def _an_answer_that_is_called_off(stage: Stage, room: ChatRoom) -> None:
    robot = robot_of(robot_id=f"robo-{room.pk.hex[-12:]}")
    room_with(robot, room)
    for words in ("", "So far"):
        turn_of(room, stage.world.otto, f"@{robot.robot_id} hello")
        turn = claim_turn(room.pk)
        assert turn
        begin_answer(turn)
        speech = speech_of(turn)
        speech.add(words)
        cancel_turns(access_to(room, stage.world.otto))


@change("fail_turn")
@change("keep_silent")
@change("drop_answer")
@change("settle_answer")
def _a_robot_that_cannot(stage: Stage, room: ChatRoom) -> None:
    robot = robot_of(robot_id=f"robo-{room.pk.hex[-12:]}")
    room_with(robot, room)
    for retryable in (True, False):
        turn_of(room, stage.world.otto, f"@{robot.robot_id} hello")
        turn = claim_turn(room.pk)
        assert turn
        begin_answer(turn)
        fail_turn(turn, RobotFailed("Out of order.", retryable=retryable))
    turn_of(room, stage.world.otto, f"@{robot.robot_id} hello")
    turn = claim_turn(room.pk)
    assert turn
    begin_answer(turn)
    keep_silent(turn, "deleted")


@change("add_participant")
def _somebody_who_helps(stage: Stage, room: ChatRoom) -> None:
    for role in ("member", "moderator", None):
        add_participant(room=room, user=stage.world.bela, role=role)


@change("join_supervised")
def _a_supervisor_comes(stage: Stage, room: ChatRoom) -> None:
    join_supervised(room=room, by=stage.world.sven, reason="asked by Mira")


@change("observe")
@change("end_observation")
@change("note_supervision")
@change("note_reassignment")
def _a_supervisor_looks_on(stage: Stage, room: ChatRoom) -> None:
    observe(room=room, by=stage.world.sven, reason="a complaint")
    end_observation(room=room, by=stage.world.sven)
    note_supervision(room=room, by=stage.world.sven, action=SupervisorAction.REASSIGN, reason="ill")
    note_reassignment(room=room, by=stage.world.sven, reason="")


@pytest.mark.parametrize("name", CHANGES)
def test_live_equals_reload(stage: Stage, name: str) -> None:
    world = stage.world
    room = room_of(world.mira, world.otto, world.ana, name="Kitchen")
    said(room, world.otto, "hello")
    with live_equals_reload(stage, world.mira, topic_of(room)):
        CHANGES[name](stage, room)


def test_every_service_that_changes_something_is_among_them() -> None:
    found = set()
    for module in pkgutil.iter_modules(rooms.services.__path__, "rooms.services."):
        if module.name.rpartition(".")[2] in OF_ESCALATIONS | CALLERS:
            continue
        loaded = importlib.import_module(module.name)
        for name, thing in vars(loaded).items():
            if inspect.isfunction(thing) and thing.__module__ == loaded.__name__:
                found.add(name)
    public = {name for name in found if not name.startswith("_")} - NO_CHANGE
    assert public == {name.partition(":")[0] for name in CHANGES}
