"""The agent console, through the door a browser uses, without script. With it: journeys/test_console.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from chatcore.models import User
from rooms.console.filters import save_filter
from rooms.models import (
    Audience,
    CannedResponse,
    ChatFileAttachment,
    Escalation,
    Macro,
    RoomMessage,
    RoomParticipant,
    RoomSupervision,
    SlaClock,
    SupportProfile,
)
from rooms.selectors.queue import counts_for
from rooms.services.conclusions import conclude_room
from rooms.services.escalation_care import watch
from rooms.services.escalation_states import accept_escalation, resolve_escalation
from rooms.services.messages import add_note
from rooms.services.reading import mark_read
from rooms.services.replies import add_reply
from tests.conftest import assert_queries
from tests.rooms import access_to, said
from tests.support import again, agent_of, escalation_of, promise
from tests.test_web_pages import browser_of
from tests.world import Cast


def page_of(browser: Client, path: str = "/console/") -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def address(escalation: Escalation, step: str = "") -> str:
    return f"/console/escalations/{escalation.pk}/{step}"


def taken_by(agent: User, customer: User, **columns: Any) -> Escalation:
    """An escalation that the agent has."""
    return accept_escalation(escalation_of(customer, **columns).pk, by=agent)


def said_in(escalation: Escalation) -> list[tuple[str, int]]:
    """What people have said in its room, with whom it is for."""
    found = RoomMessage.objects.filter(room=escalation.target_room_id, message_type="chat")
    return list(found.order_by("seq").values_list("content", "audience"))


def test_only_the_people_of_support_come_in(world: Cast) -> None:
    escalation = escalation_of(world.mira)
    for path in ("/console/", "/console/queues/all/", address(escalation), "/console/counts/"):
        for agent in (world.ana, world.sven, world.ada):
            assert browser_of(agent).get(path).status_code == 200, (path, agent)
        for other in (world.mira, world.otto, world.gil):
            assert browser_of(other).get(path).status_code == 403, (path, other)
        assert Client().get(path).status_code == 302
    assert browser_of(world.otto).post(address(escalation, "accept/")).status_code == 403
    assert again(escalation).status == "created"


def test_the_bar_leads_agents_there_and_nobody_else(world: Cast) -> None:
    assert 'href="/console/"' in browser_of(world.ana).get("/").content.decode()
    assert 'href="/console/"' not in browser_of(world.mira).get("/").content.decode()


def test_an_agent_sees_their_levels_and_those_above_look_missing(world: Cast) -> None:
    above = escalation_of(world.mira, "T2", reason="For somebody above")
    hers = browser_of(world.ana)
    assert hers.get(address(above)).status_code == hers.get(address_of_none()).status_code == 404
    assert "For somebody above" not in page_of(hers, "/console/queues/all/")
    assert "For somebody above" in page_of(browser_of(world.bela), "/console/queues/all/")


def address_of_none() -> str:
    return f"/console/escalations/{uuid4()}/"


def test_a_day_without_script(world: Cast) -> None:
    escalation = escalation_of(world.mira, reason="My export stops")
    hers = browser_of(world.ana)
    assert "My export stops" in page_of(hers, "/console/queues/unassigned/")
    assert "Take it to read and to answer" in page_of(hers, address(escalation))

    assert hers.post(address(escalation, "accept/")).status_code == 302
    assert "My export stops" in page_of(hers)
    say = {"role": "reply", "content": "Good morning", "client_ref": str(uuid4())}
    for _ in range(2):
        assert hers.post(address(escalation, "say/"), say).status_code == 302
    hers.post(address(escalation, "say/"), {"role": "note", "content": "Ask for the log"})
    assert said_in(escalation) == [
        ("Good morning", Audience.EVERYONE),
        ("Ask for the log", Audience.STAFF),
    ]
    page = page_of(hers, address(escalation))
    assert "Private note" in page
    room = f"/rooms/{escalation.target_room_id}/"
    theirs = page_of(browser_of(world.mira), room)
    assert "Good morning" in theirs
    assert "Ask for the log" not in theirs

    hers.post(address(escalation, "facts/"), {"priority": "1", "tags": "Export, slow"})
    hers.post(address(escalation, "start/"))
    hers.post(address(escalation, "resolve/"), {"note": "It was the log."})
    done = again(escalation)
    assert (done.status, done.priority, done.tags) == ("resolved", 1, ["export", "slow"])
    assert done.resolution_notes == "It was the log."
    hers.post(address(escalation, "reopen/"))
    assert again(escalation).status != "resolved"


def test_who_hands_up_says_what_the_next_level_has_to_know(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    hers = browser_of(world.ana)
    refused = hers.post(address(escalation, "hand_up/"), {"to_level": "T2"}, follow=True)
    assert "This field is required." in refused.content.decode()
    hers.post(address(escalation, "hand_up/"), {"to_level": "T2", "handover_note": "Tried twice"})
    following = Escalation.objects.get(previous=escalation)
    assert (following.to_level, following.handover_note) == ("T2", "Tried twice")
    page = page_of(browser_of(world.bela), address(following))
    assert "Tried twice" in page
    assert address(escalation) in page  # the chain leads back
    accept_escalation(following.pk, by=world.bela)
    page = page_of(browser_of(world.bela), address(following))
    link = f'href="/rooms/{escalation.target_room_id}/">The earlier part of this conversation'
    assert link in page, "what was said on the first level"


def test_a_reply_waits_when_somebody_else_was_faster(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    hers, room = browser_of(world.ana), escalation.target_room
    assert room
    room.refresh_from_db()
    form = {"role": "reply", "content": "Mine, typed slowly", "seen_seq": str(room.last_seq)}
    said(room, world.mira, "It works again!")
    page = hers.post(address(escalation, "say/"), form).content.decode()
    assert "There is something newer" in page
    assert "It works again!" in page
    assert "Mine, typed slowly" in page
    assert said_in(escalation) == [("It works again!", Audience.EVERYONE)]

    hers.post(address(escalation, "say/"), {**form, "send_anyway": "on"})
    assert said_in(escalation)[-1][0] == "Mine, typed slowly"
    # A private note clashes with nobody's words.
    said(room, world.mira, "And again not")
    hers.post(address(escalation, "say/"), {**form, "role": "note", "content": "She is in a hurry"})
    assert said_in(escalation)[-1] == ("She is in a hurry", Audience.STAFF)


def test_one_action_for_several_stops_at_none_of_them(world: Cast) -> None:
    mine, waits = taken_by(world.ana, world.mira), escalation_of(world.otto)
    above = escalation_of(world.mira, "T2")
    hers, here = browser_of(world.ana), "/console/queues/all/?state=open"
    ids = [str(each.pk) for each in (mine, waits, above)] + ["no id at all"]

    def do(action: str, **given: str) -> str:
        answer = hers.post(here, {"ids": ids, "action": action, **given}, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    assert "Done for 2." in do("tag", tags="monday")
    assert again(mine).tags == again(waits).tags == ["monday"]
    assert again(above).tags == []
    do("priority", priority="1")
    assert again(waits).priority == 1
    do("watch")
    assert f'data-count="watched">{2}<' in page_of(hers)
    do("assign")
    assert again(waits).assigned_to_user == world.ana
    do("snooze", snooze_for="1h")
    assert again(waits).snoozed_until
    actions = [{"action": "add_tags", "tags": ["late"]}]
    macro = add_reply(Macro, by=world.ana, name="Late", actions=actions)
    assert "Done for 2." in do("macro", macro=str(macro.pk))
    assert again(mine).tags == ["late", "monday"]


def test_what_several_were_refused_is_named_and_stays_ticked(world: Cast) -> None:
    mine, waits = taken_by(world.ana, world.mira), escalation_of(world.otto)
    ids, hers = [str(mine.pk), str(waits.pk)], browser_of(world.ana)
    form = {"ids": ids, "action": "resolve", "note": "All the same cause"}
    page = hers.post("/console/queues/all/", form).content.decode()
    assert "Done for 1." in page
    assert "“Help”: It is created; that cannot be resolved." in page
    assert (again(mine).status, again(waits).status) == ("resolved", "created")
    assert f'value="{waits.pk}" checked' in page
    assert f'value="{mine.pk}" checked' not in page
    assert 'value="All the same cause"' in page
    for form, why in (
        ({"ids": ids, "action": "erase"}, "Tick what it is for"),
        ({"ids": ids, "action": ""}, "Tick what it is for"),
        ({"ids": [], "action": "watch"}, "Tick what it is for"),
        ({"ids": ids, "action": "tag", "tags": "x" * 60}, "At most 20 tags"),
        ({"ids": ids, "action": "macro", "macro": str(uuid4())}, "Not found"),
    ):
        page = hers.post("/console/queues/all/", form).content.decode()
        assert why in page, form


def test_a_form_leads_back_to_no_other_site(world: Cast) -> None:
    form = {"availability": "away", "back": "https://evil.example/"}
    assert browser_of(world.ana).post("/console/availability/", form)["Location"] == "/console/"


def test_a_list_says_what_one_has_not_read(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    hers, room = browser_of(world.ana), escalation.target_room
    assert room
    mark_read(user_id=world.ana.pk, room_id=room.pk, seq=99)
    assert "new-count" not in page_of(hers)
    said(room, world.mira, "One")
    said(room, world.mira, "Two")
    assert "2 new" in page_of(hers)
    page_of(hers, address(escalation))
    assert "new-count" not in page_of(hers)
    said(room, world.mira, "Three")
    assert "new-count" not in page_of(browser_of(world.sven), "/console/queues/all/")


def test_the_next_one_is_the_most_urgent_of_ones_levels(world: Cast) -> None:
    escalation_of(world.mira, priority=4)
    urgent = escalation_of(world.otto, priority=1)
    hers = browser_of(world.ana)
    assert hers.post("/console/next/")["Location"] == address(urgent)
    hers.post("/console/next/")
    assert "Nobody waits." in hers.post("/console/next/", follow=True).content.decode()


def test_the_numbers_are_those_of_the_lists(world: Cast) -> None:
    promise()
    taken_by(world.ana, world.mira)
    watched = escalation_of(world.otto, reason="Watch me")
    watch(watched, world.ana)
    SlaClock.objects.filter(escalation=watched).update(breached_at=watched.created_at)
    hers = browser_of(world.ana)
    page, counts = page_of(hers), counts_for(world.ana)
    for name in ("mine", "unassigned", "breached", "watched", "snoozed"):
        assert f'data-count="{name}">{counts[name]}<' in page
        shown = page_of(hers, f"/console/queues/{name}/").count("data-row=")
        assert shown == counts[name], name
    assert f'data-count="T1">{counts["levels"]["T1"]}<' in page
    assert "Breached" in page_of(hers, "/console/queues/breached/")
    assert browser_of(world.ana).get("/console/queues/none-such/").status_code == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("words=EXPORT", {"export"}),
        ("priority=1", {"clock"}),
        ("tag=Billing", {"clock"}),
        ("whose=me", {"export"}),
        ("whose=nobody&state=open", {"clock"}),
        ("level=T2", set()),
        ("state=nonsense&level=T9&priority=12&sort=x&page=x", {"clock", "export"}),
    ],
)
def test_a_list_is_narrowed(world: Cast, query: str, expected: set[str]) -> None:
    taken_by(world.ana, world.mira, reason="the export")
    escalation_of(world.otto, reason="the clock", priority=1, tags=["billing"])
    page = page_of(browser_of(world.ana), f"/console/queues/all/?{query}")
    assert {word for word in ("clock", "export") if f"the {word}" in page} == expected


def test_a_list_is_sorted_by_what_is_due_first(world: Cast) -> None:
    promise(priority=1, first_response_seconds=6_000)
    promise(priority=3, first_response_seconds=60)
    escalation_of(world.mira, priority=1, reason="the urgent one")
    escalation_of(world.otto, priority=3, reason="the one due soon")
    hers = browser_of(world.ana)

    def first(query: str) -> str:
        page = page_of(hers, f"/console/queues/all/{query}")
        return min(("the urgent one", "the one due soon"), key=page.index)

    assert first("") == "the urgent one"
    assert first("?sort=due") == "the one due soon"


def test_two_who_look_hear_of_each_other(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    hers, his = browser_of(world.ana), browser_of(world.sven)
    hers.get(address(escalation, "others/"), {"answering": "1"})
    assert "ana is answering" in page_of(his, address(escalation, "others/"))
    assert "sven is looking" in page_of(hers, address(escalation, "others/"))
    assert browser_of(world.otto).get(address(escalation, "others/")).status_code == 403


def test_a_list_counts_its_queries(world: Cast) -> None:
    promise()
    hers = browser_of(world.ana)
    save_filter(world.ana, "Mine", "tag=a")
    for more in (2, 18):
        for number in range(more):
            escalation = taken_by(world.ana, (world.mira, world.otto)[number % 2], tags=["a", "b"])
            add_note(access=access_to(escalation.source_room, world.ana), content="For us")
        page_of(hers)  # the clocks hear what was said
        # 14 queries: session · who asks · what they may · how many · the ids of the page in order · these
        # with rooms and people · their clocks · their watchers · what is unread in their rooms · macros ·
        # agents · the numbers of the lists · the numbers of the filters · one's own switch
        with assert_queries(14):
            page_of(hers)


def test_the_page_of_one_counts_its_queries(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    hers, room = browser_of(world.ana), escalation.target_room
    assert room
    for more in (2, 18):
        for number in range(more):
            agent_of("T1", f"agent{more}{number}")
            escalation_of(world.mira)
            said(room, world.mira, f"line {number}")
        page_of(hers, address(escalation))  # read, and heard by its clocks
        # 18 queries: session · who asks · what they may · the escalation · its clocks · its watchers ·
        # one's place in its room · macros · agents · what follows in the chain · canned responses · its
        # messages · their threads · who is in the room · the numbers of the lists · one's own switch ·
        # what the customer asked for before · what happened
        with assert_queries(18):
            page_of(hers, address(escalation))


def test_a_filter_is_kept_under_a_name(world: Cast) -> None:
    hers = browser_of(world.ana)
    query = "state=open&tag=billing"
    hers.post("/console/filters/", {"name": "Money", "query": query})
    world.ana.refresh_from_db()
    page = page_of(hers)
    assert f'href="/console/queues/all/?{query.replace("&", "&amp;")}"' in page
    assert "Money" in page
    assert "Money" not in page_of(browser_of(world.bela))
    shown = page_of(hers, f"/console/queues/all/?{query}")
    assert "Saved as “Money”" in shown
    here = f'href="/console/queues/all/?{query.replace("&", "&amp;")}" aria-current="page"'
    assert here in shown
    assert 'data-count="saved Money">0<' in shown
    escalation_of(world.mira, tags=["billing"])
    escalation_of(world.mira, tags=["search"])
    assert 'data-count="saved Money">1<' in page_of(hers)
    refused = hers.post("/console/filters/", {"name": "All", "query": "sort=x"}, follow=True)
    assert "Narrow the list" in refused.content.decode()
    hers.post("/console/filters/", {"name": "Money", "delete": "1"})
    assert "Money" not in page_of(hers)


def test_what_a_client_keeps_among_the_preferences_breaks_no_page(world: Cast) -> None:
    for kept in (7, [7, {"name": 1}], {"name": "x"}, [{"name": "n", "query": "<b>&tag=%00"}]):
        world.ana.chat_preferences = {"console_filters": kept}
        world.ana.save()
        page_of(browser_of(world.ana))


def test_a_canned_response_is_filled_in_the_box(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    text = "Hello {{customer_name}}, {{agent_name}} here."
    canned = add_reply(CannedResponse, by=world.ana, short_code="hello", text=text)
    hers, here = browser_of(world.ana), address(escalation, "canned/")
    assert "Hello Mira, ana here." in page_of(hers, address(escalation))  # in the list, too
    assert "Hello Mira, ana here." in hers.post(here, {"canned": canned.pk}).content.decode()
    plain = hers.post(here, {"canned": canned.pk}, headers={"accept": "text/plain"})
    assert plain.content.decode() == "Hello Mira, ana here."
    assert browser_of(world.bela).post(here, {"canned": canned.pk}).status_code == 404
    assert said_in(escalation) == []


def test_a_macro_does_all_or_nothing(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    actions = [
        {"action": "reply", "text": "Solved."},
        {"action": "resolve", "resolution_notes": "ok"},
    ]
    macro = add_reply(Macro, by=world.ana, name="Done", actions=actions)
    hers = browser_of(world.ana)
    assert "Done" in page_of(hers, address(escalation))
    for _ in range(2):  # the second time there is nothing to resolve, so nothing is said either
        hers.post(address(escalation, "macro/"), {"macro": macro.pk})
    assert again(escalation).status == "resolved"
    assert [words for words, _ in said_in(escalation)] == ["Solved."]


def test_a_file_goes_with_a_reply_to_the_customer_and_with_a_note_to_the_team(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    hers, room = browser_of(world.ana), f"/rooms/{escalation.target_room_id}/"
    for role in ("reply", "note"):
        file = SimpleUploadedFile(f"{role}.txt", b"a line")
        form = {"role": role, "content": "", "file": file}
        assert hers.post(address(escalation, "say/"), form).status_code == 302
        assert f"{role}.txt" in page_of(hers, address(escalation))
    theirs = page_of(browser_of(world.mira), room)
    assert "reply.txt" in theirs
    assert "note.txt" not in theirs
    kept = ChatFileAttachment.objects.get(original_filename="note.txt")
    url = f"/api/v1{room}attachments/{kept.pk}/"
    assert browser_of(world.mira).get(url).status_code == 404
    assert hers.get(url).status_code == 409  # there, and not looked at yet


def test_what_is_refused_comes_back_with_what_was_typed(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    hers, words = browser_of(world.ana), "Typed with great care"

    def refused(step: str, why: str, **form: str) -> None:
        answer = hers.post(address(escalation, f"{step}/"), form)
        assert answer.status_code == 200
        page = answer.content.decode()
        assert why in page, step
        assert words in page, step
        assert " autofocus" in page

    refused("hand_up", "is not one of the available choices", to_level="T9", handover_note=words)
    refused("hand_up", "Name a level above T1.", to_level="T1", handover_note=words)
    refused("transfer", "There is no such agent", user=str(world.mira.pk), note=words)
    refused("snooze", "Enter a valid date/time.", until=words)
    refused("facts", "At most 20 tags", priority="3", tags=f"{words}{'x' * 50}")
    # Somebody else has resolved it meanwhile: the step is offered no more, the words are still there.
    resolve_escalation(escalation.pk, by=world.ana)
    refused("resolve", "It is resolved; that cannot be resolved.", note=words)
    # The address under which a form comes back leads to the page.
    for step in ("resolve", "say", "canned"):
        assert hers.get(address(escalation, f"{step}/"))["Location"] == address(escalation)


def test_a_message_that_is_refused_stays_in_the_box(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    hers = browser_of(world.ana)
    first = said(escalation.target_room, world.mira, "Which one?")  # type: ignore[arg-type]
    form = {"role": "note", "content": "x" * 10_001, "reply_to": str(first.id)}
    page = hers.post(address(escalation, "say/"), form).content.decode()
    assert "at most 10000 characters" in page
    assert "x" * 10_001 in page
    assert 'value="note" checked' in page
    assert f'name="reply_to" value="{first.id}"' in page
    assert "Say something, or choose a file." in (
        hers.post(address(escalation, "say/"), {"role": "reply"}).content.decode()
    )


def test_it_sleeps_until_a_time_of_the_agents_zone(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    hers, step = browser_of(world.ana), address(escalation, "snooze/")
    tomorrow = timezone.now().date() + timedelta(days=1)

    def sleeps_until(**form: str) -> datetime:
        hers.post(step, form)
        until = again(escalation).snoozed_until
        assert until
        return until

    def at(hour: int, zone: str) -> datetime:
        return datetime(
            tomorrow.year, tomorrow.month, tomorrow.day, hour, 30, tzinfo=ZoneInfo(zone)
        )

    typed = f"{tomorrow}T14:30"
    assert sleeps_until(until=typed) == at(14, "UTC")
    world.ana.chat_preferences = {"time_zone": "America/Bogota"}
    world.ana.save()
    assert sleeps_until(until=typed, snooze_for="1h") == at(14, "America/Bogota")
    hers.cookies["time_zone"] = "Asia/Kolkata"  # as the browser says it
    assert sleeps_until(until=typed) == at(14, "Asia/Kolkata")
    assert "Asia/Kolkata" in page_of(hers, address(escalation))
    for nonsense in ("Nowhere/At_All", "../../etc", "America", "x" * 500):
        hers.cookies["time_zone"] = nonsense
        assert sleeps_until(until=typed) == at(14, "America/Bogota")
    assert sleeps_until(snooze_for="monday").astimezone(ZoneInfo("America/Bogota")).hour == 9
    refused = hers.post(step, {"until": "2020-01-01T10:00"}).content.decode()
    assert "In the coming year." in refused
    assert "2020-01-01T10:00" in refused


def test_an_agent_concludes_and_sees_what_the_customer_thought(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    hers, room = browser_of(world.ana), escalation.target_room
    assert room
    assert "Ends the conversation" in page_of(hers, address(escalation))
    form = {"outcome": "resolved", "summary": "A new invoice was made."}
    assert hers.post(address(escalation, "conclude/"), form).status_code == 302
    done = again(escalation)
    assert (done.status, done.resolution_notes) == ("resolved", form["summary"])
    conclude_room(access=access_to(room, world.mira), by=world.mira, rating=4, comment="So quick")
    page = page_of(hers, address(escalation))
    for words in ("Concluded: Resolved", form["summary"], "Rated 4 of 5", "So quick"):
        assert words in page
    assert "Ends the conversation" not in page
    again_refused = hers.post(address(escalation, "conclude/"), {"outcome": "better"})
    assert "is not one of the available choices" in again_refused.content.decode()


def test_a_supervisor_looks_on_whispers_and_takes_over(world: Cast) -> None:
    escalation = taken_by(world.ana, world.mira)
    room = escalation.target_room
    assert room
    said(room, world.mira, "It is about my invoice")
    his = browser_of(world.sven)
    assert "It is about my invoice" not in page_of(his, address(escalation))
    his.post(address(escalation, "observe/"), {"reason": "no"})
    assert not RoomSupervision.objects.exists()

    his.post(address(escalation, "observe/"), {"reason": "A complaint"})
    page = page_of(his, address(escalation))
    assert "It is about my invoice" in page
    assert "You look on" in page
    his.post(address(escalation, "say/"), {"role": "note", "content": "not yet in"})
    assert len(said_in(escalation)) == 1
    his.post(address(escalation, "whisper/"), {"content": "Look at the second page"})
    assert said_in(escalation)[-1] == ("Look at the second page", Audience.STAFF)
    assert "Look at the second page" in page_of(browser_of(world.ana), address(escalation))
    customers = browser_of(world.mira)
    assert "second page" not in page_of(customers, f"/support/{room.pk}/")
    assert not RoomParticipant.objects.filter(room=room, user=world.sven).exists()
    his.post(address(escalation, "look_away/"))
    late = his.post(address(escalation, "whisper/"), {"content": "And at the third"})
    assert "You do not look on any more." in late.content.decode()
    assert "And at the third" in late.content.decode()

    his.post(address(escalation, "come_in/"), {"reason": "Ana asked for help"})
    his.post(address(escalation, "say/"), {"role": "note", "content": "Offer a refund"})
    assert said_in(escalation)[-1] == ("Offer a refund", Audience.STAFF)
    acts = RoomSupervision.objects.order_by("started_at").values_list("action", "reason")
    assert list(acts) == [("observe", "A complaint"), ("join", "Ana asked for help")]

    his.post(address(escalation, "take_over/"), {"note": "I know the case"})
    assert again(escalation).assigned_to_user == world.sven
    hers = browser_of(world.ana)
    for step in ("observe", "come_in"):
        hers.post(address(escalation, f"{step}/"), {"reason": "I am curious"})
    assert RoomSupervision.objects.filter(supervisor=world.ana).count() == 0


def test_the_team_is_for_supervisors_and_its_numbers_are_true(world: Cast) -> None:
    taken_by(world.ana, world.mira)
    late = escalation_of(world.otto)
    promise("T2")
    above = escalation_of(world.mira, "T2")
    SlaClock.objects.filter(escalation=above).update(breached_at=above.created_at)
    assert browser_of(world.ana).get("/console/team/").status_code == 403
    page = page_of(browser_of(world.sven), "/console/team/")
    for words in (
        "<strong>3</strong> open",
        "<strong>2</strong> wait",
        "<strong>1</strong> breached",
    ):
        assert words in page
    assert f"agent={world.ana.pk}" in page
    assert "1 of 5" in page
    theirs = page_of(browser_of(world.sven), f"/console/queues/all/?agent={world.ana.pk}")
    assert theirs.count("data-row=") == 1
    assert str(late.pk) not in theirs


def test_the_team_counts_its_queries(world: Cast) -> None:
    his = browser_of(world.sven)
    for more in (2, 18):
        for number in range(more):
            taken_by(agent_of("T1", f"agent{more}{number}"), world.mira)
        # 8 queries: session · who asks · what they may · by level · what each agent has · the agents ·
        # the numbers of the lists · one's own switch
        with assert_queries(8):
            page_of(his, "/console/team/")


def test_a_supervisor_says_what_an_agent_takes_on(world: Cast) -> None:
    his, page = browser_of(world.sven), f"/console/team/{world.ana.pk}/"
    assert f'href="{page}"' in page_of(his, "/console/team/")
    form = {"availability": "away", "max_load": "7", "skills": "Billing, import"}
    assert his.post(page, form).status_code == 302
    profile = SupportProfile.objects.get(user=world.ana)
    assert (profile.availability, profile.max_load) == ("away", 7)
    assert profile.skills == ["billing", "import"]
    refused = his.post(page, form | {"max_load": "9" * 20, "skills": "x" * 60}).content.decode()
    assert "less than or equal to 1000" in refused
    assert "At most 20 skills" in refused
    assert browser_of(world.ana).post(page, form).status_code == 403
    assert his.get(f"/console/team/{world.mira.pk}/").status_code == 404


def test_an_agent_has_a_switch(world: Cast) -> None:
    hers = browser_of(world.ana)
    hers.post("/console/availability/", {"availability": "away"})
    assert SupportProfile.objects.get(user=world.ana).availability == "away"
    hers.post("/console/availability/", {"availability": "asleep"})
    assert SupportProfile.objects.get(user=world.ana).availability == "away"
    assert '<option value="away" selected>' in page_of(hers)
