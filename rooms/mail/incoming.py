"""A mail as it came in: for whom, from whom, what it says, and whether a machine wrote it."""

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import getaddresses, parseaddr
from hashlib import sha256

from rooms.mail.quoting import text_of_html, without_quotes

# Where mail servers say for whom it really is.
_RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Incoming:
    """`key` names it for good, so that the same mail twice is one. `files`: (name, bytes)."""

    key: str
    sender: str
    recipients: list[str]
    text: str
    automatic: bool
    files: list[tuple[str, bytes]] = field(default_factory=list)


def read_mail(raw: bytes) -> Incoming:
    """Raises ValueError for what is no mail."""
    mail = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    if not mail.keys():
        raise ValueError("This is no mail: it has no headers.")
    return Incoming(
        key=sha256((_header(mail, "Message-ID") or "").encode() or raw).hexdigest(),
        sender=parseaddr(_header(mail, "From"))[1].lower(),
        recipients=_recipients(mail),
        text=without_quotes(_words(mail)).replace("\x00", ""),
        automatic=is_automatic(mail),
        files=_files(mail),
    )


def is_automatic(mail: EmailMessage) -> bool:
    """What a machine wrote: out of office, bounces, lists, and our own mail come back (RFC 3834)."""
    submitted = _header(mail, "Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if _header(mail, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"):
        return True
    machines = ("X-Autoreply", "X-Autorespond", "List-Id", "X-Chatcore-Mail", "X-Failed-Recipients")
    if any(name in mail for name in machines):
        return True
    sender = parseaddr(_header(mail, "From"))[1].lower()
    bounced = "Return-Path" in mail and _header(mail, "Return-Path").strip() == "<>"
    return bounced or sender.partition("@")[0] in ("mailer-daemon", "postmaster", "")


def _header(mail: EmailMessage, name: str) -> str:
    """A broken header is an empty one: whoever wrote it, we go on."""
    try:
        return str(mail.get(name, "")).replace("\x00", "")
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""


def _recipients(mail: EmailMessage) -> list[str]:
    found = getaddresses([_header(mail, name) for name in _RECIPIENTS])
    return list(dict.fromkeys(address.lower() for _, address in found if address))


def _words(mail: EmailMessage) -> str:
    plain = mail.get_body(preferencelist=("plain",))
    if plain is not None and (words := _decoded(plain)).strip():
        return words
    html = mail.get_body(preferencelist=("html",))
    return text_of_html(_decoded(html)) if html is not None else ""


def _decoded(part: MIMEPart) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:  # a charset that nobody knows
        return data.decode("utf-8", "replace")


def _files(mail: EmailMessage) -> list[tuple[str, bytes]]:
    found = []
    for part in mail.walk():
        if part.is_multipart() or not (part.get_filename() or part.is_attachment()):
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and data:
            found.append((part.get_filename() or "attachment", data))
    return found[:MOST_FILES]
