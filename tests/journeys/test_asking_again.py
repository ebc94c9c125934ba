"""Mira talks with a character through a model: asks again, stops an answer, keeps it, spends her budget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import SIZES, Enter
from tests.journeys.site import Account, Site, running_site
from tests.journeys.test_pages_look_right import NAMELESS, TOO_WIDE
from tests.llm_server import LlmServer

BUDGET = (
    "from chatcore.models import User; from dialogues.models import Budget;"
    "Budget.objects.update_or_create(user=User.objects.get(username='{}'),"
    " defaults={{'month_tokens': {}}})"
)


@pytest.fixture(scope="module")
def llm() -> Iterator[LlmServer]:
    with LlmServer() as server:
        yield server


@pytest.fixture(scope="module")
def site(llm: LlmServer) -> Iterator[Site]:
    """A site of its own, with a model that says what it is told."""
    with running_site(
        LLM_BASE_URL=llm.base_url, LLM_MODEL="parrot", LLM_API_KEY=llm.key
    ) as running:
        yield running


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    opened = threading.Event()
    yield opened
    opened.set()


def begin_with_maren(page: Page) -> None:
    page.goto("/dialogues/new/")
    page.get_by_label("A character").check()
    page.get_by_label("Maren Holt").check()
    page.get_by_role("button", name="Begin").click()
    page.locator("#composer-box").wait_for()


def ask(page: Page, question: str) -> None:
    page.locator("#composer-box").fill(question)
    page.get_by_role("button", name="Send").click()


def answer(page: Page, words: str) -> Locator:
    return page.locator(".message.assistant:not(.streaming)", has_text=words)


def rate_and_save(page: Page, title: str) -> None:
    page.locator(".dialogue-menu summary").click()
    page.get_by_role("button", name="4 of 5").click()
    expect(page.locator(".notices")).to_contain_text("Rated 4 of 5")
    page.locator(".dialogue-menu summary").click()
    page.get_by_role("link", name="Save this dialogue").click()
    page.get_by_role("textbox", name="Title").fill(title)
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("main")).to_contain_text(title)


Visit = Callable[[Account], Page]
Look = Callable[[Page, str], None]


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def visit(enter: Enter, size: str) -> Visit:
    """As `enter`; that a budget is spent stands in the console."""
    return lambda account: enter(account, size, expected="402")


@pytest.fixture
def look(pictures: Path, size: str) -> Look:
    def look(page: Page, name: str) -> None:
        assert page.evaluate(TOO_WIDE) <= 0
        assert page.evaluate(NAMELESS) == []
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            path = pictures / f"again-{name}-{size}-{theme}.png"
            page.screenshot(path=path, animations="disabled")

    return look


def test_an_answer_is_asked_for_again_stopped_and_kept(
    visit: Visit, mira: Account, llm: LlmServer, gate: threading.Event, look: Look
) -> None:
    page = visit(mira)
    page.goto("/dialogues/new/")
    page.get_by_label("A character").check()
    look(page, "new")
    begin_with_maren(page)
    page.locator("html[data-live]").wait_for(state="attached")
    llm.pieces = ["The lamp ", "is lit at dusk."]
    ask(page, "When is the lamp lit?")
    first = answer(page, "The lamp is lit at dusk.")
    first.wait_for()
    llm.pieces = ["At dusk, ", "by my own hand."]
    first.get_by_role("button", name="Answer again").click()
    expect(answer(page, "At dusk, by my own hand.")).to_be_visible()
    expect(first.locator(".content")).to_be_hidden()
    first.get_by_text("Earlier answer").click()
    expect(first.locator(".content")).to_be_visible()
    look(page, "unfolded")

    llm.pieces = ["It begins with a storm", gate, " and ends."]  # type: ignore[list-item]
    ask(page, "Tell me everything.")
    expect(page.locator(".message.streaming")).to_contain_text("It begins with a storm")
    page.get_by_role("button", name="Stop the answer").click()
    expect(answer(page, "It begins with a storm").locator(".state")).to_contain_text("called off")
    gate.set()
    rate_and_save(page, "The lamp of Maren")


def test_a_refusal_is_seen(
    visit: Visit, jonas: Account, site: Site, llm: LlmServer, look: Look
) -> None:
    """The budget is spent: of asking again, and of asking on."""
    page = visit(jonas)
    begin_with_maren(page)
    llm.pieces = ["It begins."]
    ask(page, "Tell me everything.")
    answer(page, "It begins").wait_for()
    site.manage("shell", "-c", BUDGET.format(jonas.username, 1))
    answer(page, "It begins").get_by_role("button", name="Answer again").click()
    refusal = page.get_by_role("alert")
    expect(refusal).to_contain_text("used up")
    look(page, "refused")
    ask(page, "One more?")
    expect(page.locator(".message.failed .state")).to_contain_text("Not sent")
    expect(refusal).to_contain_text("Not sent")
    look(page, "not-sent")
    site.manage("shell", "-c", BUDGET.format(jonas.username, 0))
    ask(page, "And now?")
    expect(refusal).to_be_hidden()
    answer(page, "It begins").nth(1).wait_for()


def test_all_of_it_works_without_script(
    enter: Enter, jonas: Account, llm: LlmServer, gate: threading.Event
) -> None:
    page = enter(jonas, java_script_enabled=False)
    begin_with_maren(page)
    llm.pieces = ["The lamp is lit at dusk."]
    ask(page, "When is the lamp lit?")
    earlier = answer(page, "lit at dusk")
    earlier.wait_for()
    llm.pieces = ["At dusk, by my own hand."]
    earlier.get_by_role("button", name="Answer again").click()
    expect(answer(page, "by my own hand")).to_be_visible()
    expect(earlier.locator(".content")).to_be_hidden()
    earlier.get_by_text("Earlier answer").click()
    expect(earlier.locator(".content")).to_be_visible()

    llm.pieces = ["It begins", gate, " and ends."]  # type: ignore[list-item]
    ask(page, "Tell me everything.")
    page.get_by_role("button", name="Stop it").click()
    expect(answer(page, "It begins").locator(".state")).to_contain_text("called off")
    rate_and_save(page, "The lamp, by forms")
