"""A supervisor reads the figures, on a desk and on a phone, by day and by night, and without script."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import SIZES, Enter
from tests.journeys.site import Site
from tests.journeys.test_pages_look_right import NAMELESS, TOO_WIDE


@pytest.mark.parametrize("look", [(s, t) for s in SIZES for t in ("light", "dark")])
def test_the_figures_can_be_read(
    enter: Enter, site: Site, pictures: Path, look: tuple[str, str]
) -> None:
    size, theme = look
    page = enter(site.accounts["supervisor"][0], size, theme)
    page.locator(".menu summary").click()
    page.get_by_role("link", name="Analytics").click()
    page.get_by_role("heading", name="Dialogues begun").wait_for()
    page.wait_for_load_state()  # with its style sheets, on a busy machine, too
    # A chart without its style sheet, or with a style of its own, would be black or a breach.
    chart = page.get_by_role("img", name="Dialogues begun")
    colours = chart.locator(".bar rect").evaluate_all(
        "(bars) => [...new Set(bars.map((bar) => getComputedStyle(bar).fill))]"
    )
    assert colours
    assert "rgb(0, 0, 0)" not in colours
    assert page.evaluate(TOO_WIDE) <= 0
    assert page.evaluate(NAMELESS) == []
    page.screenshot(path=pictures / f"analytics-{size}-{theme}.png", full_page=True)


def test_the_figures_need_no_script(enter: Enter, site: Site) -> None:
    page = enter(site.accounts["supervisor"][0], java_script_enabled=False)
    page.goto("/analytics/")
    page.get_by_label("Type").select_option("book")
    page.get_by_role("button", name="Show").click()
    assert "type=book" in page.url
    # The demo begins dialogues with its book; a kind without any has no table.
    expect(page.get_by_role("table", name="Dialogues begun")).to_be_visible()
