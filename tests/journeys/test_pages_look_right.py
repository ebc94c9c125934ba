"""Each page, on a desk and on a phone, by day and by night: it fits, and all has a name."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import SIZES, Enter
from tests.journeys.site import Account
from tests.journeys.test_asking_a_book import QUESTION, begin_dialogue
from tests.journeys.test_keeping_tasks import add
from tests.journeys.test_talking_in_a_room import open_room, say

# What a person who hears the page would get no name for.
NAMELESS = """() => [...document.querySelectorAll('a, button, input, textarea, select, summary')]
  .filter((e) => e.checkVisibility() && e.type !== 'hidden')
  .filter((e) => !(e.ariaLabel || e.title || e.labels?.length || e.innerText?.trim()))
  .map((e) => e.outerHTML.slice(0, 120))"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("look_of", [(s, t) for s in SIZES for t in ("light", "dark")])
def test_every_page_fits_and_has_names(
    enter: Enter, mira: Account, jonas: Account, pictures: Path, look_of: tuple[str, str]
) -> None:
    size, theme = look_of

    def look(page: Page, name: str) -> None:
        page.evaluate("document.fonts.ready")
        page.screenshot(path=pictures / f"{name}-{size}-{theme}.png", animations="disabled")
        assert page.evaluate(TOO_WIDE) <= 0, f"{name} is too wide"
        assert page.evaluate(NAMELESS) == [], f"{name} has controls without a name"

    stranger = enter(None, size, theme)
    look(stranger, "welcome")
    stranger.goto("/accounts/login/")
    look(stranger, "sign-in")
    page = enter(mira, size, theme)
    open_room(page, f"A look at {size} {theme}", jonas)
    say(page, "Shall we read on?")
    look(page, "room")
    page.goto("/")
    look(page, "home")
    begin_dialogue(page)
    look(page, "dialogue-empty")
    page.get_by_label("Ask the book").fill(QUESTION)
    page.get_by_role("button", name="Send").click()
    page.locator(".citations a").first.wait_for()
    look(page, "dialogue")
    page.locator(".citations a").first.click()
    page.locator("#reader mark").wait_for()
    look(page, "dialogue-passage")
    page.goto(f"{page.url.split('#')[0]}save/")
    look(page, "dialogue-save")
    page.get_by_label("Show it to others").check()
    page.get_by_role("button", name="Save").first.click()
    look(page, "saved")
    page.get_by_role("link", name="Public", exact=True).first.click()
    look(page, "public-dialogue")
    page.goto("/public/")
    look(page, "public-dialogues")
    page.goto("/dialogues/new/")
    look(page, "dialogue-new")
    page.goto("/books/")
    look(page, "library")
    add(page, "Buy groceries", "Milk and eggs")
    look(page, "tasks")
    page.goto("/rooms/new/")
    look(page, "room-new")


def test_the_switch_is_remembered(enter: Enter, mira: Account) -> None:
    page = enter(mira)
    shade = "() => getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(shade)
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = page.evaluate(shade)
    assert dark != light
    page.reload()
    assert page.evaluate(shade) == dark
