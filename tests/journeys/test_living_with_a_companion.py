"""Mira tells her companion of a day, sees how she is, and keeps her diary without script."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import SIZES, Enter
from tests.journeys.site import Account
from tests.journeys.test_pages_look_right import NAMELESS, TOO_WIDE


def tell(page: Page, words: str) -> None:
    page.get_by_label("Tell Companion").fill(words)
    page.get_by_role("button", name="Send").click()


def test_a_day_is_told_and_seen(enter: Enter, mira: Account, pictures: Path) -> None:
    for size in SIZES:
        page = enter(mira, size, "dark" if size == "phone" else "light")
        page.goto("/companion/")
        tell(page, f"Had a stressful meeting about the {size}")
        noted = page.locator(
            ".content", has_text=f"I have noted: work: Had a stressful meeting about the {size}"
        )
        expect(noted).to_be_visible(timeout=15_000)
        tell(page, f"What did I say about the {size}?")
        expect(page.locator(".content", has_text="You said:").last).to_be_visible(timeout=15_000)
        page.reload()
        assert page.evaluate(TOO_WIDE) <= 0
        assert page.evaluate(NAMELESS) == []
        page.screenshot(path=pictures / f"companion-{size}.png")

        page.goto("/companion/diary/?q=meeting")
        chart = page.get_by_role("img", name="Energy and stress")
        expect(chart).to_be_visible()
        # What has just begun is two dots, not yet two lines.
        colours = chart.locator(".series circle").evaluate_all(
            "(dots) => [...new Set(dots.map((dot) => getComputedStyle(dot).fill))]"
        )
        assert len(colours) == 2, "energy and stress in two colours, by the page's own style"
        expect(page.locator(".finds mark").first).to_be_visible()
        assert page.evaluate(TOO_WIDE) <= 0
        assert page.evaluate(NAMELESS) == []
        page.screenshot(path=pictures / f"diary-{size}.png", full_page=True)


def test_the_diary_needs_no_script(enter: Enter, mira: Account) -> None:
    page = enter(mira, java_script_enabled=False)
    page.goto("/companion/diary/")
    page.get_by_label("What", exact=True).first.select_option("exercise")
    page.get_by_label("In words").first.fill("By forms alone")
    page.get_by_role("button", name="Write it down").click()
    event = page.locator(".event", has_text="By forms alone")
    event.locator("summary").click()
    event.get_by_label("In words").fill("By forms and no script")
    event.get_by_role("button", name="Save").click()
    event = page.locator(".event", has_text="By forms and no script")
    event.locator("summary").click()
    event.get_by_role("button", name="Delete").click()
    expect(page.locator(".event", has_text="By forms and no script")).to_have_count(0)
