"""What our mails say: text and simple HTML from one template each, with an address to answer to."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from chatcore.models import User
from rooms.mail.addresses import reply_address
from rooms.mail.quoting import MARK
from rooms.models import ChatRoom, Escalation, OutgoingMail, RoomStatus
from rooms.selectors.mail import news_of_agents, place_id, transcript_of

EXCERPT = 300


def transcript_mail(mail: OutgoingMail) -> EmailMultiAlternatives | None:
    """None where the room has gone from its reader meanwhile."""
    if mail.room is None or (lines := transcript_of(mail.user, mail.room)) == []:
        return None
    open_ = mail.room.status == RoomStatus.ACTIVE
    context = {"room": mail.room, "lines": lines, "answerable": open_}
    reply = _reply_to(mail.user, mail.room) if open_ else ""
    subject = f"Your conversation with us: {mail.room.name or 'Support'}"
    return _mail(mail, subject, "transcript", context, reply)


def digest_mail(mail: OutgoingMail) -> EmailMultiAlternatives | None:
    """None where they have come back, or have read everything."""
    found = news_of_agents(timezone.now(), mail.user)
    if not found:
        return None
    news = found[0]
    unread = [
        {
            "title": _title(escalation),
            "url": _link(escalation),
            "from": escalation.customer.shown_name,
            "words": message.content[:EXCERPT],
        }
        for escalation, message in news.unread
    ]
    given = [{"title": _title(each), "url": _link(each)} for each in news.given]
    rooms = {each.target_room or each.source_room for each, _ in news.unread}
    reply = _reply_to(mail.user, rooms.pop()) if len(rooms) == 1 and not given else ""
    subject = f"{len(unread) + len(given)} of your conversations with customers need you"
    return _mail(mail, subject, "digest", {"unread": unread, "given": given}, reply)


def _mail(
    mail: OutgoingMail, subject: str, template: str, context: dict[str, Any], reply: str
) -> EmailMultiAlternatives:
    context |= {"public_url": settings.PUBLIC_URL, "mark": MARK if reply else ""}
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split())[:200],
        body=render_to_string(f"mail/{template}.txt", context),
        to=[mail.to_address],
        reply_to=[reply] if reply else None,
        # The same each time it is tried, so that a mail that went out twice is shown once.
        headers={
            "Message-ID": f"<{mail.pk}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "X-Chatcore-Mail": mail.kind,
        },
    )
    message.attach_alternative(render_to_string(f"mail/{template}.html", context), "text/html")
    return message


def _reply_to(user: User, room: ChatRoom) -> str:
    place = place_id(user, room)
    return reply_address(place) if place else ""


def _title(escalation: Escalation) -> str:
    return escalation.source_room.name or escalation.escalation_reason[:80]


def _link(escalation: Escalation) -> str:
    return f"{settings.PUBLIC_URL}{reverse('console_escalation', args=[escalation.pk])}"
