"""Mail that goes out: asked for as a row, written and sent by a worker, tried again, kept in a log.

A worker takes a row by moving its next try into the future, so a worker that dies gives it back.
"""

from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from chatcore.errors import Conflict, Invalid, TooManyRequests
from chatcore.jobs import enqueue_on_commit
from chatcore.models import User
from rooms.models import MailKind, MailState, OutgoingMail, RoomType
from rooms.selectors.access import RoomAccess
from rooms.selectors.mail import (
    News,
    last_digests_of,
    mails_due,
    news_of_agents,
    transcripts_today,
)
from rooms.services.mail_words import digest_mail, transcript_mail

log = structlog.get_logger(__name__)

SEND = "rooms.send_mail"
TRANSCRIPTS_A_DAY = 5
ATTEMPTS = 8
_FIRST_PAUSE = timedelta(minutes=2)


def ask_for_transcript(*, access: RoomAccess, by: User, email: str = "") -> OutgoingMail:
    """The conversation by mail: to one's own address; a guest, who has none, says where to.

    Raises Conflict for a room that is not of support, Invalid for another's address or none,
    TooManyRequests after TRANSCRIPTS_A_DAY, Forbidden for whom no message is.
    """
    access.require("chat:message:view")
    if access.room.room_type not in (RoomType.SUPPORT, RoomType.ESCALATED):
        raise Conflict("Only conversations with support are sent by mail.", code="not_support")
    address = by.email or email
    if not address or (email and email.lower() != address.lower()):
        words = "Give an address." if not address else "It goes to the address of your account."
        raise Invalid(errors={"email": [words]})
    if transcripts_today(access.room) >= TRANSCRIPTS_A_DAY:
        raise TooManyRequests(retry_after=3_600)
    with transaction.atomic():
        mail = OutgoingMail.objects.create(
            kind=MailKind.TRANSCRIPT, to_address=address, user=by, room=access.room
        )
        enqueue_on_commit(SEND, mail=str(mail.pk))
    return mail


def write_digests(now: datetime | None = None) -> int:
    """One mail for each agent who is away and has news, however much there is; by beat."""
    if not settings.AGENT_MAIL_MINUTES:
        return 0
    now, written = now or timezone.now(), 0
    found = news_of_agents(now)
    last = last_digests_of(news.agent for news in found)
    for news in found:
        before = last.get(news.agent.pk)
        if before is None or _is_owed(news, before, now):
            written += _queue_digest(news.agent, news.about)
    return written


def _is_owed(news: News, before: OutgoingMail, now: datetime) -> bool:
    """Whether there is more than they were told, and time has gone by. What could not be sent was not
    told; but the address may be dead, so it is not tried again before the next day."""
    if before.state == MailState.FAILED:
        return before.created_at <= now - timedelta(days=1)
    pause = timedelta(minutes=settings.AGENT_MAIL_MINUTES)
    waited = before.state != MailState.QUEUED and before.created_at <= now - pause
    return waited and news.is_newer_than(before.about)


def _queue_digest(agent: User, about: dict[str, object]) -> int:
    try:
        with transaction.atomic():
            mail = OutgoingMail.objects.create(
                kind=MailKind.DIGEST, to_address=agent.email, user=agent, about=about
            )
            enqueue_on_commit(SEND, mail=str(mail.pk))
    except IntegrityError:  # another round was faster
        return 0
    return 1


def send_due_mails(now: datetime | None = None) -> int:
    """Ask for what nobody sends: the broker was away, a worker died, or a try is due again."""
    due = mails_due(now or timezone.now())
    for mail in due:
        enqueue_on_commit(SEND, mail=str(mail))
    return len(due)


def send_mail(mail_id: UUID, now: datetime | None = None) -> None:
    """Write and send one, unless somebody else is at it."""
    mail = _taken(mail_id, now or timezone.now())
    if mail is None:
        return
    message = transcript_mail(mail) if mail.kind == MailKind.TRANSCRIPT else digest_mail(mail)
    if message is None:
        _end(mail, state=MailState.NEEDLESS)
        return
    try:
        message.send()
    except (SMTPException, OSError) as error:
        _failed(mail, error, for_good=_is_refused(error))
    else:
        _end(mail, state=MailState.SENT, sent_at=timezone.now(), last_error="")


def _taken(mail_id: UUID, now: datetime) -> OutgoingMail | None:
    waiting = OutgoingMail.objects.filter(pk=mail_id, state=MailState.QUEUED, next_try_at__lte=now)
    mail = waiting.select_related("user", "room").first()
    if mail is None:
        return None
    pause = _FIRST_PAUSE * 2**mail.attempts
    taken = waiting.filter(attempts=mail.attempts).update(
        attempts=F("attempts") + 1, next_try_at=now + pause
    )
    mail.attempts += 1
    return mail if taken else None


def _is_refused(error: Exception) -> bool:
    """Whether the server said 5xx to the address or to the mail: it will say so again. A sender or a
    password that it does not take is ours to mend, and then it goes."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= 500


def _failed(mail: OutgoingMail, error: Exception, *, for_good: bool) -> None:
    what = "mail_bounced" if for_good else "mail_failed"
    log.warning(what, mail=str(mail.pk), attempt=mail.attempts, error=repr(error))
    over = for_good or mail.attempts >= ATTEMPTS
    state = MailState.FAILED if over else MailState.QUEUED
    _end(mail, state=state, last_error=repr(error)[:500])


def _end(mail: OutgoingMail, **columns: object) -> None:
    OutgoingMail.objects.filter(pk=mail.pk, state=MailState.QUEUED).update(**columns)
