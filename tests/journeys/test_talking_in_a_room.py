"""Two people talk in a room, each in a browser of their own."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Enter
from tests.journeys.site import Account, Site


def say(page: Page, words: str) -> None:
    page.locator("#composer-box").fill(words)
    page.get_by_role("button", name="Send").click()


def open_room(page: Page, name: str, guest: Account) -> None:
    page.get_by_role("link", name="New room").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Bring in").fill(guest.username)
    page.get_by_role("button", name="Open the room").click()
    page.get_by_role("heading", level=1, name=name).wait_for()


def words(page: Page) -> list[str]:
    return page.locator(".message .content").all_inner_texts()


def test_they_see_each_other_write_read_edit_and_delete(
    enter: Enter, mira: Account, jonas: Account
) -> None:
    hers, his = enter(mira), enter(jonas, "phone", "dark")
    open_room(hers, "Tea at four", jonas)

    # The room comes to his list without a reload, and counts what he has not read.
    entry = his.get_by_role("link", name="Tea at four")
    say(hers, "Is anybody thirsty?")
    expect(entry.locator("[data-count]")).to_have_text("1")
    entry.click()
    expect(his.locator(".message .content")).to_have_text("Is anybody thirsty?")
    expect(hers.locator("[data-below]")).to_have_text("Seen by Jonas Weber")

    his.locator("#composer-box").press_sequentially("Always, <b>very</b>")
    expect(hers.locator("[data-below]")).to_have_text("Jonas Weber is typing …")
    his.get_by_role("button", name="Send").click()
    expect(hers.locator(".message .content").last).to_have_text("Always, <b>very</b>")
    expect(hers.locator("#announcer")).to_contain_text("Always")

    mine = hers.locator(".message.mine").first
    mine.hover()
    mine.get_by_role("button", name="Edit").click()
    hers.locator(".edit-box").fill("Is anybody hungry?")
    hers.locator(".edit-box").press("Enter")
    expect(his.locator(".message").first).to_contain_text("edited")
    expect(his.locator(".message .content").first).to_have_text("Is anybody hungry?")

    mine.hover()
    mine.get_by_role("button", name="Delete").click()
    hers.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(his.locator(".message .content").first).to_have_text("This message was deleted.")

    live = words(hers)
    hers.reload()
    assert words(hers) == live, "live equals reload"


def test_what_is_said_offline_arrives_once_and_nothing_is_missed(
    enter: Enter, mira: Account, jonas: Account
) -> None:
    hers, his = enter(mira), enter(jonas)
    open_room(hers, "The tunnel", jonas)
    his.get_by_role("link", name="The tunnel").click()

    hers.context.set_offline(True)
    expect(hers.locator("[data-connection]")).to_contain_text("You are offline")
    say(hers, "said in the tunnel")
    expect(hers.locator(".message.pending")).to_contain_text("Sending")
    say(his, "said meanwhile")
    hers.context.set_offline(False)

    expect(hers.locator("[data-connection]")).to_be_hidden(timeout=30_000)
    both = ["said meanwhile", "said in the tunnel"]
    expect(his.locator(".message .content")).to_have_text(both)
    expect(hers.locator(".message .content")).to_have_text(both)
    expect(hers.locator(".message.pending")).to_have_count(0)


def test_it_works_without_script(enter: Enter, mira: Account, jonas: Account) -> None:
    hers = enter(mira, java_script_enabled=False)
    open_room(hers, "On paper", jonas)
    say(hers, "A letter")

    his = enter(jonas, java_script_enabled=False)
    entry = his.get_by_role("link", name="On paper")
    expect(entry).to_contain_text("1 unread")
    entry.click()
    expect(his.locator(".message .content")).to_have_text("A letter")
    his.get_by_role("button", name="Mark 1 as read").click()
    his.goto("/")
    entry = his.get_by_role("link", name="On paper")
    expect(entry.locator("[data-unread]")).to_be_hidden()


def test_somebody_is_invited_and_somebody_else_stays_outside(
    enter: Enter, site: Site, mira: Account, jonas: Account
) -> None:
    agent = site.accounts["agent"][0]
    hers = enter(mira)
    open_room(hers, "Two is company", jonas)
    address = hers.url
    outside = enter(agent, expected="404")
    outside.goto(address)
    expect(outside.get_by_role("heading", name="Not found")).to_be_visible()

    hers.get_by_role("link", name="People in this room").click()
    hers.get_by_label("Bring somebody in").fill(agent.username)
    hers.get_by_role("button", name="Invite").click()
    expect(hers.get_by_text("is in the room now")).to_be_visible()
    outside.goto(address)
    expect(outside.get_by_role("heading", level=1, name="Two is company")).to_be_visible()


def test_replies_threads_names_and_graphs_are_the_same_live_and_after_a_reload(
    enter: Enter, mira: Account, jonas: Account
) -> None:
    hers, his = enter(mira), enter(jonas, "phone", "dark")
    open_room(hers, "The bakery", jonas)
    his.get_by_role("link", name="The bakery").click()

    say(his, "Who bakes?")
    asked = hers.locator(".message", has_text="Who bakes?").first
    asked.hover()
    asked.get_by_role("link", name="Reply").click()
    expect(hers.locator("[data-replying]")).to_contain_text("Who bakes?")
    say(hers, f"@{jonas.username} does")
    expect(his.locator(".message .reply")).to_contain_text("Who bakes?")
    expect(his.locator(".content .name")).to_have_text(f"@{jonas.username}")
    expect(hers.locator("[data-replying]")).to_be_hidden()

    asked.hover()
    asked.get_by_role("link", name="Answer in a thread").click()
    expect(hers.get_by_role("heading", level=1, name="Thread")).to_be_visible()
    say(hers, "Rye or wheat?")
    expect(hers.locator(".message .content")).to_have_text(["Who bakes?", "Rye or wheat?"])
    his.get_by_role("link", name="1 answer in its thread").click()
    say(his, "Rye")
    expect(hers.locator(".message .content").last).to_have_text("Rye")
    # A file belongs where it was sent: in the thread, and to what it replies to.
    rye = his.locator(".message", has_text="Rye").last
    rye.hover()
    rye.get_by_role("link", name="Reply").click()
    his.get_by_label("Attach a file").set_input_files(
        {"name": "bread.txt", "mimeType": "text/plain", "buffer": b"500 g of rye"}
    )
    sent = hers.locator(".message", has_text="bread.txt")
    expect(sent.locator(".reply")).to_contain_text("Rye")
    expect(sent.locator(".file.clean")).to_be_visible()

    live = hers.locator("[data-thread]").inner_text()
    hers.reload()
    expect(hers.locator("[data-thread]")).to_have_text(live, use_inner_text=True)


def test_a_moderator_puts_a_room_out_of_the_way_and_brings_it_back(
    enter: Enter, mira: Account, jonas: Account
) -> None:
    hers = enter(mira)
    open_room(hers, "Last year's fair", jonas)
    entry = hers.get_by_role("link", name="Last year's fair")
    hers.get_by_role("link", name="People in this room").click()
    hers.get_by_role("button", name="Archive this room").click()
    expect(hers.get_by_role("heading", level=1, name="Archived rooms")).to_be_visible()
    hers.goto("/")
    expect(entry).to_have_count(0)
    hers.get_by_role("link", name="Archived rooms").click()
    entry.click()
    expect(hers.locator("#composer-box")).to_be_disabled()
    hers.get_by_role("link", name="People in this room").click()
    hers.get_by_role("button", name="Bring this room back").click()
    say(hers, "Again this year?")
    hers.goto("/")
    expect(entry).to_be_visible()


def test_one_replies_and_answers_in_threads_without_script(
    enter: Enter, mira: Account, jonas: Account
) -> None:
    hers = enter(mira, java_script_enabled=False)
    open_room(hers, "On paper, in turns", jonas)
    say(hers, "First")
    hers.get_by_role("link", name="Reply").click()
    say(hers, "Second")
    expect(hers.locator(".message .reply")).to_contain_text("First")
    hers.get_by_role("link", name="Answer in a thread").first.click()
    say(hers, "Third")
    expect(hers.locator(".message .content")).to_have_text(["First", "Third"])
