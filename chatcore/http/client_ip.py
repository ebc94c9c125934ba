"""Whose request it is, when nobody has signed in: an address that the client cannot choose."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # noqa: S104 - a mark, nothing listens there

Network = IPv4Network | IPv6Network


def client_ip(request: HttpRequest) -> str:
    """The address behind our own proxies, `0.0.0.0` where the peer has none (a Unix socket)."""
    return behind_proxies(
        request.META.get("REMOTE_ADDR") or "", request.META.get("HTTP_X_FORWARDED_FOR", "")
    )


def behind_proxies(peer: str, forwarded_for: str) -> str:
    """Walk `X-Forwarded-For` from the right, as long as who says it is a proxy of ours.

    Each proxy appends whom it saw; everything to the left of our outermost proxy's word is
    the client's own claim, and anybody may claim anything.
    """
    address = _address(peer)
    for claim in reversed(forwarded_for.split(",")):
        if not _trusted(address, tuple(settings.TRUSTED_PROXIES)):
            break
        if (seen := _address(claim.strip())) == UNKNOWN:
            break
        address = seen
    return address


def rate_key(address: str) -> str:
    """What to count an address under: a whole /64 for IPv6, since a subscriber owns all of it."""
    parsed = ip_address(address)
    return str(ip_network(f"{address}/64", strict=False)) if parsed.version == 6 else address


def _address(text: str) -> str:
    try:
        parsed = ip_address(text.partition("%")[0])
    except ValueError:
        return UNKNOWN
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


def _trusted(address: str, proxies: Sequence[str]) -> bool:
    return any(ip_address(address) in network for network in _networks(tuple(proxies)))


@cache
def _networks(proxies: tuple[str, ...]) -> list[Network]:
    return [ip_network(proxy, strict=False) for proxy in proxies]
