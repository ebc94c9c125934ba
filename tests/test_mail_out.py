"""Mail that goes out, to a real server that takes it, puts it off, refuses it, or goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.models import User
from chatcore.services.users import create_account
from rooms.models import ChatRoom, MailState, OutgoingMail
from rooms.services.escalation_states import accept_escalation
from rooms.services.mail import send_due_mails, send_mail, write_digests
from tests.conftest import assert_queries
from tests.live import free_port
from tests.rooms import said
from tests.support import escalation_of, support_room_of
from tests.test_mail import away
from tests.world import Cast


class Office:
    """What it has taken, and what it says to the recipient and to the mail."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.to_recipient = self.to_mail = "250 OK"

    # Called by these names.
    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.to_mail == "gone":
            assert server.transport
            server.transport.abort()  # type: ignore[attr-defined]
            await asyncio.sleep(0)
        elif self.to_mail.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            parsed = message_from_bytes(content, _class=EmailMessage, policy=policy.default)
            self.taken.append(parsed)
        return self.to_mail


@pytest.fixture
def office(settings: Settings) -> Iterator[Office]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.MAIL_REPLY_ADDRESS = "reply@chat.example.test"
    running = Office()
    controller = Controller(running, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    controller.start()
    yield running
    controller.stop()


@pytest.fixture
def mail(world: Cast) -> OutgoingMail:
    """A transcript that waits."""
    room = support_room_of(world.mira)
    said(room, world.mira, "Grüße, 日本")
    return waiting(world.mira, room)


def waiting(user: User, room: ChatRoom) -> OutgoingMail:
    to = user.email
    return OutgoingMail.objects.create(kind="transcript", to_address=to, user=user, room=room)


def sent_at(mail: OutgoingMail, later: timedelta = timedelta()) -> OutgoingMail:
    """After a try at that time."""
    send_mail(mail.pk, timezone.now() + later)
    mail.refresh_from_db()
    return mail


def test_a_mail_arrives_as_it_was_written(office: Office, mail: OutgoingMail) -> None:
    assert sent_at(mail).state == MailState.SENT
    (taken,) = office.taken
    assert taken["To"] == "mira@example.test"
    assert taken["Message-ID"] == f"<{mail.pk}@localhost>"
    assert taken["Reply-To"].startswith("reply+")
    assert taken["Auto-Submitted"] == "auto-generated"
    parts = [taken.get_body((kind,)) for kind in ("plain", "html")]
    assert all(part and "Grüße, 日本" in part.get_content() for part in parts)


@pytest.mark.parametrize("stage", ["to_recipient", "to_mail"])
def test_what_is_put_off_is_tried_again(office: Office, mail: OutgoingMail, stage: str) -> None:
    setattr(office, stage, "451 4.7.1 Greylisted, try again")
    first = sent_at(mail)
    assert (first.state, first.attempts) == (MailState.QUEUED, 1)
    assert "Greylisted" in first.last_error
    setattr(office, stage, "250 OK")
    assert send_due_mails(timezone.now() + timedelta(minutes=3)) == 1
    second = sent_at(mail, timedelta(minutes=3))
    assert (second.state, second.attempts, second.last_error) == (MailState.SENT, 2, "")
    assert len(office.taken) == 1


@pytest.mark.parametrize("stage", ["to_recipient", "to_mail"])
def test_what_is_refused_is_given_up_at_once_and_noted(
    office: Office, mail: OutgoingMail, stage: str
) -> None:
    setattr(office, stage, "550 5.1.1 No such user")
    failed = sent_at(mail)
    assert (failed.state, failed.attempts) == (MailState.FAILED, 1)
    assert "No such user" in failed.last_error
    assert send_due_mails(timezone.now() + timedelta(days=1)) == 0


def test_a_connection_that_breaks_is_tried_again_under_the_same_name(
    office: Office, mail: OutgoingMail, settings: Settings
) -> None:
    office.to_mail = "gone"
    assert sent_at(mail).state == MailState.QUEUED
    office.to_mail = "250 OK"
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert "refused" in sent_at(mail, timedelta(hours=1)).last_error.lower()
    settings.EMAIL_PORT = port
    assert sent_at(mail, timedelta(days=1)).state == MailState.SENT
    assert [taken["Message-ID"] for taken in office.taken] == [f"<{mail.pk}@localhost>"]


def test_an_agent_whose_address_is_dead_is_not_written_to_every_minute(
    world: Cast, office: Office
) -> None:
    escalation = escalation_of(world.mira)
    accept_escalation(escalation.pk, by=world.ana)
    said(escalation.source_room, world.mira, "Hello?")
    away(world.ana)
    office.to_recipient = "550 5.1.1 No such user"
    now = timezone.now()
    assert write_digests(now) == 1
    send_mail(OutgoingMail.objects.get().pk)
    assert OutgoingMail.objects.get().state == MailState.FAILED
    assert write_digests(now + timedelta(hours=1)) == 0
    office.to_recipient = "250 OK"
    assert write_digests(now + timedelta(hours=25)) == 1, "it may live again"
    send_mail(OutgoingMail.objects.latest("id").pk)
    assert len(office.taken) == 1


@pytest.mark.parametrize("many", [2, 20])
def test_what_all_agents_are_owed_is_found_by_the_same_few_queries(world: Cast, many: int) -> None:
    # 1 what is held, 2 and 3 the newest words of each, 4 what each agent was told last,
    # 5 to 7 the mail of the one who is away, in a savepoint.
    for number in range(many):
        customer = create_account(username=f"customer-{number}", password=None)
        escalation = escalation_of(customer)
        accept_escalation(escalation.pk, by=world.ana)
        said(escalation.source_room, customer, "Hello?")
    away(world.ana)
    with assert_queries(7):
        assert write_digests() == 1
    about: dict[str, Any] = OutgoingMail.objects.get().about
    assert len(about["unread"]) == many
