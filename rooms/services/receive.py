"""Mail that comes in: an answer to one of ours becomes a message, with its files.

The token in the address says who writes and where; it is a secret of whoever got the mail, as a link to
reset a password is, and good for a time. `From` proves nothing; but who answers from an address that is not
that person's has the mail from somebody, so their words are not taken for the person's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from chatcore.errors import ChatcoreError, Forbidden, Invalid, Unavailable
from chatcore.models.conversations import CONTENT_MAX
from rooms.files.facts import FileTooLarge, clean_name
from rooms.mail.addresses import Token, is_reply_address, token_in
from rooms.mail.incoming import Incoming, read_mail
from rooms.models import Audience, IncomingMail, RoomParticipant, RoomStatus
from rooms.selectors.mail import addresses_of, place_of, solved_at
from rooms.services.attachments import attach
from rooms.services.messages import draft_of, say, say_system
from rooms.services.stored_files import QuotaUsedUp

log = structlog.get_logger(__name__)


class Exit(IntEnum):
    """What mail servers understand (sysexits.h): 0 is taken, 75 is try again, the rest bounces."""

    OK = 0
    DATA_ERROR = 65
    NO_USER = 67
    TRY_AGAIN = 75
    NOT_ALLOWED = 77


@dataclass(frozen=True, slots=True)
class Received:
    exit: Exit
    words: str


def receive_mail(raw: bytes, *, recipient: str = "") -> Received:
    """Store an answer, or say why not. `recipient` is the address that the server delivers to, where it
    tells. The same mail again changes nothing."""
    try:
        mail = read_mail(raw)
    except ValueError as wrong:
        return Received(Exit.DATA_ERROR, str(wrong))
    if mail.automatic:  # an answer to it would begin a loop: taken, and thrown away
        return Received(Exit.OK, "Left out: a machine wrote it.")
    found = _place(mail, recipient)
    if found is None:
        return Received(Exit.NO_USER, "No address in it is one that we gave out.")
    place, token = found
    if is_outlived(token, place):
        return Received(Exit.NOT_ALLOWED, "This address is not good any more: it is too old.")
    if not mail.text and not mail.files:
        return Received(Exit.DATA_ERROR, "It says nothing but what it quotes.")
    if settings.MAIL_REPLY_FROM == "any" or mail.sender in addresses_of(place.user):
        return _stored(mail, place, _say)
    if settings.MAIL_REPLY_FROM == "note" and place.room.status == RoomStatus.ACTIVE:
        return _stored(mail, place, _note)
    return Received(Exit.NOT_ALLOWED, "It comes from another address than the one we wrote to.")


def is_outlived(token: Token, place: RoomParticipant) -> bool:
    """Too long after it was given out, or after everything in its room was solved."""
    today = timezone.now().date()
    solved = solved_at(place.room)
    return (today - token.day).days > settings.MAIL_REPLY_DAYS or (
        solved is not None and (today - solved.date()).days > settings.MAIL_REPLY_SOLVED_DAYS
    )


def _place(mail: Incoming, recipient: str) -> tuple[RoomParticipant, Token] | None:
    addresses = [recipient] if recipient else [a for a in mail.recipients if is_reply_address(a)]
    for address in addresses:
        token = token_in(address)
        if token is not None and (found := place_of(token.place)):
            return found, token
    log.warning("mail_refused", sender=mail.sender, to=len(addresses))
    return None


def _stored(
    mail: Incoming, place: RoomParticipant, keep: Callable[[Incoming, RoomParticipant], None]
) -> Received:
    try:
        with transaction.atomic():
            IncomingMail.objects.create(
                key=mail.key, from_address=mail.sender[:254], room=place.room, user=place.user
            )
            keep(mail, place)
    except IntegrityError as error:
        if "incoming_mails_key" in str(error):
            return Received(Exit.OK, "It is here already.")
        raise
    except Unavailable as away:
        return Received(Exit.TRY_AGAIN, away.detail)
    except ChatcoreError as refused:
        return Received(Exit.NOT_ALLOWED, f"{refused.title}. {refused.detail}".strip())
    return Received(Exit.OK, f"Stored in room {place.room_id}.")


def _say(mail: Incoming, place: RoomParticipant) -> None:
    """The words, then each file; what was cut, or could not be kept, is said."""
    ref = uuid5(NAMESPACE_URL, f"mail:{mail.key}")
    if mail.text:
        words = _cut(mail.text)
        say(draft_of(room=place.room_id, sender=place.user_id, content=words, client_ref=ref))
    for number, (name, data) in enumerate(mail.files):
        file, file_ref = ContentFile(data, name=name), uuid5(ref, str(number))
        try:
            with transaction.atomic():
                attach(place.user, place.room_id, file=file, client_ref=file_ref)
        except (
            FileTooLarge,
            QuotaUsedUp,
            Invalid,
            Forbidden,
        ) as refused:
            # The words are not lost for that.
            text = f"A file of this mail was not kept: {clean_name(name)}. {refused.detail}"
            say_system(room=place.room, by=place.user, text=text)


def _note(mail: Incoming, place: RoomParticipant) -> None:
    """For agents alone: it may be anybody's. Its files are not kept."""
    files = ", ".join(clean_name(name) for name, _ in mail.files)
    about = (
        f"From an unknown address, {mail.sender[:254] or 'none'}, to the mail of"
        f" {place.user.shown_name}; nobody but those who help sees this."
    )
    parts = [about, mail.text, f"Not kept: {files}" if files else ""]
    text = _cut("\n\n".join(filter(None, parts)))
    say_system(room=place.room, by=place.user, text=text, audience=Audience.STAFF)


def _cut(text: str) -> str:
    return text if len(text) <= CONTENT_MAX else f"{text[: CONTENT_MAX - 2]} …"
