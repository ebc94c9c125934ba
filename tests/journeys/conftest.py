"""The site, the browser, and a way to come in as somebody."""

from __future__ import annotations

import functools
import os
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.journeys.site import Account, Site, running_site

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
# The network going away is what some journeys are about.
OFFLINE = "ERR_INTERNET_DISCONNECTED"
SHOP = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lamps</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; script-src {0}; frame-src {0}"></head>
<body><h1>The lamp shop</h1><script src="{0}/widget.js" async data-label="Help"></script></body></html>"""
BOOK = Path(__file__).with_name("the-orchard.txt")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nothing."""


class Enter(Protocol):
    """`enter(account)`: a browser of its own, signed in, at the home page."""

    def __call__(
        self,
        account: Account | None = None,
        size: str = "desktop",
        theme: str = "light",
        expected: str = OFFLINE,
        **how: Any,
    ) -> Page: ...


# Two cores carry the browser, the whole product and its database.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with running_site() as site:
        site.manage("import_book", str(BOOK))
        yield site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield browser
        browser.close()


@pytest.fixture
def mira(site: Site) -> Account:
    return site.accounts["member"][0]


@pytest.fixture
def jonas(site: Site) -> Account:
    return site.accounts["member"][1]


@pytest.fixture
def enter(site: Site, browser: Browser) -> Iterator[Enter]:
    """Every page that is opened here must stay without an error in its console, which is where a
    breach of the content security policy would show."""
    errors: list[str] = []
    contexts = []

    def hear(message: ConsoleMessage, expected: str) -> None:
        if message.type in ("error", "warning") and expected not in message.text:
            errors.append(f"{message.text} ({message.location.get('url')})")

    def enter(
        account: Account | None = None,
        size: str = "desktop",
        theme: str = "light",
        expected: str = OFFLINE,
        **how: Any,
    ) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            has_touch=size == "phone",
            is_mobile=size == "phone",
            **how,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: hear(message, expected))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto("/")
        if account:
            sign_in(page, account)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not errors


def sign_in(page: Page, account: Account) -> None:
    """As a person does it: by the form."""
    page.get_by_role("banner").get_by_role("link", name="Sign in").click()
    page.locator("input[name=login]").fill(account.username)
    page.locator("input[name=password]").fill(account.password)
    page.locator("input[name=password]").press("Enter")
    page.get_by_role("heading", name="Hello").wait_for()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the journeys leave what they saw; JOURNEY_PICTURES names a lasting place."""
    chosen = os.environ.get("JOURNEY_PICTURES")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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
