"""Recent messages and templates in Valkey: never stale, nothing erased stays, and missed by nobody."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client import REGISTRY
from pytest_django.fixtures import Settings

from chatcore import stamped
from chatcore.cache import ForgetfulCache
from dialogues import caches as kept
from dialogues.caches import RECENT, recent_key
from dialogues.models import DialogueMessage, DialogueSession, DialogueTemplate
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.messages import MessagePage, messages_before
from dialogues.selectors.templates import offered_templates
from dialogues.services.companion import companion_of
from dialogues.services.messages import delete_message, edit_message, remove_message
from dialogues.services.retention import delete_old_dialogues
from dialogues.services.sessions import delete_dialogue, rate_dialogue
from dialogues.services.start_over import start_over
from dialogues.services.templates import change_template, delete_template
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import asked_and_answered, dialogue_of, lighthouse, template_of
from tests.test_admin import signed_in
from tests.world import Cast, cast


@pytest.fixture(autouse=True)
def _of_its_own(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes of a test run share Valkey and clear the database of the cache."""
    settings.TEMPLATE_CACHE = True
    server = re.sub(r"\d+$", "9", settings.CACHES["default"]["LOCATION"])
    mine = ForgetfulCache(server, {"KEY_PREFIX": uuid4().hex})
    monkeypatch.setattr(stamped, "_shared", lambda: mine)


@pytest.fixture
def world(world: Cast, monkeypatch: pytest.MonkeyPatch) -> Cast:
    """As if each change were committed by itself: what is kept is kept and forgotten on commit."""
    monkeypatch.setattr(transaction, "on_commit", lambda do: do())
    return world


@pytest.fixture
def session(world: Cast) -> DialogueSession:
    begun = dialogue_of(world.mira, lighthouse())
    asked_and_answered(begun, "What did Marten carry on a string?")
    return begun


def page(world: Cast, session: DialogueSession) -> MessagePage:
    return messages_before(dialogue_for(world.mira, session.pk), None, 50)


def reads(cache: str, result: str) -> float:
    labels = {"cache": cache, "result": result}
    return REGISTRY.get_sample_value("chatcore_cache_reads_total", labels) or 0


def in_valkey(session: DialogueSession) -> list[str]:
    """The pages that are kept of the dialogue, as Valkey has them."""
    keys = [f"{RECENT.name}:{recent_key(session.pk, snapshots=one)}" for one in (True, False)]
    return [str(found) for found in stamped._shared().get_many(keys).values()]


# -- recent messages --


def test_a_second_reading_asks_the_database_for_no_message(
    world: Cast, session: DialogueSession
) -> None:
    first, hits = page(world, session), reads("recent-messages", "hit")
    known = dialogue_for(world.mira, session.pk)

    with assert_queries(0):
        second = messages_before(known, None, 50)

    assert second == first
    assert reads("recent-messages", "hit") == hits + 1


def test_every_change_is_seen_at_once(
    world: Cast, session: DialogueSession, client_of: Callable[..., ContractClient]
) -> None:
    path = f"/api/v1/dialogues/{session.pk}/messages/"
    mira = client_of(world.mira)
    mira.get(path)
    question = DialogueMessage.objects.get(session=session, role="user")

    edit_message(session, question.pk, "What did he carry?")
    assert mira.get(path).json()["results"][0]["content"] == "What did he carry?"
    delete_message(session, question.pk)
    assert mira.get(path).json()["results"][0]["content"] == ""
    asked_and_answered(session, "And the cat?")
    assert len(mira.get(path).json()["results"]) == 4


def _edited(session: DialogueSession, message: DialogueMessage) -> None:
    edit_message(session, message.pk, "Never mind.")


def _deleted(session: DialogueSession, message: DialogueMessage) -> None:
    delete_message(session, message.pk)


def _removed(session: DialogueSession, message: DialogueMessage) -> None:
    remove_message(session, message.pk)


def _dialogue_deleted(session: DialogueSession, message: DialogueMessage) -> None:
    delete_dialogue(session)


def _outlived(session: DialogueSession, message: DialogueMessage) -> None:
    long_ago = timezone.now() - timedelta(days=4_000)
    DialogueSession.objects.filter(pk=session.pk).update(deleted_at=long_ago)
    assert delete_old_dialogues()[1] == 1


ERASURES = [_edited, _deleted, _removed, _dialogue_deleted, _outlived]


@pytest.mark.parametrize("erase", ERASURES)
def test_erased_words_do_not_stay_in_valkey(
    world: Cast,
    session: DialogueSession,
    settings: Settings,
    erase: Callable[[DialogueSession, DialogueMessage], None],
) -> None:
    settings.DELETED_KEPT_DAYS = 30
    for snapshots in (True, False):
        messages_before(dialogue_for(world.mira, session.pk), None, 50, snapshots=snapshots)
    assert [("Marten carry" in found) for found in in_valkey(session)] == [True, True], "premise"

    erase(session, DialogueMessage.objects.get(session=session, role="user"))

    assert in_valkey(session) == []


def test_starting_over_with_the_companion_leaves_no_word_in_valkey(world: Cast) -> None:
    companion = companion_of(world.mira)
    asked_and_answered(companion, "My name is Mira.")
    page(world, companion)
    assert "My name is Mira" in in_valkey(companion)[0], "premise"

    start_over(companion, messages=True)

    assert in_valkey(companion) == []


def test_a_reader_that_fills_late_keeps_nothing(world: Cast, session: DialogueSession) -> None:
    """It read the words before they were deleted, and fills the cache after."""
    early = dialogue_for(world.mira, session.pk)
    looked = RECENT.look(recent_key(session.pk, snapshots=True), early.version)
    found = messages_before(early, early.last_seq + 1, 50)
    delete_message(session, DialogueMessage.objects.get(session=session, role="user").pk)

    RECENT.keep(looked, {"results": found.results, "has_more": found.has_more})

    assert in_valkey(session) == []
    assert page(world, session).results[0]["content"] == ""


def test_what_is_kept_of_an_older_version_is_not_taken(
    world: Cast, session: DialogueSession
) -> None:
    page(world, session)
    asked_and_answered(session, "And the cat?")
    assert in_valkey(session), "premise: an answer erases nothing"
    assert len(page(world, session).results) == 4


def test_a_transaction_that_fails_keeps_nothing(committed: None) -> None:
    world = cast()
    session = dialogue_of(world.mira)

    def fail() -> None:
        with transaction.atomic():
            asked_and_answered(session, "Show my tasks")
            assert page(world, session).results, "premise"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert in_valkey(session) == []
    assert page(world, session).results == []


def test_nobody_notices_that_valkey_is_away(
    world: Cast, session: DialogueSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = ForgetfulCache("redis://127.0.0.1:1/0", {})
    monkeypatch.setattr(stamped, "_shared", lambda: away)

    first = page(world, session)
    assert page(world, session) == first
    delete_message(session, DialogueMessage.objects.get(session=session, role="user").pk)
    assert page(world, session).results[0]["content"] == ""


def test_it_can_be_switched_off(world: Cast, session: DialogueSession, settings: Settings) -> None:
    settings.MESSAGE_CACHE = False
    page(world, session)
    assert in_valkey(session) == []


# -- templates --


def names(world: Cast) -> list[str]:
    return [offer.name for offer in offered_templates(world.mira)]


def test_templates_on_offer_are_read_once_for_everybody(world: Cast) -> None:
    template_of(world.ada, name="Study", suggested_questions=["Who keeps the lamp?"])
    hits = reads("templates", "hit")
    first = offered_templates(world.mira)

    with CaptureQueriesContext(connection) as seen:
        assert offered_templates(world.otto) == first

    assert "dialogue_templates" not in str(seen.captured_queries)
    assert reads("templates", "hit") == hits + 1


def test_every_change_of_a_template_is_offered_at_once(world: Cast) -> None:
    template = template_of(world.ada, name="Study")
    assert names(world) == ["Study"]
    other = template_of(world.ada, name="Chat")
    assert set(names(world)) == {"Study", "Chat"}
    change_template(template, is_active=False)
    assert names(world) == ["Chat"]
    delete_template(other)
    assert names(world) == []


def test_a_rating_is_shown_at_once(world: Cast) -> None:
    template = template_of(world.ada)
    begun = dialogue_of(world.mira, lighthouse(), template=template.pk)
    assert offered_templates(world.mira)[0].rating_count == 0
    rate_dialogue(begun, 4)
    assert offered_templates(world.mira)[0].rating == 4


def test_what_staff_changes_in_the_admin_is_offered_at_once(world: Cast) -> None:
    template = template_of(world.ada, name="Study")
    assert names(world) == ["Study"]
    admin = signed_in(world.ada)
    chosen = {"action": "delete_selected", "_selected_action": str(template.pk), "post": "yes"}
    response = admin.post("/admin/dialogues/dialoguetemplate/", chosen)
    assert response.status_code == 302, response.content
    assert not DialogueTemplate.objects.exists(), "premise"
    assert names(world) == []


def test_a_reader_that_fills_late_hides_no_template(world: Cast) -> None:
    looked = kept.TEMPLATES.look(kept.OFFERED)
    template_of(world.ada, name="Study")
    kept.TEMPLATES.keep(looked, [])
    assert names(world) == ["Study"]
