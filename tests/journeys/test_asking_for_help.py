"""Customers on bad networks and in browsers that forbid much; an agent answers by the API."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.site import Account, Site

# As if the guest's access token had run out while the page was closed.
OLD = """() => {
  const kept = JSON.parse(decodeURIComponent(document.cookie.split("=").slice(1).join("=")));
  const value = encodeURIComponent(JSON.stringify({ ...kept, until: 0 }));
  const attributes = "Path=/widget/; Max-Age=999; Secure; SameSite=None; Partitioned";
  document.cookie = `chatcore.widget.guest=${value}; ${attributes}`;
}"""


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


def test_the_widget_goes_on_after_a_reload_counts_what_comes_and_takes_files(
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
    # The robot is not sure, and offers a person.
    frame.locator(".offer").get_by_role("button", name="Talk to a person").click()
    agent = Agent(site, site.accounts["agent"][0])
    escalation = newest_of(agent, "Lena of the lamps")
    agent.ask("POST", f"escalations/{escalation['id']}/accept/")
    expect(frame.locator("[data-support]")).to_have_attribute("data-stage", "assigned")
    expect(frame.locator(".offer")).to_be_hidden()

    # This browser denies a frame its storage; the cookie in its place is kept apart for this site.
    (cookie,) = page.context.cookies()
    assert (cookie["path"], cookie.get("partitionKey")) == ("/widget/", "http://127.0.0.1")
    widget = next(each for each in page.frames if "/widget/" in each.url)
    widget.evaluate(OLD)
    page.reload()
    room = f"rooms/{escalation['target_room']}/messages/"
    agent.ask("POST", room, {"content": "Have you tried another bulb?"})
    page.get_by_role("button", name="Help, 1 unread").click()
    expect(frame.locator(".message", has_text="another bulb?")).to_be_visible()
    frame.get_by_label("Attach a file").set_input_files(
        {"name": "bulb.txt", "mimeType": "text/plain", "buffer": b"40 W"}
    )
    expect(frame.locator(".file.clean .file-name")).to_have_text("bulb.txt")
    page.screenshot(path=pictures / "widget-talk.png")
    agent.ask("POST", f"escalations/{escalation['id']}/resolve/", {"resolution_notes": "a bulb"})


def test_the_page_of_support_goes_on_after_a_reload_and_a_tunnel(enter: Enter) -> None:
    page = enter(None)
    page.goto("/support/")
    page.get_by_label("What is it about?").fill("Hello?")
    page.get_by_role("button", name="Start").click()
    page.locator("html[data-live=online]").wait_for()
    page.locator("#composer-box").fill("How large may a book be?")
    page.get_by_role("button", name="Send").click()
    answer = page.locator(".message.robot:has(.passage)")
    expect(answer).to_have_count(1)
    live = answer.inner_html()
    page.reload()
    page.locator("html[data-live=online]").wait_for()
    assert answer.inner_html() == live
    page.context.set_offline(True)
    page.locator("#composer-box").fill("Said in the tunnel")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message.pending")).to_contain_text("Sending")
    page.context.set_offline(False)
    expect(page.locator(".message.pending")).to_have_count(0, timeout=30_000)
    page.goto("/support/")
    expect(page.get_by_text("Said in the tunnel")).to_be_visible()
