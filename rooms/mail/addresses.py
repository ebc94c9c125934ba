"""Signed reply addresses: `reply+<token>@…` names one person's place in one room and the day on which it
was given out, and nobody can make one.

The token is 16 bytes of the place, 2 of the day and 8 of a signature in base32: 42 characters, since the
part before the @ may have 64, and without case, since some servers change it.
"""

import hmac
from base64 import b32decode, b32encode
from binascii import Error
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.utils import timezone

_FIRST_DAY = date(2020, 1, 1)
_TOLD = 18
_LENGTH = _TOLD + 8


@dataclass(frozen=True, slots=True)
class Token:
    """Whose place it is, and when it was given out (UTC)."""

    place: UUID
    day: date


def reply_address(place: UUID) -> str:
    """Where an answer goes to be stored; "" where no address is configured."""
    name, _, domain = settings.MAIL_REPLY_ADDRESS.partition("@")
    if not domain:
        return ""
    day = (timezone.now().date() - _FIRST_DAY).days
    told = place.bytes + day.to_bytes(2, "big")
    token = b32encode(told + _signature(told)).decode().rstrip("=").lower()
    return f"{name}+{token}@{domain}"


def token_in(address: str) -> Token | None:
    """What an address tells; None for whatever we did not sign."""
    name, _, domain = address.strip().lower().rpartition("@")
    ours, _, our_domain = settings.MAIL_REPLY_ADDRESS.lower().partition("@")
    box, plus, token = name.partition("+")
    if not plus or (box, domain) != (ours, our_domain):
        return None
    try:
        found = b32decode(token.upper() + "=" * (-len(token) % 8))
    except (Error, ValueError):
        return None
    told = found[:_TOLD]
    if len(found) != _LENGTH or not hmac.compare_digest(found[_TOLD:], _signature(told)):
        return None
    day = _FIRST_DAY + timedelta(days=int.from_bytes(told[16:], "big"))
    return Token(UUID(bytes=told[:16]), day)


def is_reply_address(address: str) -> bool:
    """Whether it looks like one of ours, signed or not."""
    ours, _, domain = settings.MAIL_REPLY_ADDRESS.lower().partition("@")
    name, _, found = address.strip().lower().rpartition("@")
    return bool(domain) and found == domain and name.partition("+")[0] == ours


def _signature(told: bytes) -> bytes:
    key = b"chatcore.mail-reply:" + settings.SECRET_KEY.encode()
    return hmac.new(key, told, sha256).digest()[: _LENGTH - _TOLD]
