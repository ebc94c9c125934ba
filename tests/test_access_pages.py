"""Who may do what by a browser: every page whose address names a room, by every kind of user, and every
page and step of the console for an escalation, by everybody around it.

The table is `contract/access_pages.json`. A form that is refused often answers with a page that says so:
what counts is whether anything has changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from django.core.cache import cache as memory
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, reverse

import rooms.console.urls
import rooms.urls
from rooms.console.steps import STEPS
from tests.access import HANDS, KINDS, Things, things
from tests.access_table import AccessTable, Row, row_of
from tests.world import Cast

pytestmark = pytest.mark.django_db
# Everything that a form of these may ask for; each takes what is its own.
GIVEN = {
    "content": "words",
    "role": "reply",
    "username": "oute",
    "rating": "5",
    "outcome": "resolved",
    "to_level": "T3",
    "handover_note": "a note",
    "priority": "1",
    "snooze_for": "1h",
    "reason": "a complaint",
    "tags": "urgent",
}
# Whatever one of these pages may change, as numbers that grow with it.
_MARK = """
SELECT (SELECT sum(version) FROM chat_rooms), (SELECT sum(last_read_seq) FROM room_participants),
  (SELECT count(*) FROM outgoing_mails), (SELECT count(*) FROM escalation_watchers),
  (SELECT count(*) + count(ended_at) FROM room_supervisions), (SELECT count(*) FROM room_conclusions),
  (SELECT sum(use_count) FROM canned_responses)"""


def room_pages() -> list[str]:
    return [name for name, route in _named(rooms.urls.urlpatterns) if "room_id" in route]


def console_pages() -> list[str]:
    """A step is a page of its own."""
    found = _named(rooms.console.urls.urlpatterns)
    pages = [name for name, route in found if "escalation_id" in route and name != "console_step"]
    return pages + [f"console_step {step}" for step in STEPS]


def _named(patterns: Iterable[object]) -> list[tuple[str, str]]:
    return [(str(p.name), str(p.pattern)) for p in patterns if isinstance(p, URLPattern)]


def all_rows() -> set[str]:
    return {
        f"{method} {page}" for page in room_pages() + console_pages() for method in methods(page)
    }


def methods(page: str) -> tuple[str, ...]:
    return ("POST",) if page.startswith("console_step") else ("GET", "POST")


TABLE = AccessTable("access_pages.json", all_rows)


def test_every_page_has_its_rows() -> None:
    assert set(TABLE.rows) == all_rows()


@pytest.fixture
def there(world: Cast) -> Things:
    memory.clear()
    return things(world)


def address(page: str, there: Things) -> str:
    name, _, step = page.partition(" ")
    ids = {"room_id": there.room.pk, "message_id": there.message, "escalation_id": there.in_hand}
    patterns = [*rooms.urls.urlpatterns, *rooms.console.urls.urlpatterns]
    route = dict(_named(patterns))[name]
    return reverse(name, kwargs={k: v for k, v in ids.items() if k in route} | _step(step))


def _step(step: str) -> dict[str, Any]:
    return {"step": step} if step else {}


def outcome(browser: Client, method: str, where: str, given: dict[str, str]) -> str:
    """The status, and whether anything has changed; undone before the next one asks."""
    mark = transaction.savepoint()
    try:
        before = _standing()
        answer = browser.generic(method, where) if method == "GET" else browser.post(where, given)
        return f"{answer.status_code}{', done' if _standing() != before else ''}"
    finally:
        transaction.savepoint_rollback(mark)


def _standing() -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        row: tuple[Any, ...] = cursor.fetchone()
    return row


def found_by(browsers: dict[str, Client], pages: list[str], there: Things) -> dict[str, Row]:
    others = {"user": str(there.hands["agent above"].pk), "canned": str(there.canned)}
    given = GIVEN | others | {"macro": str(there.macro)}
    return {
        f"{method} {page}": row_of(
            {
                kind: outcome(browser, method, address(page, there), given)
                for kind, browser in browsers.items()
            }
        )
        for page in pages
        for method in methods(page)
    }


def _browser(user: Any) -> Client:
    browser = Client()
    if user is not None:
        browser.force_login(user)
    return browser


def test_pages_of_a_room(there: Things) -> None:
    browsers = {kind: _browser(there.people.get(kind)) for kind in KINDS}
    TABLE.compare(found_by(browsers, room_pages(), there))


def test_the_console_around_what_somebody_has_in_hand(there: Things) -> None:
    browsers = {kind: _browser(there.hands[kind]) for kind in HANDS}
    TABLE.compare(found_by(browsers, console_pages(), there))
