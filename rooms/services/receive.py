"""Mail that comes in: an answer to one of ours becomes a message, with its files.

The token in the address says who writes and where; it is a secret of whoever got the mail, as a link to
reset a password is. The name in `From` proves nothing and decides nothing.
"""

from dataclasses import dataclass
from enum import IntEnum
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from chatcore.errors import ChatcoreError
from chatcore.models.conversations import CONTENT_MAX
from rooms.mail.addresses import is_reply_address, place_in_address
from rooms.mail.incoming import Incoming, read_mail
from rooms.models import IncomingMail, RoomParticipant
from rooms.selectors.mail import place_of
from rooms.services.attachments import attach
from rooms.services.messages import draft_of, say

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
    place = _place(mail, recipient)
    if place is None:
        return Received(Exit.NO_USER, "No address in it is one that we gave out.")
    if not mail.text and not mail.files:
        return Received(Exit.DATA_ERROR, "It says nothing but what it quotes.")
    return _stored(mail, place)


def _place(mail: Incoming, recipient: str) -> RoomParticipant | None:
    addresses = [recipient] if recipient else [a for a in mail.recipients if is_reply_address(a)]
    for address in addresses:
        named = place_in_address(address)
        if named is not None and (found := place_of(named)):
            return found
    log.warning("mail_refused", sender=mail.sender, to=addresses[:5])
    return None


def _stored(mail: Incoming, place: RoomParticipant) -> Received:
    try:
        with transaction.atomic():
            IncomingMail.objects.create(
                key=mail.key, from_address=mail.sender[:254], room=place.room, user=place.user
            )
            _say(mail, place)
    except IntegrityError as error:
        if "incoming_mails_key" in str(error):
            return Received(Exit.OK, "It is here already.")
        raise
    except ChatcoreError as refused:
        return Received(Exit.NOT_ALLOWED, f"{refused.title}. {refused.detail}".strip())
    return Received(Exit.OK, f"Stored in room {place.room_id}.")


def _say(mail: Incoming, place: RoomParticipant) -> None:
    """The words, then each file; what was cut is said."""
    ref = uuid5(NAMESPACE_URL, f"mail:{mail.key}")
    if mail.text:
        words = mail.text if len(mail.text) <= CONTENT_MAX else f"{mail.text[: CONTENT_MAX - 2]} …"
        say(draft_of(room=place.room_id, sender=place.user_id, content=words, client_ref=ref))
    for number, (name, data) in enumerate(mail.files):
        file_ref = uuid5(ref, str(number))
        attach(place.user, place.room_id, file=ContentFile(data, name=name), client_ref=file_ref)
