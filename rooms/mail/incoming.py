"""A mail as it came in: for whom, from whom, what it says, and whether a machine wrote it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message, MIMEPart
from email.utils import getaddresses, parseaddr
from hashlib import sha256
from mimetypes import guess_extension

from rooms.mail.quoting import text_of_html, unflowed, without_quotes

# What mails call them, and what holds them with the letters that their programs add.
_CHARSETS = {
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "iso-8859-1": "cp1252",
    "us-ascii": "utf-8",
}
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
    if mail.get_content_type() == "multipart/report":  # of a delivery, or that it was read
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
    text = _in_letters(data, (part.get_content_charset() or "utf-8").lower())
    return (
        unflowed(text, delsp=_is(part, "delsp", "yes")) if _is(part, "format", "flowed") else text
    )


def _in_letters(data: bytes, charset: str) -> str:
    """By the charset that it names; programs that name a wrong one, or none, mostly mean one of two."""
    for guess in (_CHARSETS.get(charset, charset), "utf-8", "cp1252"):
        try:
            return data.decode(guess)
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _is(part: MIMEPart, parameter: str, value: str) -> bool:
    return str(part.get_param(parameter, "")).lower() == value


def _files(mail: EmailMessage) -> list[tuple[str, bytes]]:
    """Attachments, pictures that stand between the words, and forwarded mails as they are."""
    found = []
    for part in _parts(mail):
        data = _bytes(part)
        if data and (name := _name_of(part)):
            found.append((name.replace("\x00", ""), data))
    return found[:MOST_FILES]


def _parts(mail: Message) -> Iterator[Message]:
    """Without looking into mails that are attached."""
    if mail.get_content_maintype() != "multipart":
        yield mail
        return
    payload = mail.get_payload()
    for part in payload if isinstance(payload, list) else ():
        if isinstance(part, Message):
            yield from _parts(part)


def _name_of(part: Message) -> str:
    """What its file is called; "" for what is no file."""
    if name := part.get_filename():
        return name
    if part.get_content_type() == "message/rfc822":
        return "mail.eml"
    if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
        return ""
    return "attachment" + (guess_extension(part.get_content_type()) or "")


def _bytes(part: Message) -> bytes:
    if part.is_multipart():
        inner = part.get_payload(0)
        return inner.as_bytes() if isinstance(inner, Message) else b""
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""
