"""The demo: made once, whole, through the services; and gone again, however much it was used."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from chatcore.models import DemoObject, Job, User
from chatcore.services.demo import accounts_file, make_demo, remove_demo
from chatcore.services.jobs import create_job
from chatcore.services.logins import open_login, sign_in
from chatcore.services.partitions import create_partitions
from chatcore.services.users import create_account, create_guest
from dialogues.models import Book, DialogueMessage, DialogueSession, DialogueTemplate
from dialogues.services.feedback import give_feedback
from dialogues.services.saving import change_saved, save_dialogue
from rooms.models import (
    Audience,
    CannedResponse,
    ChatRoom,
    Escalation,
    EscalationStatus,
    Macro,
    Robot,
    RoomConclusion,
    RoomMessage,
    RoomParticipant,
    SlaPolicy,
    SupportProfile,
)
from rooms.services.customer import open_support_room
from rooms.services.escalation_states import accept_escalation
from rooms.services.macro_actions import problems_with
from rooms.services.participants import invite
from rooms.services.robot_answers import answer_room
from tests.dialogues import asked_and_answered, dialogue_of, lighthouse
from tests.robots import robot_of
from tests.rooms import access_to, room_of, said
from tests.support import escalation_of

ROLES = ["admin", "supervisor", "agent", "agent", "member", "member"]


@pytest.fixture(autouse=True)
def _ground(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    create_partitions(1)


def person(name: str) -> User:
    return User.objects.get(username=name)


def real(name: str) -> User:
    return create_account(username=name, email=f"{name}@example.test", password=None)


def rows() -> dict[str, int]:
    """How many rows each of the product's tables holds, histories included."""
    tables = [t for t in connection.introspection.table_names() if not t.startswith("django_")]
    with connection.cursor() as cursor:
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
            counts[table] = cursor.fetchone()[0]
    # What every request and every attempt may add, demo or not.
    return {table: n for table, n in counts.items() if table != "pghistory_context"}


def test_it_makes_the_accounts_that_other_programs_look_for() -> None:
    done = make_demo()
    stored = json.loads(accounts_file().read_text())
    assert stored == done.accounts
    assert [account["role"] for account in stored] == ROLES
    assert all(set(account) == {"username", "email", "password", "role"} for account in stored)
    assert stat.S_IMODE(accounts_file().stat().st_mode) == 0o600
    assert len({account["password"] for account in stored}) == len(stored)
    levels = [person(account["username"]).support_level for account in stored]
    assert levels == ["none", "manager", "T1", "T2", "none", "none"]


def test_its_people_can_sign_in_at_once() -> None:
    for account in make_demo().accounts:
        tokens = sign_in(account["email"], account["password"])
        assert tokens.user.is_email_verified
        assert tokens.user.emailaddress_set.get().verified  # type: ignore[attr-defined]


def test_its_rooms_are_alive() -> None:
    make_demo()
    assert ChatRoom.objects.exclude(room_type__in=["support", "escalated"]).count() == 3
    for room in ChatRoom.objects.all():
        seqs = list(
            RoomMessage.objects.filter(room=room).order_by("seq").values_list("seq", flat=True)
        )
        assert seqs == list(range(1, room.last_seq + 1))
        assert room.last_seq >= (1 if room.room_type == "escalated" else 3)
    unread = [
        p.room.last_seq - p.last_read_seq for p in RoomParticipant.objects.select_related("room")
    ]
    assert any(unread)
    assert not all(unread)


def test_its_support_has_matters_in_every_state() -> None:
    make_demo()
    states = set(Escalation.objects.values_list("status", "resolution"))
    assert {status for status, _ in states} == set(EscalationStatus.values)
    assert ("resolved", "escalated") in states
    conclusion = RoomConclusion.objects.get()
    assert (conclusion.outcome, conclusion.rating) == ("resolved", 5)
    assert RoomMessage.objects.filter(audience=Audience.STAFF).count() == 2, "private notes"
    assert {"hello", "version", "bye"} == set(
        CannedResponse.objects.values_list("short_code", flat=True)
    )
    for macro in Macro.objects.all():
        assert problems_with(macro.actions) == []
    for name in ("tomas", "nadia"):
        held = Escalation.objects.filter(
            assigned_to_user=person(name), status__in=["assigned", "in_progress"]
        )
        assert SupportProfile.objects.get(user=person(name)).load == held.count() > 0


def test_its_robot_answers_customers_from_the_handbook() -> None:
    make_demo()
    told = RoomMessage.objects.filter(room__name="Export and prices").order_by("seq")
    assert [one.message_type for one in told] == ["chat", "robot", "chat", "robot"]
    room = open_support_room(by=create_guest(), content="Can I pay by bank transfer?")
    assert answer_room(room.pk) == 1
    answer = RoomMessage.objects.get(room=room, message_type="robot")
    (first, *_) = answer.content_metadata["references"]
    assert first["text"] == "You pay by card or by bank transfer."
    assert first["text"] in first["source"]
    assert first["title"].startswith("The Reading Room: a handbook, chapter 4")


def test_a_robot_of_the_operators_own_stands() -> None:
    own = robot_of()
    make_demo()
    assert list(Robot.objects.all()) == [own]
    assert not ChatRoom.objects.filter(name="Export and prices").exists()


def test_a_robot_that_has_answered_others_stays_switched_off() -> None:
    make_demo()
    room = open_support_room(by=create_guest(), content="What does the Circle plan cost?")
    answer_room(room.pk)
    kept = remove_demo().kept
    robot = Robot.objects.get()
    assert not robot.is_enabled
    assert any("robot" in sentence for sentence in kept)
    assert RoomMessage.objects.filter(room=room, sender=robot.user).count() == 1
    assert make_demo().made, "and the next demo has a robot of its own"
    assert Robot.objects.filter(is_enabled=True).count() == 1


def test_what_a_real_customer_asked_for_goes_back_into_the_queue() -> None:
    olga = real("olga")
    make_demo()
    theirs = escalation_of(olga)
    accept_escalation(theirs.pk, by=person("tomas"))
    kept = remove_demo().kept
    theirs.refresh_from_db()
    assert (theirs.status, theirs.assigned_to_user) == ("created", None)
    assert list(Escalation.objects.all()) == [theirs]
    policy = SlaPolicy.objects.get()
    assert not policy.is_active
    assert any("promise" in sentence for sentence in kept)


def test_its_templates_are_there_for_a_book_and_for_a_character() -> None:
    make_demo()
    assert set(DialogueTemplate.objects.values_list("type", flat=True)) == {"book", "character"}
    for template in DialogueTemplate.objects.all():
        template.full_clean()
        assert template.suggested_questions


def test_a_second_run_makes_nothing_new() -> None:
    make_demo()
    before, stored = rows(), accounts_file().read_text()
    again = make_demo()
    assert (again.made, again.accounts) == ([], [])
    assert rows() == before
    assert accounts_file().read_text() == stored


def test_what_somebody_deleted_is_not_made_again() -> None:
    make_demo()
    ChatRoom.objects.get(name="Shift handover").delete()
    assert make_demo().made == []
    assert not ChatRoom.objects.filter(name="Shift handover").exists()


def test_a_lost_file_gives_new_passwords() -> None:
    old = make_demo().accounts
    accounts_file().unlink()
    new = make_demo().accounts
    assert [a["username"] for a in new] == [a["username"] for a in old]
    assert all(n["password"] != o["password"] for n, o in zip(new, old, strict=True))
    assert sign_in(new[0]["username"], new[0]["password"]).access


def test_a_real_account_keeps_its_name() -> None:
    admin = real("admin")
    accounts = make_demo().accounts
    assert accounts[0]["username"] == "admin-demo"
    remove_demo()
    assert list(User.all_objects.all()) == [admin]


def test_its_removal_leaves_no_trace() -> None:
    real("olga")
    before = rows()
    make_demo()
    assert rows() != before
    removed = remove_demo()
    assert removed.accounts == len(ROLES)
    assert rows() == before
    assert not accounts_file().exists()


def test_its_removal_takes_what_its_people_made_since() -> None:
    real("olga")
    before = rows()
    make_demo()
    mira, jonas = person("mira"), person("jonas")
    said(room_of(mira, jonas, name="Ours"), jonas)
    session = dialogue_of(mira)
    asked_and_answered(session, "Hello?")
    answer = DialogueMessage.objects.get(session=session, role="assistant").pk
    for verdict in ("helpful", "incorrect"):
        give_feedback(mira, session, answer, feedback_type=verdict)
    change_saved(mira, save_dialogue(mira, session), tags=["mine"], is_public=True)
    open_login(mira)
    create_job("test", created_by=mira)
    mira.display_name = "Somebody else"
    mira.save()
    ChatRoom.objects.filter(name="Reading circle").update(name="Renamed")
    remove_demo()
    assert rows() == before


def test_what_other_people_stand_on_stays() -> None:
    olga = real("olga")
    make_demo()
    mira, jonas = person("mira"), person("jonas")
    book = lighthouse()
    DemoObject.objects.create(key="books/test", model="dialogues.book", object_id=book.pk)
    session = dialogue_of(olga, book)
    asked_and_answered(session, "Who kept the lamp?")
    room = room_of(mira, olga, name="With Olga")
    said(room, mira, "words that Olga answered")
    quiet = room_of(olga, jonas, name="Olga's")
    said(quiet, olga)

    kept = remove_demo().kept

    assert Book.objects.filter(pk=book.pk).exists()
    assert DialogueMessage.objects.filter(session=session).count() == 2
    room.refresh_from_db()
    assert room.creator == olga
    assert RoomMessage.objects.get(room=room).content == "words that Olga answered"
    former = User.all_objects.get(pk=mira.pk)
    assert former.deleted_at
    assert (former.email, former.display_name, former.may_sign_in) == ("", "", False)
    assert former.username.startswith("former-")
    assert not User.all_objects.filter(pk=jonas.pk).exists()
    assert ChatRoom.objects.filter(pk=quiet.pk).exists()
    assert len(kept) >= 3


def test_demo_rooms_go_with_the_words_of_others_in_them() -> None:
    olga = real("olga")
    before = rows()
    make_demo()
    room = ChatRoom.objects.get(name="Reading circle")
    invite(access=access_to(room, person("mira")), user_id=olga.pk)
    said(room, olga)
    remove_demo()
    assert not ChatRoom.objects.filter(pk=room.pk).exists()
    assert list(User.all_objects.all()) == [olga]
    assert rows() == before


def test_the_command_prints_json_and_removes(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo", "--json")
    told = json.loads(capsys.readouterr().out)
    assert [account["role"] for account in told["accounts"]] == ROLES
    call_command("demo", "--json", "--quiet")
    assert json.loads(capsys.readouterr().out)["accounts"] == []
    call_command("demo", "--remove", "--json")
    assert json.loads(capsys.readouterr().out)["removed_accounts"] == len(ROLES)
    assert not Job.objects.exists()
    assert not DialogueSession.objects.exists()
