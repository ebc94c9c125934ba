"""Who takes part in a matter of support, each at a page of their own: a guest, agents, a supervisor, and
who reads the record."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

# The guest's, by which the others know the matter in their lists.
NAME = "Ines of the reading room"


class Guest:
    """Somebody on another site's page, in the widget there."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        page.context.clear_cookies()
        page.goto(site)
        page.get_by_role("button", name="Help").click()
        self.frame = page.frame_locator("iframe")
        self.messages = self.frame.locator(".message")

    @property
    def id(self) -> str | None:
        return self.frame.locator("body").get_attribute("data-user")

    def ask(self, words: str) -> None:
        expect(self.frame.get_by_label("What is it about?")).to_be_focused()
        self.frame.get_by_label("Your name").fill(NAME)
        self.frame.get_by_label("What is it about?").fill(words)
        self.frame.get_by_role("button", name="Start").click()

    def reads(self, quoted: str, place: str) -> None:
        """In the robot's answer, and in the passage that its citation opens."""
        answer = self.frame.locator(".message.robot").first
        expect(answer.locator(".content")).to_contain_text(quoted)
        expect(answer.locator(".byline")).to_be_in_viewport()  # it is read from its beginning
        citation = answer.locator(".citation", has_text=place)
        citation.locator("summary").click()
        expect(citation.locator("mark")).to_have_text(quoted)

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
