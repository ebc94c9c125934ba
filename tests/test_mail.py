"""Mail: transcripts, what agents who are away are told, and answers that become messages."""

from __future__ import annotations

import io
import mailbox
import sys
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail as outbox
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.models import User
from rooms.mail.addresses import reply_address, token_in
from rooms.mail.quoting import MARK, text_of_html, without_quotes
from rooms.models import (
    ChatFileAttachment,
    ChatRoom,
    IncomingMail,
    MailState,
    OutgoingMail,
    RoomMessage,
    RoomParticipant,
)
from rooms.services.conclusions import conclude_room
from rooms.services.escalation_states import accept_escalation
from rooms.services.mail import ATTEMPTS, send_due_mails, send_mail, write_digests
from rooms.services.messages import add_note
from rooms.services.receive import Exit, receive_mail
from tests.client import ContractClient
from tests.rooms import access_to, said
from tests.support import escalation_of, support_room_of
from tests.world import Cast

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], ContractClient]
MAILS: Any = outbox


@pytest.fixture(autouse=True)
def _mail(settings: Settings, tmp_path: Path) -> None:
    settings.MAIL_REPLY_ADDRESS = "reply@chat.example.test"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    location = {"location": tmp_path / "files", "base_url": None}
    settings.STORAGES = settings.STORAGES | {
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": location,
        }
    }


@pytest.fixture
def room(world: Cast) -> ChatRoom:
    return support_room_of(world.mira)


def address_of(room: ChatRoom, user: User) -> str:
    return reply_address(RoomParticipant.objects.get(room=room, user=user).pk)


def letter(to: str, text: str = "Thank you!", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = headers.pop("sender", "Mira <mira@example.test>")
    message["To"] = to
    message["Subject"] = "Re: Help"
    message["Message-ID"] = headers.pop("message_id", f"<{uuid4()}@example.test>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def words_in(room: ChatRoom) -> list[str]:
    found = RoomMessage.objects.filter(room=room).order_by("seq")
    return list(found.values_list("content", flat=True))


def sent_words(mail: Any) -> str:
    return f"{mail.body}\n{mail.alternatives[0][0]}"


# Out: transcripts.


def test_a_transcript_has_what_its_reader_may_see_and_never_a_note(
    world: Cast, client_of: ClientOf
) -> None:
    escalation = escalation_of(world.mira)
    room = escalation.source_room
    accept_escalation(escalation.pk, by=world.ana)
    said(room, world.mira, "My <b>lamp</b> is dark")
    add_note(access=access_to(room, world.ana), content="SECRET: she is cross")
    asked = client_of(world.mira).post(f"/api/v1/rooms/{room.pk}/transcript/")
    assert asked.status_code == 202, asked.content
    send_mail(asked.json()["id"])
    (mail,) = MAILS.outbox
    assert mail.to == ["mira@example.test"]
    assert "My <b>lamp</b> is dark" in mail.body
    assert "My &lt;b&gt;lamp" in mail.alternatives[0][0]
    assert "SECRET" not in sent_words(mail)
    assert mail.extra_headers["Auto-Submitted"] == "auto-generated"
    assert mail.reply_to == [address_of(room, world.mira)]
    send_mail(asked.json()["id"])
    assert len(MAILS.outbox) == 1, "asked to send twice, it goes once"
    own = client_of(world.ana).post(f"/api/v1/rooms/{room.pk}/transcript/").json()
    send_mail(own["id"])
    assert "SECRET" not in sent_words(MAILS.outbox[1]), "not even to an agent, who may pass it on"


def test_a_guest_says_where_to_and_everybody_else_gets_it_at_home(
    world: Cast, room: ChatRoom, client_of: ClientOf
) -> None:
    path = f"/api/v1/rooms/{room.pk}/transcript/"
    mira = client_of(world.mira)
    assert mira.post(path, {"email": "victim@example.test"}).status_code == 400
    assert client_of(world.otto).post(path).status_code == 404
    guests = support_room_of_guest(world)
    gil = client_of(world.gil)
    assert gil.post(f"/api/v1/rooms/{guests.pk}/transcript/").status_code == 400
    for _ in range(5):
        body = {"email": "gil@example.test"}
        assert gil.post(f"/api/v1/rooms/{guests.pk}/transcript/", body).status_code == 202
    assert gil.post(f"/api/v1/rooms/{guests.pk}/transcript/", body).status_code == 429


def support_room_of_guest(world: Cast) -> ChatRoom:
    client = Client()
    client.force_login(world.gil)
    client.post("/support/", {"content": "hello"})
    return ChatRoom.objects.get(creator=world.gil)


def test_without_script_the_page_sends_it(world: Cast) -> None:
    room = support_room_of_guest(world)
    client = Client()
    client.force_login(world.gil)
    answer = client.post(
        f"/support/{room.pk}/transcript/", {"email": "gil@example.test"}, follow=True
    )
    assert "on its way to gil@example.test" in answer.content.decode()
    assert OutgoingMail.objects.get().to_address == "gil@example.test"


def test_a_mail_that_fails_is_tried_again_and_given_up_at_last(
    world: Cast, room: ChatRoom, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(room, world.mira)
    client_of(world.mira).post(f"/api/v1/rooms/{room.pk}/transcript/")
    mail = OutgoingMail.objects.get()

    def broken(*_: Any) -> int:
        raise ConnectionRefusedError("nobody listens")

    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", broken)
        now = timezone.now()
        for attempt in range(ATTEMPTS):
            send_mail(mail.pk, now)
            send_mail(mail.pk, now)
            mail.refresh_from_db()
            assert mail.attempts == attempt + 1, "too early is no attempt"
            if attempt == 0:
                assert send_due_mails(now) == 0
                assert send_due_mails(now + timedelta(hours=1)) == 1
            now = mail.next_try_at
    assert (mail.state, "nobody listens" in mail.last_error) == (MailState.FAILED, True)


# Out: what agents are told.


def away(agent: User) -> User:
    User.objects.filter(pk=agent.pk).update(
        current_status="offline", last_seen_at=timezone.now() - timedelta(hours=1)
    )
    return agent


def digests() -> list[Any]:
    for mail in OutgoingMail.objects.filter(kind="digest", state="queued"):
        send_mail(mail.pk)
    return list(MAILS.outbox)


def test_an_agent_who_is_away_gets_one_mail_for_all_that_is_new(world: Cast) -> None:
    ana = away(world.ana)
    rooms = []
    for customer in (world.mira, world.otto):
        escalation = escalation_of(customer)
        accept_escalation(escalation.pk, by=ana)
        said(escalation.source_room, customer, "first")
        said(escalation.source_room, customer, f"Where are you? {customer.username}")
        rooms.append(escalation.source_room)
    away(ana)
    assert write_digests() == 1
    assert write_digests() == 0, "one waits already"
    (mail,) = digests()
    assert mail.to == ["ana@example.test"]
    assert "Where are you? mira" in mail.body
    assert "Where are you? otto" in mail.body
    assert mail.reply_to == [], "an answer could be for either"
    later = timezone.now() + timedelta(hours=1)
    assert write_digests(later) == 0, "nothing is new"
    said(rooms[0], world.mira, "Hello?")
    assert write_digests() == 0, "not so soon after the last one"
    assert write_digests(later) == 1


def test_who_is_here_or_does_not_want_it_gets_none(world: Cast) -> None:
    escalation = escalation_of(world.mira)
    accept_escalation(escalation.pk, by=world.ana)
    said(escalation.source_room, world.mira, "Hello?")
    User.objects.filter(pk=world.ana.pk).update(current_status="online")
    assert write_digests() == 0
    away(world.ana)
    User.objects.filter(pk=world.ana.pk).update(chat_preferences={"mail_notices": False})
    assert write_digests() == 0
    User.objects.filter(pk=world.ana.pk).update(chat_preferences={})
    assert write_digests() == 1
    User.objects.filter(pk=world.ana.pk).update(current_status="online")
    assert digests() == []
    assert OutgoingMail.objects.get().state == MailState.NEEDLESS, "they came back before it went"


def test_an_agent_answers_by_mail(world: Cast) -> None:
    escalation = escalation_of(world.mira)
    accept_escalation(escalation.pk, by=world.ana)
    said(escalation.source_room, world.mira, "Hello?")
    away(world.ana)
    write_digests()
    (mail,) = digests()
    (reply,) = mail.reply_to
    assert (
        receive_mail(letter(reply, "I am on my way.", sender="ana@example.test").as_bytes()).exit
        == Exit.OK
    )
    newest = RoomMessage.objects.filter(room=escalation.source_room).latest("seq")
    assert (newest.content, newest.sender_id) == ("I am on my way.", world.ana.pk)


# In.


def test_an_answer_becomes_a_message_once_with_its_files(world: Cast, room: ChatRoom) -> None:
    quoted = (
        f"It works now!\n\nOn Mon, 2 Nov 2026 at 10:00, Support <s@x.test>\nwrote:\n> {MARK}\n> old"
    )
    mail = letter(address_of(room, world.mira).upper(), quoted)
    mail.add_attachment(b"a receipt", maintype="text", subtype="plain", filename="receipt.txt")
    for _ in range(2):
        assert receive_mail(mail.as_bytes()).exit == Exit.OK
    assert words_in(room) == ["It works now!", "receipt.txt"]
    assert ChatFileAttachment.objects.get().original_filename == "receipt.txt"
    assert IncomingMail.objects.get().user_id == world.mira.pk


def test_a_forged_an_unknown_and_an_outlived_address_are_refused(
    world: Cast, room: ChatRoom
) -> None:
    address = address_of(room, world.mira)
    forged = address.replace("+", "+a", 1)
    swapped = address[:12] + ("b" if address[12] == "a" else "a") + address[13:]
    for wrong in (forged, swapped, "reply@chat.example.test", "reply+@chat.example.test"):
        assert token_in(wrong) is None
        assert receive_mail(letter(wrong).as_bytes()).exit == Exit.NO_USER
    assert token_in(address), "the right one is taken"
    RoomParticipant.objects.filter(room=room).update(status="left")
    assert receive_mail(letter(address).as_bytes()).exit == Exit.NO_USER
    assert words_in(room) == []


def test_into_a_closed_room_nothing_is_said(world: Cast, room: ChatRoom) -> None:
    address = address_of(room, world.mira)
    conclude_room(access=access_to(room, world.mira), by=world.mira, outcome="resolved")
    assert receive_mail(letter(address).as_bytes()).exit == Exit.NOT_ALLOWED
    assert not IncomingMail.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Autoreply": "yes"},
        {"Return_Path": "<>"},
        {"sender": "MAILER-DAEMON@example.test"},
        {"X_Chatcore_Mail": "transcript"},
    ],
)
def test_what_a_machine_wrote_is_thrown_away(
    world: Cast, room: ChatRoom, headers: dict[str, str]
) -> None:
    mail = letter(address_of(room, world.mira), "I am on holiday", **headers)
    assert receive_mail(mail.as_bytes()).exit == Exit.OK
    assert words_in(room) == []


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"no headers at all", b"To: \x00\n\n\x00"])
def test_rubbish_breaks_nothing(world: Cast, raw: bytes) -> None:
    assert receive_mail(raw).exit in (Exit.DATA_ERROR, Exit.NO_USER, Exit.OK)


def test_strange_letters_and_long_words_are_kept(world: Cast, room: ChatRoom) -> None:
    address = address_of(room, world.mira).encode()
    head = (
        b"From: mira@example.test\nTo: "
        + address
        + b"\nMessage-ID: <1@x>\nContent-Type: text/plain; "
    )
    assert receive_mail(head + b"charset=klingon\n\nGr\xc3\xbc\xc3\x9fe").exit == Exit.OK
    head = head.replace(b"<1@x>", b"<2@x>")
    assert receive_mail(head + b"charset=utf-8\n\n" + b"x" * 30_000).exit == Exit.OK
    first, second = words_in(room)
    assert first == "Grüße"
    assert len(second) == 10_000


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Yes.\n\n-- \nMira\n", "Yes."),
        ("Ja!\n\nAm 2. Nov. 2026 um 10:00 schrieb Support <s@x.test>:\n> alt", "Ja!"),
        ("Oui\n-----Original Message-----\nFrom: a@b.test\nx", "Oui"),
        ("> one\nmy answer between\n> two", "> one\nmy answer between"),
        ("> nothing but quotation", ""),
        ("On the whole I think so:\nyes", "On the whole I think so:\nyes"),
    ],
)
def test_quotations_are_cut_and_nothing_else(text: str, kept: str) -> None:
    assert without_quotes(text) == kept


def test_words_of_html_are_read_without_quotation_script_or_style() -> None:
    html = (
        "<style>p{}</style><p>Good &amp; <b>fine</b></p><script>x()</script>"
        '<div class="gmail_quote">old<blockquote>older</blockquote></div>'
    )
    assert text_of_html(html) == "Good & fine"


def run(monkeypatch: pytest.MonkeyPatch, raw: bytes = b"", *arguments: str) -> int:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw)))
    with pytest.raises(SystemExit) as ended:
        call_command("receive_mail", *arguments, stdout=io.StringIO(), stderr=io.StringIO())
    return int(str(ended.value.code))


def test_the_command_reads_a_pipe_an_mbox_and_a_maildir(
    world: Cast, room: ChatRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = address_of(room, world.mira)
    assert run(monkeypatch, letter(address, "piped").as_bytes()) == 0
    assert run(monkeypatch, letter("someone@else.test", "x").as_bytes()) == 67
    elsewhere = letter("support@chat.example.test", "by its envelope").as_bytes()
    assert run(monkeypatch, elsewhere, "--recipient", address) == 0
    box = mailbox.mbox(tmp_path / "mbox")
    box.add(letter(address, "from a file"))
    box.flush()
    folder = mailbox.Maildir(tmp_path / "maildir", create=True)
    folder.add(mailbox.MaildirMessage(letter(address, "from a folder")))
    for _ in range(2):
        assert run(monkeypatch, b"", "--mbox", str(tmp_path / "mbox")) == 0
        assert run(monkeypatch, b"", "--maildir", str(tmp_path / "maildir")) == 0
    assert words_in(room) == ["piped", "by its envelope", "from a file", "from a folder"]
    assert not list((tmp_path / "maildir/new").iterdir())
