"""`manage.py receive_mail`: an answer by mail becomes a message. Any mail server can pipe to it."""

import mailbox
import sys
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError

from rooms.services.receive import Exit, Received, receive_mail

MOST_BYTES = 50 * 1024 * 1024


class Command(BaseCommand):
    help = (
        "Read one mail from the standard input, or all of a mailbox, and store answers as messages. "
        "Exits as mail servers expect: 0 taken, 65 unreadable, 67 unknown address, 75 try again, "
        "77 refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--recipient", default="", help="the address that it was sent to")
        parser.add_argument("--mbox", help="a mailbox in one file; may be read again and again")
        parser.add_argument("--maildir", help="a Maildir; what was read goes from new/ to cur/")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["mbox"] or options["maildir"]:
            found = list(self._mailbox(options["mbox"], options["maildir"]))
            worst = Exit.TRY_AGAIN if any(e.exit == Exit.TRY_AGAIN for e in found) else Exit.OK
            self.stdout.write(f"{len(found)} read, {sum(not e.exit for e in found)} taken.")
            raise SystemExit(int(worst))
        received = self._one(sys.stdin.buffer.read(MOST_BYTES + 1), options["recipient"])
        raise SystemExit(int(received.exit))

    def _mailbox(self, mbox: str | None, maildir: str | None) -> Iterator[Received]:
        if mbox:
            for one in mailbox.mbox(mbox, create=False):
                yield self._one(one.as_bytes())
            return
        box = mailbox.Maildir(str(maildir), create=False)
        for key, message in box.items():
            if message.get_subdir() != "new":
                continue
            received = self._one(message.as_bytes())
            if received.exit != Exit.TRY_AGAIN:
                message.set_subdir("cur")
                message.add_flag("S")
                box[key] = message
            yield received

    def _one(self, raw: bytes, recipient: str = "") -> Received:
        if len(raw) > MOST_BYTES:  # cut anywhere it would be another mail
            return self._told(Received(Exit.DATA_ERROR, f"It has more than {MOST_BYTES} bytes."))
        try:
            received = receive_mail(raw, recipient=recipient)
        except (OperationalError, InterfaceError) as away:
            received = Received(Exit.TRY_AGAIN, f"The database is away: {away}")
        return self._told(received)

    def _told(self, received: Received) -> Received:
        (self.stderr if received.exit else self.stdout).write(received.words)
        return received
