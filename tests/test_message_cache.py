"""Recent messages in the cache: of the present version or not at all, counted, and missed by nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from prometheus_client import REGISTRY
from pytest_django.fixtures import Settings

from dialogues.models import DialogueMessage, DialogueSession
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.messages import MessagePage, messages_before
from dialogues.services.messages import delete_message, edit_message
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import asked_and_answered, dialogue_of, lighthouse
from tests.world import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(world: Cast, settings: Settings) -> DialogueSession:
    settings.MESSAGE_CACHE = True
    begun = dialogue_of(world.mira, lighthouse())
    asked_and_answered(begun, "What did Marten carry on a string?")
    return begun


def page(world: Cast, session: DialogueSession) -> MessagePage:
    return messages_before(dialogue_for(world.mira, session.pk), None, 50)


def reads(result: str) -> float:
    labels = {"cache": "recent-messages", "result": result}
    return REGISTRY.get_sample_value("chatcore_cache_reads_total", labels) or 0


def test_a_second_reading_asks_the_database_for_no_message(
    world: Cast, session: DialogueSession
) -> None:
    first, hits = page(world, session), reads("hit")
    known = dialogue_for(world.mira, session.pk)

    with assert_queries(0):
        second = messages_before(known, None, 50)

    assert second == first
    assert reads("hit") == hits + 1


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


def test_a_reader_that_fills_late_leaves_nothing_that_is_taken(
    world: Cast, session: DialogueSession
) -> None:
    """It read the dialogue before a change and keeps its page after another reader's."""
    early = dialogue_for(world.mira, session.pk)
    asked_and_answered(session, "And the cat?")
    assert len(page(world, session).results) == 4
    messages_before(early, None, 50)

    assert len(page(world, session).results) == 4
