"""What the pages for people share: signed-in requests, errors as pages, a message as a line."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.request import Request

from chatcore.errors import ChatcoreError, NotAuthenticated
from chatcore.http.authentication import BearerAuthentication
from chatcore.http.limits import Rule
from chatcore.http.positions import Position, position_around
from chatcore.http.problem import problem_headers
from chatcore.http.throttles import SAFE, address_key, enforce
from chatcore.models import User
from chatcore.shelves import shelves_of

P = ParamSpec("P")


class PageRequest(HttpRequest):
    """A request whose sender is signed in."""

    user: User


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that an answer quotes, and where a click leads."""

    url: str
    place: str
    quote: str
    # The answer holds the quotation itself, so the list below it need not repeat it.
    inline: bool = False
    # What stands around it in its book, for who cannot go there.
    source: str = ""

    @property
    def passage(self) -> tuple[str, str, str] | None:
        """The source cut before and after the quotation; None where it does not hold it."""
        before, found, after = self.source.partition(self.quote) if self.quote else ("", "", "")
        return (before, found, after) if found else None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a message's text; with a `url` it is a quotation that leads to its passage, with
    `is_name` it names somebody."""

    text: str
    url: str = ""
    is_name: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A message as `_message.html` shows it; thread.js fills the same slots."""

    id: UUID
    seq: int
    author: str
    mine: bool
    kind: str
    content: str
    created_at: datetime
    edited: bool = False
    deleted: bool = False
    citations: Sequence[Citation] = ()
    state: str = ""
    following: bool = False
    # The usernames that an @ in the text sets off.
    names: Sequence[str] = ()
    # What the app's own part below a message needs (`message_footer` of its page).
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def parts(self) -> list[Part]:
        parts = quoted_parts(self.content, self.citations)
        return [piece for part in parts for piece in _named(part, self.names)]


def quoted_parts(content: str, citations: Sequence[Citation]) -> list[Part]:
    """The text cut at the quotations that stand in it; quotations.js cuts alike."""
    parts: list[Part] = []
    at = 0
    for start, citation in sorted(
        ((content.find(c.quote), c) for c in citations if c.inline), key=lambda found: found[0]
    ):
        if start >= at:
            parts += [Part(content[at:start]), Part(citation.quote, citation.url)]
            at = start + len(citation.quote)
    return [*parts, Part(content[at:])]


def _named(part: Part, names: Sequence[str]) -> list[Part]:
    """The part cut at those of the names that it holds."""
    if part.url or not any(names):
        return [part]
    spelled = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    pieces = re.split(rf"(?<![\w@./-])(@(?:{spelled}))(?![\w-])", part.text, flags=re.IGNORECASE)
    return [Part(text, is_name=bool(at % 2)) for at, text in enumerate(pieces) if text]


def with_followers(lines: Iterable[Line]) -> list[Line]:
    """Mark each line whose author also wrote the one above: they read as one block. A line of the
    system shows no author, so nothing follows on it."""
    marked: list[Line] = []
    for line in lines:
        before = marked[-1] if marked else None
        follows = before is not None and before.author == line.author and before.kind != "system"
        marked.append(replace(line, following=follows))
    return marked


def page(
    view: Callable[Concatenate[PageRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A view for whoever is signed in, counted together with the API's; what stops it becomes a
    page that says so."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            rule = Rule.READ if request.method in SAFE else Rule.WRITE
            enforce(rule, str(request.user.pk))
            return view(cast("PageRequest", request), *args, **kwargs)
        except ChatcoreError as stopped:
            return error_page(request, stopped)

    return guarded


def open_page(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The same for a page that nobody needs to sign in for, counted by address."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            enforce(Rule.ANONYMOUS, address_key(request))
            return view(request, *args, **kwargs)
        except ChatcoreError as stopped:
            return error_page(request, stopped)

    return guarded


def token_page(
    view: Callable[Concatenate[PageRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The same for a script that sends a Bearer token, where no cookie counts; it gets a line of text for
    what stops it."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            known = BearerAuthentication().authenticate(Request(request))
            if known is None:
                raise NotAuthenticated
            request.user = known[0]
            enforce(Rule.READ, str(request.user.pk))
            return view(cast("PageRequest", request), *args, **kwargs)
        except ChatcoreError as stopped:
            told = {"status": stopped.status, "headers": problem_headers(stopped)}
            return HttpResponse(stopped.detail or stopped.title, "text/plain", **told)

    return guarded


def error_page(request: HttpRequest, stopped: ChatcoreError) -> HttpResponse:
    context = {"status": stopped.status, "title": stopped.title, "detail": stopped.detail}
    answer = render(request, "web/error.html", context, status=stopped.status)
    for name, value in problem_headers(stopped).items():
        answer.headers[name] = value
    return answer


def render_page(request: PageRequest, template: str, **context: Any) -> HttpResponse:
    """A page with the shelves beside it."""
    return render(request, template, {"shelves": shelves_of(request.user), **context})


def position(request: HttpRequest, name: str) -> int | None:
    """A `seq` from the query string; whatever is no number is as if it were not there."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


# So many messages more are shown at once, if the page then ends with the newest and can be live.
_NEAR_THE_END = 150


def place_in(request: HttpRequest, last_seq: int, length: int) -> Position:
    """Which messages a conversation's page shows: `?around=` one of them, `?before=`, or the newest."""
    around = position(request, "around")
    if around is None:
        return Position(position(request, "before"), None, None, length)
    place = position_around(around, length)
    after = place.after_seq or 0
    near = last_seq - after <= _NEAR_THE_END
    return replace(place, limit=max(last_seq - after, length)) if near else place


def is_past(request: HttpRequest, place: Position, last_seq: int) -> bool:
    """Whether newer messages lie below the page; such a page is not live."""
    if place.after_seq is None:
        return "before" in request.GET
    return place.after_seq + place.limit < last_seq
