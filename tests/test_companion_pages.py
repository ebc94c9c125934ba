"""The companion's pages: plain forms, so all of it works without script."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dialogues.models import DialogueSession, LifeEvent
from dialogues.services.companion import companion_of
from tests.dialogues import asked_and_answered
from tests.test_life_events import happened
from tests.test_web_pages import browser_of
from tests.world import Cast

DIARY = "/companion/diary/"
EVENT = {
    "event_type": "work",
    "description": "Planning <b>meeting</b>",
    "energy_level": 40,
    "stress_level": 70,
    "timestamp": "",
}


def test_the_conversation_is_made_on_the_first_visit_and_named(world: Cast) -> None:
    hers = browser_of(world.mira)
    body = hers.get("/companion/").content.decode()
    session = DialogueSession.objects.get(user=world.mira, type="companion")
    assert f'data-topic="dialogue:{session.pk}"' in body
    assert "Tell Companion" in body
    sent = hers.post(f"/dialogues/{session.pk}/ask/", {"content": "Hello there"}, follow=True)
    assert sent.redirect_chain[-1][0].startswith("/companion/")
    assert "Hello there" in sent.content.decode()


def test_a_guest_is_told_that_there_is_none(world: Cast) -> None:
    assert browser_of(world.gil).get("/companion/").status_code == 403
    assert "/companion/" in browser_of(world.mira).get("/").content.decode()
    assert "/companion/" not in browser_of(world.gil).get("/").content.decode()


def test_an_event_is_added_changed_and_deleted_by_forms(world: Cast) -> None:
    hers = browser_of(world.mira)
    body = hers.post("/companion/life-events/", EVENT, follow=True).content.decode()
    assert "Planning &lt;b&gt;meeting&lt;/b&gt;" in body
    assert 'role="img"' in body, "the state is drawn"
    event = LifeEvent.objects.get()
    path = f"/companion/life-events/{event.pk}/"
    before = event.timestamp
    hers.post(path, {**EVENT, "description": "Other words", "do": "edit"})
    event.refresh_from_db()
    assert (event.description, event.timestamp) == ("Other words", before)
    his = browser_of(world.otto)
    assert his.post(path, {"do": "delete"}).status_code == 404
    hers.post(path, {"do": "delete"})
    assert not LifeEvent.objects.exists()


def test_what_is_wrong_is_said_and_nothing_is_kept(world: Cast) -> None:
    hers = browser_of(world.mira)
    wrong = {**EVENT, "energy_level": 999}
    body = hers.post("/companion/life-events/", wrong, follow=True).content.decode()
    assert "Energy level: " in body
    later = {**EVENT, "timestamp": "2999-01-01T00:00"}
    body = hers.post("/companion/life-events/", later, follow=True).content.decode()
    assert "It has not happened yet." in body
    assert not LifeEvent.objects.exists()
    body = hers.post("/companion/personality/", {"language": "?"}, follow=True).content.decode()
    assert "language" in body


def test_the_personality_is_set_and_taken_back_by_its_form(world: Cast) -> None:
    hers = browser_of(world.mira)
    hers.post("/companion/personality/", {"name": "Juno", "tone": "direct"})
    assert companion_of(world.mira).personality_settings == {"name": "Juno", "tone": "direct"}
    assert "Tell Juno" in hers.get("/companion/").content.decode()
    hers.post("/companion/personality/", {"name": "", "tone": ""})
    assert companion_of(world.mira).personality_settings == {}


def test_what_was_said_is_found_and_marked(world: Cast) -> None:
    asked_and_answered(companion_of(world.mira), "The garden <script> is mine")
    body = browser_of(world.mira).get(DIARY, {"q": "garden"}).content.decode()
    assert "<mark>garden</mark>" in body
    assert "<script> is" not in body
    assert (
        "Nothing that was said holds"
        in browser_of(world.mira).get(DIARY, {"q": "whales"}).content.decode()
    )


def test_starting_over_erases_what_is_ticked(world: Cast) -> None:
    happened(world.mira, description="A walk")
    hers = browser_of(world.mira)
    assert "Tick what" in hers.post("/companion/start-over/", follow=True).content.decode()
    assert LifeEvent.objects.exists()
    hers.post("/companion/start-over/", {"life_events": "on"})
    assert not LifeEvent.objects.exists()


def test_the_diary_costs_as_much_for_twenty_events_as_for_two(world: Cast) -> None:
    hers, counts = browser_of(world.mira), []
    hers.get(DIARY)
    for more in (2, 18):
        for _ in range(more):
            happened(world.mira)
        with CaptureQueriesContext(connection) as seen:
            assert hers.get(DIARY, {"days": "90"}).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_nonsense_in_the_query_is_as_if_it_were_not_there(world: Cast) -> None:
    hers = browser_of(world.mira)
    for query in ({"days": "0"}, {"days": "x" * 99}, {"q": "x" * 5000}):
        assert hers.get(DIARY, query).status_code == 200
