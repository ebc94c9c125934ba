"""The soft limit, and what is cleared up by its age (seed 004; off where a setting says 0)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from config.celery import app
from dialogues.models import DialogueMessage, DialogueSession
from dialogues.services.retention import delete_old_dialogues
from dialogues.services.sessions import delete_dialogue
from tests.client import ContractClient
from tests.dialogues import asked_and_answered, dialogue_of, lighthouse
from tests.test_web_pages import browser_of
from tests.world import Cast

ClientOf = Callable[..., ContractClient]


def aged(session: DialogueSession, days: int) -> DialogueSession:
    then = timezone.now() - timedelta(days=days)
    found = DialogueSession.objects.filter(pk=session.pk)
    found.update(updated_at=then)
    found.filter(deleted_at__isnull=False).update(deleted_at=then)
    return session


def test_silent_dialogues_with_the_assistant_go_when_a_setting_says_so(
    world: Cast, settings: Settings
) -> None:
    old = aged(dialogue_of(world.mira), 31)
    young = aged(dialogue_of(world.mira), 29)
    book = aged(dialogue_of(world.mira, lighthouse()), 400)
    assert delete_old_dialogues() == (0, 0), "nothing goes by itself"

    settings.ASSISTANT_KEPT_DAYS = 30
    assert delete_old_dialogues() == (1, 0)
    assert delete_old_dialogues() == (0, 0)
    living = DialogueSession.objects.filter(deleted_at__isnull=True)
    assert set(living.values_list("pk", flat=True)) == {young.pk, book.pk}
    assert DialogueSession.objects.filter(pk=old.pk).exists(), "hidden first, erased later"


def test_deleted_dialogues_are_erased_with_all_that_hangs_on_them(
    world: Cast, settings: Settings
) -> None:
    session = dialogue_of(world.mira)
    asked_and_answered(session, "Add milk to my list")
    other = dialogue_of(world.mira, lighthouse())
    asked_and_answered(other, "What did Marten carry around his neck?")
    delete_dialogue(session)
    assert delete_old_dialogues() == (0, 0)
    aged(session, 31)
    assert DialogueMessage.objects.filter(session=session).count() == 3
    settings.DELETED_KEPT_DAYS = 0
    assert delete_old_dialogues() == (0, 0)
    settings.DELETED_KEPT_DAYS = 30
    assert delete_old_dialogues() == (0, 1)
    assert not DialogueMessage.objects.filter(session=session).exists()
    assert DialogueMessage.objects.filter(session=other).count() == 2


def test_beat_clears_up_once_a_day() -> None:
    (entry,) = (
        e for e in app.conf.beat_schedule.values() if e["task"] == "dialogues.delete_old_dialogues"
    )
    assert entry["schedule"].remaining_estimate(timezone.now()) <= timedelta(days=1)


@pytest.mark.parametrize(("limit", "is_long"), [(2, True), (3, False), (0, False)])
def test_past_the_soft_limit_one_is_told_and_nothing_refused(
    world: Cast, client_of: ClientOf, settings: Settings, limit: int, is_long: bool
) -> None:
    settings.DIALOGUE_SOFT_LIMIT = limit
    session = dialogue_of(world.mira, lighthouse())
    asked_and_answered(session, "What did Marten carry around his neck?")
    found = client_of(world.mira).get(f"/api/v1/dialogues/{session.pk}/").json()
    assert (found["message_count"], found["is_long"]) == (2, is_long)
    page = browser_of(world.mira).get(f"/dialogues/{session.pk}/").content.decode()
    assert ("has become long" in page) is is_long
    asked_and_answered(session, "And who rowed out?")
