"""One matter from its first question to its rating, in five browsers at once: a guest on somebody else's
site, the robot, two levels of support, a supervisor who looks on, and the admin who reads the record."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.site import Site

NAME = "Ines of the reading room"
QUESTION = "What does the Circle plan cost?"
QUOTED = "The Circle plan costs 6 euros a month, or 60 euros if you pay for a whole year."
PLACE = "The Reading Room: a handbook, chapter 4, paragraph 2"
HANDOVER = "She was billed twice; I may not pay back. The second invoice is from Monday."
NOTE = "Her card was charged on two days in a row."
# Every step has to come by itself; a full machine may be slow about it.
AT_ONCE = 5_000
ALL = "/console/queues/all/"
WHY = "A new colleague on the first level"
WHY_AGAIN = "The colleague's first handover"
BY_ITSELF = "–"


class Guest:
    """Somebody on another site's page, in the widget there."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        page.context.clear_cookies()
        page.goto(site)
        page.get_by_role("button", name="Help").click()
        self.frame = page.frame_locator("iframe")
        self.messages = self.frame.locator(".message")
        self.support = self.frame.locator("[data-support]")

    @property
    def id(self) -> str | None:
        return self.frame.locator("body").get_attribute("data-user")

    def ask(self, words: str) -> None:
        expect(self.frame.get_by_label("What is it about?")).to_be_focused()
        self.frame.get_by_label("Your name").fill(NAME)
        self.frame.get_by_label("What is it about?").fill(words)
        self.frame.get_by_role("button", name="Start").click()

    def reads_citation(self) -> None:
        answer = self.frame.locator(".message.robot").first
        expect(answer.locator(".content")).to_contain_text(QUOTED)
        expect(answer.locator(".byline")).to_be_in_viewport()  # it is read from its beginning
        citation = answer.locator(".citation", has_text=PLACE)
        citation.locator("summary").click()
        expect(citation.locator("mark")).to_have_text(QUOTED)

    def want_a_person(self) -> None:
        self.frame.get_by_role("button", name="Talk to a person").click()

    def say(self, words: str) -> None:
        self.frame.locator("#composer-box").fill(words)
        self.frame.get_by_role("button", name="Send", exact=True).click()

    def hears(self, words: str) -> None:
        expect(self.messages.filter(has_text=words)).to_be_visible()

    def rate(self, stars: int, comment: str) -> None:
        self.frame.locator(".star").nth(stars - 1).click()
        self.frame.get_by_label("Anything you would like to add?").fill(comment)
        self.frame.get_by_role("button", name="Send my rating").click()
        expect(self.frame.get_by_text(f"You gave {stars} of 5. Thank you.")).to_be_visible()


class Helper:
    """Somebody of support, in the console."""

    def __init__(self, page: Page, at: str = "/console/") -> None:
        self.page = page
        page.goto(at)
        page.locator("html[data-live=online]").wait_for()
        self.id = page.locator("body").get_attribute("data-user")

    def row(self, level: str) -> Locator:
        """The matter, as a level has it, in the list that is open."""
        rows = self.page.locator("[data-row]", has_text=NAME)
        of_level = rows.filter(has=self.page.locator(".tag", has_text=level))
        return of_level.locator(".escalation-link")

    def open(self, level: str) -> str:
        """Its page; the escalation's id."""
        self.row(level).click()
        return self.page.locator("main[data-escalation]").get_attribute("data-escalation") or ""

    @property
    def room(self) -> str:
        """The id of the room that is open."""
        topic = self.page.locator("main[data-topic]").get_attribute("data-topic") or ""
        return topic.removeprefix("room:")

    def step(self, name: str, fields: dict[str, str] | None = None) -> None:
        """By the form of its panel, or by its button alone."""
        steps = self.page.locator(".steps")
        if fields:
            steps.locator("summary", has_text=name).click()
        for label, value in (fields or {}).items():
            steps.get_by_label(label).and_(steps.locator(":visible")).fill(value)
        steps.get_by_role("button", name=name).click()

    def say(self, words: str, *, note: bool = False) -> str:
        """The id of the message, once it is stored."""
        self.page.locator("html[data-live=online]").wait_for()
        self.page.locator(f"[data-key={'i' if note else 'r'}]").check()
        self.page.locator("#composer-box").fill(words)
        self.page.get_by_role("button", name="Send", exact=True).click()
        said = self.page.locator(".message.mine:not(.pending)", has_text=words)
        return said.get_attribute("data-id") or ""

    def correct(self, message: str, words: str) -> None:
        said = self.page.locator(f'[data-id="{message}"]')
        said.hover()
        said.get_by_role("button", name="Edit").click()
        self.page.locator(".edit-box").fill(words)
        self.page.locator(".edit-box").press("Enter")

    def sees(self, *words: str) -> None:
        for each in words:
            expect(self.page.locator(".message", has_text=each).first).to_be_visible()


class Supervisor(Helper):
    def look_on(self, why: str) -> None:
        self.step("Look on", {"Why, kept on record": why})
        expect(self.page.locator(".observing")).to_be_visible()


class Auditor:
    """Who reads in the admin what the database has kept."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def story_of(self, escalation: str) -> list[tuple[str, str]]:
        """What was done, and by whom, in its order."""
        self.page.goto(f"/admin/rooms/escalation/{escalation}/change/")
        rows = self.page.locator("#story-group tr.form-row:not(.empty-form)")
        return [(_cell(row, "kind"), _cell(row, "by_user")) for row in rows.all()]

    def changes_of(self, model: str, key: str) -> list[tuple[str, str]]:
        """The changes of a row, oldest first, and by whom."""
        self.page.goto(f"/admin/rooms/{model}/{key}/history/")
        rows = self.page.locator("#result_list tbody tr").all()
        return [(_cell(row, "change"), _cell(row, "by")) for row in reversed(rows)]

    def supervision(self) -> list[tuple[str, str]]:
        """Who looked on and why, oldest first."""
        self.page.goto("/admin/rooms/roomsupervision/")
        rows = self.page.locator("#result_list tbody tr").all()
        return [(_cell(row, "supervisor"), _cell(row, "reason")) for row in reversed(rows)]


def _cell(row: Locator, name: str) -> str:
    return row.locator(f".field-{name}").inner_text().strip()


def test_a_matter_from_its_first_question_to_its_rating(
    enter: Enter, site: Site, shop: str, pictures: Path
) -> None:
    first, second = (Helper(enter(account)) for account in site.accounts["agent"])
    supervisor = Supervisor(enter(site.accounts["supervisor"][0]), ALL)
    guest = Guest(enter(None, "phone"), shop)

    # The robot answers from the handbook, with the passage it quotes.
    guest.ask(QUESTION)
    guest.reads_citation()
    guest.page.screenshot(path=pictures / "great-cited.png")

    # A person is asked for: the first level, whose list is open, has it at once.
    started = time.perf_counter()
    guest.want_a_person()
    first.row("T1").wait_for(timeout=AT_ONCE)
    print(f"from the click to the list: {(time.perf_counter() - started) * 1000:.0f} ms")
    one = first.open("T1")
    first.sees(QUESTION, QUOTED)
    first.step("Accept")

    # The supervisor looks on, unseen, and hears both sides and the private note.
    supervisor.open("T1")
    supervisor.look_on(WHY)
    greeting = first.say("Hello Ines, Tomas here. What went wrong?")
    first.correct(greeting, "Hello Ines, Tomáš here. What went wrong?")
    guest.hears("Tomáš here. What went wrong?")
    guest.say("I was billed twice for it.")
    first.sees("I was billed twice for it.")
    first.say(NOTE, note=True)
    supervisor.sees(QUOTED, "What went wrong?", "I was billed twice for it.", NOTE)

    # Handed up: the second level has the note, the chain of rooms and what was said in them.
    first.step("Escalate", {"What the next level has to know": HANDOVER})
    second.row("T2").wait_for(timeout=AT_ONCE)
    two = second.open("T2")
    expect(second.page.locator(".handover").first).to_contain_text(HANDOVER)
    expect(second.page.locator(".chain > li")).to_have_count(2)
    second.sees(QUESTION, QUOTED, "What went wrong?", NOTE)
    second.page.screenshot(path=pictures / "great-second-level.png")
    second_room = second.room
    second.step("Accept")
    supervisor.page.goto(f"/console/escalations/{two}/")
    supervisor.look_on(WHY_AGAIN)
    second.say("Ines, the second payment is on its way back to you.")
    guest.hears("the second payment is on its way back to you.")
    guest.hears(QUESTION)
    expect(guest.frame.locator("body")).not_to_contain_text(HANDOVER)
    expect(guest.frame.locator("body")).not_to_contain_text(NOTE)
    supervisor.sees("the second payment is on its way back to you.")
    expect(supervisor.page.locator(".handover").first).to_contain_text(HANDOVER)

    second.step("Resolve", {"How it was solved": "Paid back"})
    guest.rate(5, "Quick and kind")
    guest.page.screenshot(path=pictures / "great-rated.png")
    supervisor.page.reload()
    expect(supervisor.page.locator("#people")).to_contain_text("Rated 5 of 5: “Quick and kind”")

    # The record tells the same story, with who did each.
    looked = site.accounts["supervisor"][0].username
    t1, t2 = (account.username for account in site.accounts["agent"])
    auditor = Auditor(enter(site.accounts["admin"][0]))
    asked, *story = auditor.story_of(one)
    assert asked[0] == "Created"
    customer = asked[1]
    assert customer.startswith("guest-")
    assert story == [
        ("Assigned", BY_ITSELF),
        ("Accepted", t1),
        ("Responded", t1),
        ("Escalated", t1),
    ]
    assert auditor.story_of(two) == [
        ("Created", t1),
        ("Assigned", BY_ITSELF),
        ("Accepted", t2),
        ("Responded", t2),
        ("Resolved", t2),
        ("Concluded", customer),
    ]
    made, *_, solved = auditor.changes_of("escalation", two)
    assert (made, solved) == (("INSERT", first.id), ("UPDATE", second.id))
    made, *_, closed = auditor.changes_of("chatroom", second_room)
    assert (made, closed) == (("INSERT", first.id), ("UPDATE", guest.id))
    assert auditor.changes_of("roommessage", greeting) == [("UPDATE", first.id)]
    assert auditor.supervision()[-2:] == [(looked, WHY), (looked, WHY_AGAIN)]
