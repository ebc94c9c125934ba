"""Signed reply addresses: `reply+<token>@…` names one person's place in one room, and nobody can make one.

The token is 16 bytes of the place and 10 of a signature in base32: 42 characters, since the part before
the @ may have 64, and without case, since some servers change it.
"""

import hmac
from base64 import b32decode, b32encode
from binascii import Error
from hashlib import sha256
from uuid import UUID

from django.conf import settings

_SIGNED = 10
_LENGTH = 16 + _SIGNED


def reply_address(place: UUID) -> str:
    """Where an answer goes to be stored; "" where no address is configured."""
    name, _, domain = settings.MAIL_REPLY_ADDRESS.partition("@")
    if not domain:
        return ""
    token = b32encode(place.bytes + _signature(place)).decode().rstrip("=").lower()
    return f"{name}+{token}@{domain}"


def place_in_address(address: str) -> UUID | None:
    """The place that an address names; None for whatever we did not sign."""
    name, _, domain = address.strip().lower().rpartition("@")
    ours, _, our_domain = settings.MAIL_REPLY_ADDRESS.lower().partition("@")
    box, plus, token = name.partition("+")
    if not plus or (box, domain) != (ours, our_domain):
        return None
    try:
        found = b32decode(token.upper() + "=" * (-len(token) % 8))
    except (Error, ValueError):
        return None
    if len(found) != _LENGTH:
        return None
    place = UUID(bytes=found[:16])
    return place if hmac.compare_digest(found[16:], _signature(place)) else None


def is_reply_address(address: str) -> bool:
    """Whether it looks like one of ours, signed or not."""
    ours, _, domain = settings.MAIL_REPLY_ADDRESS.lower().partition("@")
    name, _, found = address.strip().lower().rpartition("@")
    return bool(domain) and found == domain and name.partition("+")[0] == ours


def _signature(place: UUID) -> bytes:
    key = b"chatcore.mail-reply:" + settings.SECRET_KEY.encode()
    return hmac.new(key, place.bytes, sha256).digest()[:_SIGNED]
