"""Mira keeps her list: by the page, without script, and by telling the assistant."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.conftest import SIZES, Enter
from tests.journeys.site import Account


def add(page: Page, title: str, description: str = "") -> None:
    page.goto("/tasks/")
    page.get_by_label("What is to be done?").fill(title)
    if description:
        page.get_by_text("Add a description").click()
        page.get_by_label("Description", exact=True).first.fill(description)
    page.get_by_role("button", name="Add", exact=True).click()
    page.locator(".task", has_text=title).first.wait_for()


def test_a_list_is_kept_by_hand_and_by_word(enter: Enter, mira: Account, pictures: Path) -> None:
    for size in SIZES:
        page = enter(mira, size)
        add(page, f"Buy groceries ({size})", "Milk, eggs, and the good bread from the corner.")
        add(page, f"Call Ana ({size})")
        page.screenshot(path=pictures / f"tasks-{size}-light.png", full_page=True)

        page.get_by_role("button", name=f"Done: Call Ana ({size})").click()
        expect(page.get_by_role("button", name=f"Open again: Call Ana ({size})")).to_be_visible()
        page.get_by_text(f"Buy groceries ({size})").click()
        editing = page.locator("details[open]")
        editing.get_by_label("Title").fill(f"Buy rolls ({size})")
        page.screenshot(path=pictures / f"tasks-editing-{size}-light.png", full_page=True)
        editing.get_by_role("button", name="Save").click()
        expect(page.get_by_text(f"Buy rolls ({size})")).to_be_visible()

        page.get_by_label("What to tell the assistant").fill("Add water the plants to my list")
        page.get_by_role("button", name="Begin a dialogue").click()
        answer = page.get_by_text("I've created a new task: 'Water the plants'")
        expect(answer.last).to_be_visible(timeout=15_000)
        page.get_by_label("Ask Assistant").fill("Show my tasks")
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("⬜ Water the plants").last).to_be_visible(timeout=15_000)
        assert page.get_by_text('"ok"').count() == 0, "what a tool answers is not for the reader"
        page.screenshot(path=pictures / f"assistant-{size}-light.png")
        page.reload()
        expect(page.get_by_text("⬜ Water the plants").last).to_be_visible()
        assert page.get_by_text('"ok"').count() == 0


def test_the_list_needs_no_script(enter: Enter, mira: Account) -> None:
    page = enter(mira, java_script_enabled=False)
    add(page, "By forms alone")
    page.get_by_role("button", name="Done: By forms alone").first.click()
    expect(page.get_by_role("button", name="Open again: By forms alone").first).to_be_visible()
