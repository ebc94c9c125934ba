"""The throttle of every API view: a rule by method, or the one that the view names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from chatcore.errors import TooManyRequests
from chatcore.http.client_ip import client_ip, rate_key
from chatcore.http.limits import Rule, hit

if TYPE_CHECKING:
    # rest_framework.views itself imports what the settings name, this among it.
    from rest_framework.views import APIView

SAFE = ("GET", "HEAD", "OPTIONS")


class RuleThrottle(BaseThrottle):
    """A view may set `rules = {"POST": Rule.SEND}`; the rest follows from method and account."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        rules: dict[str, Rule] = getattr(view, "rules", {})
        usual = Rule.READ if request.method in SAFE else Rule.WRITE
        if request.user.is_authenticated:
            enforce(rules.get(request.method or "", usual), str(request.user.pk))
        else:
            enforce(rules.get(request.method or "", Rule.ANONYMOUS), address_key(request))
        return True


def address_key(request: HttpRequest | Request) -> str:
    """The client's address as a key of a rule."""
    return rate_key(client_ip(getattr(request, "_request", request)))


def enforce(rule: Rule, key: str) -> None:
    """Count one; raises TooManyRequests past the limit."""
    verdict = hit(rule, key)
    if not verdict.allowed:
        raise TooManyRequests(retry_after=verdict.retry_after)
