"""A guest on somebody else's site asks in the widget, gets a person, rates; an agent answers by the API."""

import functools
import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.site import Account, Site

SHOP = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lamps</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; script-src {0}; frame-src {0}"></head>
<body><h1>The lamp shop</h1><script src="{0}/widget.js" async data-label="Help"></script></body></html>"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def shop(site: Site, tmp_path: Path) -> Iterator[str]:
    """A page of another origin, with a strict policy of its own."""
    (tmp_path / "index.html").write_text(SHOP.format(site.url))
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    server = ThreadingHTTPServer(("127.0.0.1", site.shop_port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{site.shop_port}/"
    server.shutdown()
    server.server_close()


class Agent:
    """Somebody of support, by the API."""

    def __init__(self, site: Site, account: Account) -> None:
        self.base, self.token = f"{site.url}/api/v1/", ""
        name = {"username": account.username, "password": account.password}
        self.token = self.ask("POST", "auth/token/", name)["access"]

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        if not self.token:
            del headers["Authorization"]
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + path, data, headers, method=method)  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own
            return json.loads(answer.read() or "null")


def newest_of(agent: Agent, customer: str) -> dict[str, Any]:
    found = agent.ask("GET", "escalations/?state=open")["results"]
    return next(each for each in found if each["customer"]["display_name"] == customer)


def test_a_guest_is_helped_on_another_site(
    enter: Enter, site: Site, shop: str, pictures: Path
) -> None:
    page: Page = enter(None, "phone", "dark")
    page.context.clear_cookies()
    page.goto(shop)
    page.get_by_role("button", name="Help").click()
    frame = page.frame_locator("iframe")
    # The frame puts the cursor there once it has opened; what is typed before goes there, too.
    expect(frame.get_by_label("What is it about?")).to_be_focused()
    frame.get_by_label("Your name").fill("Lena of the lamps")
    frame.get_by_label("What is it about?").fill("My lamp stays dark.")
    frame.get_by_role("button", name="Start").click()
    expect(frame.locator(".message .content").first).to_have_text("My lamp stays dark.")
    # This browser denies a frame its storage; the cookie in its place is kept apart for this site.
    (cookie,) = page.context.cookies()
    assert (cookie["path"], cookie.get("partitionKey")) == ("/widget/", "http://127.0.0.1")
    page.screenshot(path=pictures / "widget-talk.png")

    frame.get_by_role("button", name="Talk to a person").click()
    stage = frame.locator("[data-support]")
    expect(stage).to_have_attribute("data-stage", re.compile("waiting|assigned"))
    agent = Agent(site, site.accounts["agent"][0])
    escalation = newest_of(agent, "Lena of the lamps")
    one = f"escalations/{escalation['id']}/"
    agent.ask("POST", f"{one}accept/")
    expect(frame.locator("[data-support]")).to_have_attribute("data-stage", "assigned")

    # It goes on after a reload. Closed, the button counts what comes.
    page.reload()
    page.get_by_role("button", name="Help").click()
    frame.get_by_role("button", name="Close").click()
    room = f"rooms/{escalation['target_room']}/messages/"
    agent.ask("POST", room, {"content": "Have you tried another bulb?"})
    expect(page.get_by_role("button", name="Help, 1 unread")).to_be_visible()
    page.get_by_role("button", name="Help").click()
    expect(frame.locator(".message", has_text="another bulb?")).to_be_visible()
    frame.get_by_label("Attach a file").set_input_files(
        {"name": "bulb.txt", "mimeType": "text/plain", "buffer": b"40 W"}
    )
    expect(frame.locator(".file.clean .file-name")).to_have_text("bulb.txt")

    agent.ask("POST", f"{one}resolve/", {"resolution_notes": "a new bulb"})
    frame.locator(".star").nth(3).click()
    frame.get_by_label("Anything you would like to add?").fill("Quick and kind")
    frame.get_by_role("button", name="Send my rating").click()
    expect(frame.get_by_text("You gave 4 of 5. Thank you.")).to_be_visible()
    page.screenshot(path=pictures / "widget-rated.png")
    found = agent.ask("GET", f"rooms/{escalation['target_room']}/conclude/")
    assert (found["rating"], found["comment"]) == (4, "Quick and kind")


def test_the_page_of_support_goes_on_after_a_reload_and_a_tunnel(enter: Enter) -> None:
    page = enter(None)
    page.goto("/support/")
    page.get_by_label("What is it about?").fill("Hello?")
    page.get_by_role("button", name="Start").click()
    page.locator("html[data-live=online]").wait_for()
    page.context.set_offline(True)
    page.locator("#composer-box").fill("Said in the tunnel")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message.pending")).to_contain_text("Sending")
    page.context.set_offline(False)
    expect(page.locator(".message.pending")).to_have_count(0, timeout=30_000)
    page.goto("/support/")
    expect(page.get_by_text("Said in the tunnel")).to_be_visible()
