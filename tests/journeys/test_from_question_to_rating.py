"""One matter from its first question to its rating, in five browsers at once: a guest on somebody else's
site, the robot, two levels of support, a supervisor who looks on, and the admin who reads the record."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.helping import Auditor, Guest, Helper, Supervisor
from tests.journeys.site import Site

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


def test_a_matter_from_its_first_question_to_its_rating(
    enter: Enter, site: Site, shop: str, pictures: Path
) -> None:
    first, second = (Helper(enter(account)) for account in site.accounts["agent"])
    supervisor = Supervisor(enter(site.accounts["supervisor"][0]), ALL)
    guest = Guest(enter(None, "phone"), shop)

    # The robot answers from the handbook, with the passage it quotes.
    guest.ask(QUESTION)
    guest.reads(QUOTED, PLACE)
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

    auditor = Auditor(enter(site.accounts["admin"][0]))
    customer = the_stories_agree(auditor, site, one, two)
    assert customer.startswith("guest-")
    # Row by row, by the ids of who did it.
    made, *_, solved = auditor.changes_of("escalation", two)
    assert (made, solved) == (("INSERT", first.id), ("UPDATE", second.id))
    made, *_, closed = auditor.changes_of("chatroom", second_room)
    assert (made, closed) == (("INSERT", first.id), ("UPDATE", guest.id))
    assert auditor.changes_of("roommessage", greeting) == [("UPDATE", first.id)]
    looked = site.accounts["supervisor"][0].username
    assert auditor.supervision()[-2:] == [(looked, WHY), (looked, WHY_AGAIN)]


def the_stories_agree(auditor: Auditor, site: Site, one: str, two: str) -> str:
    """What the two levels' parts tell of themselves, in order; the customer's username."""
    t1, t2 = (account.username for account in site.accounts["agent"])
    (asked, customer), *story = auditor.story_of(one)
    assert asked == "Created"
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
    return customer
