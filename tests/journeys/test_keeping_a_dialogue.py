"""Somebody begins from a template, judges the answer, keeps the dialogue and shows it."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.site import Account

QUESTION = "What is said about the sea?"


def begin_from_template(page: Page) -> None:
    page.goto("/dialogues/new/")
    page.get_by_label("The Lamp at Skarre").check()
    page.get_by_label("Close reading").check()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("button", name=QUESTION).wait_for()


def test_a_suggested_question_is_asked_and_its_answer_judged(enter: Enter, mira: Account) -> None:
    page = enter(mira)
    begin_from_template(page)
    here = page.url
    page.get_by_role("button", name=QUESTION).click()
    answer = page.locator(".message.assistant:not(.streaming)").filter(has=page.locator("a"))
    answer.wait_for()
    expect(page.locator("[data-suggestions]")).to_have_count(0)

    answer.get_by_role("button", name="Incorrect").click()
    words = answer.get_by_label("What is wrong with this answer?")
    words.fill("It says brass.")
    answer.get_by_role("button", name="Send").click()
    expect(page.locator("#announcer")).to_contain_text("noted")
    assert page.url == here

    page.reload()
    pressed = answer.get_by_role("button", name="Incorrect")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    expect(words).to_have_value("It says brass.")
    pressed.click()
    expect(pressed).to_have_attribute("aria-pressed", "false")
    expect(words).to_be_hidden()


def test_a_kept_dialogue_is_read_by_another(enter: Enter, mira: Account, jonas: Account) -> None:
    page = enter(mira, size="phone")
    begin_from_template(page)
    page.get_by_role("button", name=QUESTION).click()
    page.locator(".citations a").first.wait_for()
    page.locator(".dialogue-menu summary").click()
    page.get_by_role("link", name="Save this dialogue").click()
    page.get_by_role("textbox", name="Title").fill("The sea at Skarre")
    page.get_by_label("Notes").fill("For me alone.")
    page.get_by_label("Tags").fill("sea")
    page.get_by_label("Show it to others").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("main")).to_contain_text("For me alone.")

    other = enter(jonas)
    other.goto("/public/")
    other.get_by_role("link", name="The sea at Skarre").click()
    expect(other.get_by_role("heading", level=1)).to_have_text("The sea at Skarre")
    expect(other.get_by_role("main")).to_contain_text(QUESTION)
    expect(other.get_by_role("main")).not_to_contain_text("For me alone.")


def test_all_of_it_works_without_script(enter: Enter, jonas: Account) -> None:
    page = enter(jonas, java_script_enabled=False)
    begin_from_template(page)
    page.get_by_role("button", name=QUESTION).click()
    answer = page.locator(".message.assistant").filter(has=page.locator(".citations a"))
    answer.wait_for()
    answer.get_by_role("button", name="Not helpful").click()
    pressed = answer.get_by_role("button", name="Not helpful")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    page.locator(".dialogue-menu summary").click()
    page.get_by_role("button", name="4 of 5").click()
    expect(page.locator(".notice.success")).to_contain_text("Rated 4 of 5")
