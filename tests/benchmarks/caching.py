"""Does a cache help? What seed 000 wants cached, read from PostgreSQL and from Valkey, side by side; and
the same at the doors that read it, with all else that a request costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import orjson
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings

from dialogues.models import DialogueContext, DialogueSession, DialogueTemplate
from dialogues.selectors.messages import messages_before
from dialogues.selectors.templates import template_out
from tests.benchmarks.figures import milliseconds

_TIMES = 300


@dataclass(frozen=True, slots=True)
class Compared:
    """p50 in ms of the same reading from either place."""

    database: float
    cached: float


def compare(session: DialogueSession) -> dict[str, Compared]:
    """The newest 50 messages with their references, a dialogue's context, the templates on offer."""
    DialogueContext.objects.get_or_create(session=session)
    return {
        "newest 50 messages": _messages(session),
        "context of a dialogue": _plain("context", lambda: _context(session.pk)),
        "templates on offer": _plain("templates", _templates),
    }


def compare_doors(session: DialogueSession) -> dict[str, Compared]:
    """Whole requests in this process, all of Django but no network: the history by the API, the page of
    the dialogue, the page for a new one."""
    browser = Client(HTTP_HOST="localhost")
    browser.force_login(session.user, settings.AUTHENTICATION_BACKENDS[0])
    return {
        "GET dialogues/{id}/messages/": _door(browser, f"/api/v1/dialogues/{session.pk}/messages/"),
        "page of a dialogue": _door(browser, f"/dialogues/{session.pk}/"),
        "page for a new dialogue": _door(browser, "/dialogues/new/"),
    }


def _door(browser: Client, path: str) -> Compared:
    def asking(*, cached: bool) -> Callable[[], object]:
        def ask() -> object:
            with override_settings(MESSAGE_CACHE=cached, TEMPLATE_CACHE=cached):
                answer = browser.get(path)
            assert answer.status_code == 200, (path, answer.status_code)
            return answer

        return ask

    return _alternating(asking(cached=False), asking(cached=True))


def _messages(session: DialogueSession) -> Compared:
    def read(*, cached: bool) -> Callable[[], object]:
        def reading() -> object:
            with override_settings(MESSAGE_CACHE=cached):
                return messages_before(session, None, 50)

        return reading

    return _alternating(read(cached=False), read(cached=True))


def _plain(name: str, read: Callable[[], object]) -> Compared:
    """With the least that a cache costs: one key, no version."""
    cache.set(f"bench:{name}", orjson.dumps(read()), 600)
    return _alternating(read, lambda: orjson.loads(cache.get(f"bench:{name}")))


def _context(session_id: UUID) -> object:
    found = DialogueContext.objects.filter(session_id=session_id).values().get()
    return {key: str(value) if isinstance(value, UUID) else value for key, value in found.items()}


def _templates() -> object:
    active = DialogueTemplate.objects.filter(is_active=True).order_by("-usage_count", "-id")[:20]
    return [template_out(template) for template in active]


def _alternating(first: Callable[[], object], second: Callable[[], object]) -> Compared:
    """In turns, so that what else the machine does is done to both."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(_TIMES + 20):
        for read, taken in zip((first, second), times, strict=True):
            begun = time.perf_counter()
            read()
            if number >= 20:
                taken.append(time.perf_counter() - begun)
    return Compared(milliseconds(times[0], 0.5), milliseconds(times[1], 0.5))
