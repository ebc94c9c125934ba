"""An agent's day in the console, with the customer in a browser of their own."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.site import Account, Site
from tests.journeys.test_pages_look_right import NAMELESS, TOO_WIDE

ASK = """
from chatcore.models import User
from rooms.selectors.access import room_for
from rooms.services.escalation_states import accept_escalation
from rooms.services.escalations import escalate_room
from rooms.services.rooms import create_room
jonas, agent = (User.objects.get(username=name) for name in ("{customer}", "{agent}"))
room = create_room(by=jonas, name="{about}", room_type="support", is_private=True).room
made = escalate_room(access=room_for(jonas, room.pk), by=jonas, to_level="T1", reason="It is dark")
if {taken} and made.status == "created":
    accept_escalation(made.pk, by=agent)
print("made", made.pk, made.target_room_id)
"""


def asked_for(
    site: Site,
    customer: Account,
    agent: Account,
    about: str = "The lamp is out",
    taken: bool = True,
) -> tuple[str, str]:
    """The customer has asked and the agent has it, if it is `taken`; the addresses of the escalation and
    of the room."""
    people = {"customer": customer.username, "agent": agent.username}
    words = ASK.format(**people, about=about, taken=taken)
    printed = site.manage("shell", "-c", words)
    _, escalation, room = next(
        line.split() for line in printed.splitlines() if line.startswith("made ")
    )
    return f"/console/escalations/{escalation}/", f"/rooms/{room}/"


def write(page: Page, words: str) -> None:
    page.locator("#composer-box").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()


def test_an_agent_answers_notes_and_resolves_by_keys(
    enter: Enter, site: Site, jonas: Account
) -> None:
    agent = site.accounts["agent"][0]
    address, room = asked_for(site, jonas, agent)
    hers, his = enter(agent), enter(jonas, "phone", "dark")
    his.goto(room)
    hers.goto("/console/")
    hers.locator("html.scripted").wait_for()
    hers.keyboard.press("?")
    expect(hers.locator("#keys")).to_be_visible()
    hers.keyboard.press("Escape")
    hers.locator(f'.escalation-link[href="{address}"]').click()
    expect(hers).to_have_url(f"{site.url}{address}")

    # A canned response by "/", and the customer has it at once.
    hers.locator("html[data-live=online]").wait_for()
    hers.keyboard.press("r")
    hers.locator("#composer-box").press_sequentially("/hel")
    expect(hers.locator("#canned")).to_be_visible()
    hers.keyboard.press("Enter")
    expect(hers.locator("#composer-box")).to_have_value(
        "Hello Jonas Weber, Tomáš Novák here. How can I help?"
    )
    hers.keyboard.press("Enter")
    expect(his.locator(".message .content").last).to_contain_text("How can I help?")

    # A private note is a note to the agent and nothing to the customer.
    hers.locator("#main").focus()
    hers.locator("[data-key=i]").check()
    write(hers, "He wrote last week, too")
    expect(hers.locator(".message.note")).to_contain_text("Private note")
    expect(his.locator("body")).not_to_contain_text("He wrote last week")

    # The customer writes while the agent does: nothing is sent before the agent has seen it.
    hers.locator("[data-key=r]").check()
    hers.locator("#composer-box").fill("Have you tried the switch?")
    write(his, "It was the switch!")
    expect(hers.locator(".message .content").last).to_have_text("It was the switch!")
    hers.locator("#composer-box").press("Enter")
    expect(hers.locator("[data-stale]")).to_contain_text("has written since you began")
    expect(his.locator(".message .content").last).to_have_text("It was the switch!")
    hers.get_by_role("button", name="Send anyway").click()
    expect(his.locator(".message .content").last).to_have_text("Have you tried the switch?")

    hers.locator("body").click(position={"x": 5, "y": 5})
    hers.locator("[data-key=v]").click()
    hers.get_by_label("How it was solved").fill("The switch")
    hers.get_by_role("button", name="Resolve").click()
    expect(hers.locator(".conversation-title")).to_contain_text("Resolved")
    expect(his.locator(".message.system").last).to_contain_text("marked this as solved")


def test_keys_alone_carry_a_matter_to_its_end(enter: Enter, site: Site, jonas: Account) -> None:
    agent = site.accounts["supervisor"][0]
    address, _ = asked_for(site, jonas, agent, "The kettle whistles", taken=False)
    page = enter(agent)
    page.goto("/console/")
    keys = page.keyboard

    def open_first() -> None:
        """Find it in the list of all and open the first, which is open."""
        page.locator("html.scripted").wait_for()
        keys.type("ga")
        expect(page).to_have_url(f"{site.url}/console/queues/all/")
        page.locator("html.scripted").wait_for()
        keys.press("/")
        keys.type("kettle")
        keys.press("Enter")
        expect(page).to_have_url(f"{site.url}/console/queues/all/?words=kettle")
        page.locator("html.scripted").wait_for()
        keys.press("j")
        keys.press("Enter")
        page.locator("html.scripted [data-conversation]").wait_for()

    open_first()
    expect(page).to_have_url(f"{site.url}{address}")
    keys.press("a")
    page.locator("html[data-live=online] [data-composer]").wait_for()
    keys.press("r")
    keys.type("/hel")
    expect(page.locator("#canned")).to_be_visible()
    keys.press("Enter")
    expect(page.locator("#composer-box")).to_have_value(re.compile("Hello Jonas Weber"))
    keys.press("Enter")
    expect(page.locator(".message .content").last).to_contain_text("How can I help?")
    keys.press("Escape")
    keys.press("i")
    keys.type("A new seal, says T2")
    keys.press("Enter")
    expect(page.locator(".message.note .content")).to_have_text("A new seal, says T2")
    keys.press("Escape")
    keys.press("e")
    keys.press("Tab")
    keys.type("It is the seal")
    keys.press("Control+Enter")
    expect(page.locator(".conversation-title")).to_contain_text("Resolved")
    open_first()
    expect(page.locator(".conversation-title")).to_contain_text("T2")
    expect(page.locator(".handover").first).to_contain_text("It is the seal")
    keys.press("a")
    expect(page.locator(".conversation-title")).to_contain_text("Sofia")
    page.locator("html.scripted").wait_for()
    keys.press("v")
    keys.type("A new seal")
    keys.press("Control+Enter")
    expect(page.locator(".conversation-title")).to_contain_text("Resolved")


def test_the_console_fits_a_phone_and_all_of_it_has_a_name(
    enter: Enter, site: Site, jonas: Account
) -> None:
    agent = site.accounts["supervisor"][0]
    address, _ = asked_for(site, jonas, agent, "The window sticks")
    page = enter(agent, "phone", "dark")
    for path in ("", "queues/all/?state=open", "team/", "texts/", "texts/new/", "macros/new/"):
        page.goto(f"/console/{path}")
        page.locator("html.scripted").wait_for()
        if path.startswith("queues"):
            page.locator(".pick").first.click()
            expect(page.locator("[data-bulk-bar]")).to_be_visible()
        assert page.evaluate(TOO_WIDE) <= 0, path
        assert page.evaluate(NAMELESS) == [], path
    page.goto(address)
    page.locator(".conversation-bar [data-people-toggle]").click()
    page.get_by_text("Snooze", exact=True).first.click()
    assert page.evaluate(TOO_WIDE) <= 0
    assert page.evaluate(NAMELESS) == []


def test_the_console_works_without_script(enter: Enter, site: Site, jonas: Account) -> None:
    agent = site.accounts["agent"][0]
    address, _ = asked_for(site, jonas, agent, taken=False)
    page = enter(agent, java_script_enabled=False)
    page.goto(address)
    page.get_by_role("button", name="Accept").click()
    page.locator("#composer-box").fill("On paper.")
    page.get_by_label("Canned response", exact=True).select_option(label="/version")
    page.get_by_role("button", name="Put it into the box").click()
    expect(page.locator("#composer-box")).to_have_value(re.compile("On paper.\nWhich version"))
    page.locator("#composer-box").fill("On paper")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message .content").last).to_have_text("On paper")
    page.get_by_label("Private note").check()
    page.locator("#composer-box").fill("For us alone")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".message.note .content")).to_have_text("For us alone")
    page.get_by_text("Resolve", exact=True).first.click()
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator(".conversation-title")).to_contain_text("Resolved")
