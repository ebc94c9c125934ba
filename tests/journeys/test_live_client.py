"""The page's own client of the live socket, against a socket that misbehaves."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Enter

# A socket in the page whose other end is the test.
FAKE = """async () => {
  window.sockets = [];
  window.WebSocket = class {
    constructor() { this.sent = []; sockets.push(this); }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() { this.onclose?.({ code: 1006 }); }
  };
  const { Live } = await import("/static/chatcore/live.js");
  window.live = new Live();
  window.seen = [];
  live.addEventListener("event", (event) => seen.push(event.detail.version));
  live.follow("room:1", 3);
}"""
TELL = """(frames) => {
  for (const frame of frames) sockets.at(-1).onmessage({ data: JSON.stringify(frame) });
}"""


@pytest.fixture
def page(enter: Enter) -> Page:
    page = enter()
    page.evaluate(FAKE)
    return page


def tell(page: Page, *frames: dict[str, Any]) -> None:
    page.evaluate(TELL, list(frames))


def event(version: int) -> dict[str, Any]:
    return {"op": "event", "topic": "room:1", "type": "message.created", "version": version}


def sent(page: Page) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = page.evaluate("() => sockets.at(-1).sent")
    return frames


def begin(page: Page, version: int = 3) -> None:
    tell(
        page,
        {"op": "ready", "user": {}},
        {"op": "subscribed", "topic": "room:1", "version": version},
    )


def subscriptions(page: Page) -> list[int]:
    return [frame["after_version"] for frame in sent(page) if frame["op"] == "subscribe"]


def test_it_drops_repeats_and_waits_for_a_straggler(page: Page) -> None:
    begin(page)
    tell(page, event(4), event(4), event(6), event(3), event(5))
    assert page.evaluate("() => seen") == [4, 5, 6]
    page.wait_for_timeout(600)
    assert subscriptions(page) == [3]


def test_it_asks_for_a_replay_when_a_piece_stays_away(page: Page) -> None:
    begin(page)
    tell(page, event(4), event(6))
    assert page.evaluate("() => seen") == [4]
    page.wait_for_function("() => sockets.at(-1).sent.length === 2")
    assert subscriptions(page) == [3, 4]
    # In a replay a message that changed twice comes once, so versions may leap.
    tell(page, event(6), event(9), {"op": "subscribed", "topic": "room:1", "version": 9})
    assert page.evaluate("() => seen") == [4, 6, 9]


def test_it_trusts_the_heartbeat_more_than_its_own_ears(page: Page) -> None:
    begin(page)
    tell(page, {"op": "heartbeat", "versions": {"room:1": 3, "room:2": 8}})
    assert subscriptions(page) == [3]
    tell(page, {"op": "heartbeat", "versions": {"room:1": 5}})
    assert subscriptions(page) == [3, 3]


def test_it_says_again_what_was_not_acknowledged_until_it_is(page: Page) -> None:
    begin(page)
    page.evaluate("""() => {
      window.acks = [];
      live.ask({ op: "send", topic: "room:1", content: "one" }).then((ack) => acks.push(ack.seq));
    }""")
    first = sent(page)[-1]
    page.evaluate("() => sockets.at(-1).close()")
    page.wait_for_function("() => sockets.length === 2")
    begin(page)
    again = sent(page)[-1]
    assert again == first
    tell(page, {"op": "ack", "ref": first["ref"], "seq": 7})
    tell(page, {"op": "ack", "ref": first["ref"], "seq": 7, "duplicate": True})
    page.wait_for_function("() => acks.length === 1")
    kept = page.evaluate("() => Object.values(sessionStorage)")
    assert [json.loads(text) for text in kept] == [[]]


def test_a_revoked_login_is_not_tried_again(page: Page) -> None:
    begin(page)
    page.evaluate("() => sockets.at(-1).onclose({ code: 4001 })")
    page.wait_for_timeout(1_200)
    assert page.evaluate("() => [sockets.length, live.state]") == [1, "signed-out"]
