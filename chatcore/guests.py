"""A guest who comes in by a page: an account and a session of their own, with the first form they send."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest

from chatcore.errors import Forbidden
from chatcore.http.limits import Rule
from chatcore.http.throttles import address_key, enforce
from chatcore.models import User
from chatcore.services.users import create_guest


def person_or_guest(request: HttpRequest, *, display_name: str = "") -> User:
    """Who is signed in; else a new guest, who is from now on. Raises Forbidden where guests are not
    allowed, TooManyRequests."""
    if isinstance(request.user, User):
        return request.user
    if not settings.GUESTS_ALLOWED:
        raise Forbidden("Guests are not allowed here. Sign up.", code="guests_not_allowed")
    enforce(Rule.GUEST, address_key(request))
    guest = create_guest(display_name=display_name.strip())
    login(request, guest, backend=settings.AUTHENTICATION_BACKENDS[0])
    return guest
