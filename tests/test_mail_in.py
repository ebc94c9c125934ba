"""Answers by mail as programs write them, from the address of their person and in time, or not."""

from __future__ import annotations

import io
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from rooms.management.commands import receive_mail as command
from rooms.models import (
    ChatFileAttachment,
    ChatRoom,
    Escalation,
    IncomingMail,
    OutgoingMail,
    RoomMessage,
)
from rooms.services.escalation_states import (
    accept_escalation,
    reopen_escalation,
    resolve_escalation,
    start_escalation,
)
from rooms.services.receive import Exit, receive_mail
from tests.live import ROOT
from tests.support import escalation_of, support_room_of
from tests.test_mail import address_of, letter, support_room_of_guest, words_in
from tests.world import Cast

pytestmark = pytest.mark.django_db
MAILS = ROOT / "tests/mails"
# A mail as its program wrote it: the words that are kept, and the names of its files.
REAL: dict[str, tuple[str, list[str]]] = {
    "german_latin1": ("Schöne Grüße aus Köln - nein, - geht nicht.", []),
    "german_windows": ("Das kostet „20 €“, oder?", []),
    "japanese_jis": ("もう動きました。ありがとうございます。", []),
    "japanese_sjis": ("①まだです。", []),
    "wrong_charset": ("Grüße", []),
    "html_only": ("Fine & good.\nSecond line\nthird", []),
    "gmail": ("Yes, it works.", []),
    "outlook": (
        "Dear all,\n\nI have tried it. From: here to there it works.\n\nBest,\nMira",
        [],
    ),
    "outlook_html": ("I have tried it.", []),
    "outlook_phone": ("On my way.", []),
    "apple": ("This is one long line that the program has broken.", []),
    "below": ("Now it does.", []),
    "nested": ("See the picture.", ["attachment.png", "Rechnung für März.pdf", "mail.eml"]),
    "winmail": ("As attached.", ["winmail.dat"]),
}


@pytest.fixture(autouse=True)
def _mail(settings: Settings, tmp_path: Path) -> None:
    settings.MAIL_REPLY_ADDRESS = "reply@chat.example.test"
    own = {"location": tmp_path / "files", "base_url": None}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = settings.STORAGES | {"attachments": {"BACKEND": backend, "OPTIONS": own}}


@pytest.fixture
def room(world: Cast) -> ChatRoom:
    return support_room_of(world.mira)


def real(name: str, to: str) -> bytes:
    return (MAILS / f"{name}.eml").read_bytes().replace(b"REPLY", to.encode())


def piped(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> int:
    """What a mail server gets that pipes a mail to the command."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    with pytest.raises(SystemExit) as ended:
        call_command("receive_mail", stdout=io.StringIO(), stderr=io.StringIO())
    return int(str(ended.value.code))


@pytest.mark.parametrize("name", REAL)
def test_what_people_wrote_is_kept_and_what_their_programs_added_is_not(
    world: Cast, room: ChatRoom, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    words, names = REAL[name]
    assert piped(monkeypatch, real(name, address_of(room, world.mira))) == 0
    assert words_in(room)[0] == words
    files = ChatFileAttachment.objects.order_by("message__seq")
    assert list(files.values_list("original_filename", flat=True)) == names


@pytest.mark.parametrize("name", ["out_of_office", "bounce", "read_receipt"])
def test_what_machines_send_is_taken_and_thrown_away(
    world: Cast, room: ChatRoom, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert piped(monkeypatch, real(name, address_of(room, world.mira))) == 0
    assert words_in(room) == []


def test_twenty_megabytes_are_kept_and_more_than_we_take_is_said(
    world: Cast, room: ChatRoom, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    mail = letter(address_of(room, world.mira), "The film:")
    mail.add_attachment(b"\x01" * 20_000_000, maintype="video", subtype="mp4", filename="a.mp4")
    assert piped(monkeypatch, mail.as_bytes()) == 0
    assert ChatFileAttachment.objects.get().file_size == 20_000_000
    settings.ATTACHMENT_MAX_BYTES = 1_000_000
    mail.replace_header("Message-ID", "<another@example.test>")
    assert piped(monkeypatch, mail.as_bytes()) == 0
    assert words_in(room)[-2] == "The film:", "its words are not lost"
    assert "a.mp4" in words_in(room)[-1]
    assert "at most" in words_in(room)[-1]
    monkeypatch.setattr(command, "MOST_BYTES", 1_000)
    assert piped(monkeypatch, mail.as_bytes()) == Exit.DATA_ERROR


# Whose it is.


def received(to: str, sender: str = "mira@example.test", text: str = "It is me") -> int:
    return int(receive_mail(letter(to, text, sender=sender).as_bytes()).exit)


def test_from_another_address_it_is_a_note_for_agents_and_nobodys_words(
    world: Cast, room: ChatRoom
) -> None:
    address = address_of(room, world.mira)
    mail = letter(address, "Give me her files", sender="Mira <mira@evil.test>")
    mail.add_attachment(b"x", maintype="text", subtype="plain", filename="x.txt")
    for _ in range(2):
        assert receive_mail(mail.as_bytes()).exit == Exit.OK
    note = RoomMessage.objects.get(room=room)
    assert (note.message_type, note.audience) == ("system", 2)
    assert "mira@evil.test" in note.content
    assert "Give me her files" in note.content
    assert "x.txt" in note.content
    assert not ChatFileAttachment.objects.exists()
    assert received(address, "MIRA@Example.Test") == Exit.OK
    assert words_in(room)[-1] == "It is me"


def test_an_operator_may_refuse_other_addresses_or_take_them(
    world: Cast, room: ChatRoom, settings: Settings
) -> None:
    address = address_of(room, world.mira)
    settings.MAIL_REPLY_FROM = "refuse"
    assert received(address, "mira@elsewhere.test") == Exit.NOT_ALLOWED
    assert words_in(room) == []
    settings.MAIL_REPLY_FROM = "any"
    assert received(address, "mira@elsewhere.test") == Exit.OK
    assert words_in(room) == ["It is me"]


def test_a_guest_answers_from_where_the_mail_was_sent(world: Cast) -> None:
    room = support_room_of_guest(world)
    OutgoingMail.objects.create(
        kind="transcript", to_address="Gil@example.test", user=world.gil, room=room, state="sent"
    )
    address = address_of(room, world.gil)
    assert received(address, "gil@example.test") == Exit.OK
    assert words_in(room)[-1] == "It is me"
    assert received(address, "other@example.test", "Not me") == Exit.OK
    assert RoomMessage.objects.filter(room=room).latest("seq").audience == 2


# In time.


def test_an_address_is_good_for_so_many_days(world: Cast, room: ChatRoom) -> None:
    address, now = address_of(room, world.mira), timezone.now()
    with time_machine.travel(now + timedelta(days=90), tick=False):
        assert received(address) == Exit.OK
        fresh = address_of(room, world.mira)
    with time_machine.travel(now + timedelta(days=91), tick=False):
        assert received(address) == Exit.NOT_ALLOWED
        assert received(fresh) == Exit.OK
    assert len(words_in(room)) == 2


def test_once_all_is_solved_it_is_good_for_fewer(world: Cast) -> None:
    escalation = escalation_of(world.mira)
    room = escalation.source_room
    accept_escalation(escalation.pk, by=world.ana)
    start_escalation(escalation.pk, by=world.ana)
    resolve_escalation(escalation.pk, by=world.ana, notes="done")
    address = address_of(room, world.mira)
    assert received(address) == Exit.OK
    Escalation.objects.update(resolved_at=timezone.now() - timedelta(days=13))
    assert received(address) == Exit.OK
    Escalation.objects.update(resolved_at=timezone.now() - timedelta(days=15))
    assert received(address) == Exit.NOT_ALLOWED
    Escalation.objects.update(resolved_at=timezone.now() - timedelta(days=1))
    reopen_escalation(escalation.pk, by=world.ana)
    assert received(address) == Exit.OK
    assert IncomingMail.objects.count() == 3
