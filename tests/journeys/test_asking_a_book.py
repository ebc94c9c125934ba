"""Somebody asks a book a question and reads on where the answer stands."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.site import Account

QUESTION = "What did Ilse Varga take out of the hollow in the pear tree?"
WORDS = "took a small tin box"
PLACE = "Chapter 2, paragraph 2"


def begin_dialogue(page: Page) -> None:
    page.goto("/books/")
    card = page.get_by_role("article").filter(has_text="The Orchard Ledger")
    card.get_by_role("link", name="Ask").click()
    page.get_by_role("button", name="Begin").click()
    page.get_by_role("heading", name="Ask The Orchard Ledger").wait_for()


def test_the_answer_streams_in_with_its_citation(enter: Enter, mira: Account) -> None:
    page = enter(mira)
    begin_dialogue(page)
    # Enter sends only once the script is there; before that it is a new line.
    page.locator("html[data-live]").wait_for(state="attached")

    page.get_by_label("Ask the book").fill(QUESTION)
    page.get_by_label("Ask the book").press("Enter")

    expect(page.locator(".message.mine .content")).to_have_text(QUESTION)
    answer = page.locator(".message.assistant:not(.streaming)")
    expect(answer).to_contain_text(WORDS)
    expect(answer.locator(".citations")).to_contain_text(PLACE)
    expect(page.locator(".message")).to_have_count(2)
    expect(page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    expect(page.locator("#announcer")).to_contain_text("has answered")

    before = page.locator("[data-thread]").inner_text()
    page.reload()
    assert page.locator("[data-thread]").inner_text() == before, "live equals reload"


def test_a_citation_opens_its_passage_beside_the_dialogue(enter: Enter, mira: Account) -> None:
    page = enter(mira)
    begin_dialogue(page)
    page.get_by_label("Ask the book").fill(QUESTION)
    page.get_by_role("button", name="Send").click()

    page.locator(".citations").get_by_role("link", name=PLACE).click()

    reader = page.get_by_role("complementary", name="The passage in its chapter")
    expect(reader.get_by_role("heading", level=1)).to_contain_text("The Visitor")
    expect(reader.locator("#p2 mark")).to_contain_text(WORDS)
    expect(reader.locator("#p2")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(reader).to_be_hidden()


def test_it_works_without_script(enter: Enter, mira: Account) -> None:
    page = enter(mira, java_script_enabled=False)
    begin_dialogue(page)
    page.get_by_label("Ask the book").fill(QUESTION)
    page.get_by_role("button", name="Send").click()

    # The page looks again by itself until the answer is there.
    citation = page.locator(".citations").get_by_role("link", name=PLACE)
    citation.wait_for(timeout=30_000)
    citation.click()

    expect(page).to_have_url(re.compile(r"/books/[0-9a-f-]+/chapters/2/#p2$"))
    expect(page.locator("#p2:target")).to_contain_text(WORDS)
