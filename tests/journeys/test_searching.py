"""Mira looks for what was said, and comes to it; she makes a key for a program."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import SIZES, Enter
from tests.journeys.site import Account
from tests.journeys.test_pages_look_right import NAMELESS, TOO_WIDE


@pytest.mark.parametrize("size", SIZES)
def test_what_was_said_is_found_in_its_place(
    enter: Enter, mira: Account, pictures: Path, size: str
) -> None:
    page = enter(mira, size)
    page.goto("/search/")
    page.get_by_label("What to look for").fill("lamp")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".hit mark").first).to_be_visible()
    assert page.evaluate(TOO_WIDE) <= 0
    assert page.evaluate(NAMELESS) == []
    page.screenshot(path=pictures / f"search-{size}.png")


def test_a_key_is_made_and_revoked_without_script(enter: Enter, mira: Account) -> None:
    page = enter(mira, java_script_enabled=False)
    page.goto("/keys/")
    page.get_by_label("What it is for").fill("My script")
    page.get_by_role("button", name="Make a key").click()
    assert page.get_by_label("The key", exact=True).input_value().startswith("ck_")
    page.get_by_role("button", name="Revoke “My script”").first.click()
    expect(page.get_by_text("opens nothing any more")).to_be_visible()
