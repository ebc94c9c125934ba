"""Live equals reload for every service that changes a dialogue."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import override_settings

from dialogues.models import DialogueMessage, DialogueSession
from dialogues.selectors.facts import facts_of
from dialogues.services.answering import answer_next
from dialogues.services.companion import change_companion, companion_of
from dialogues.services.digesting import digest_dialogue
from dialogues.services.memory import change_context, correct_fact, forget_fact, forget_memory
from dialogues.services.messages import delete_message, edit_message, remove_message
from dialogues.services.regenerating import regenerate
from dialogues.services.sessions import (
    change_dialogue,
    create_dialogue,
    delete_dialogue,
    end_dialogue,
    rate_dialogue,
)
from dialogues.services.start_over import start_over
from dialogues.services.turns import ask, cancel_turns
from tests.dialogues import lighthouse
from tests.live import Stage
from tests.live_equals_reload import live_equals_reload

Change = Callable[[Stage, DialogueSession], object]
CHANGES: dict[str, Change] = {}


def change(service: str) -> Callable[[Change], Change]:
    """Declares what a service does to a dialogue of Mira's in which one question was answered."""

    def remember(work: Change) -> Change:
        CHANGES[f"{service}: {work.__name__.strip('_')}"] = work
        return work

    return remember


def _asked(session: DialogueSession) -> UUID:
    """The id of the first question."""
    found: UUID = DialogueMessage.objects.get(session=session, seq=1).pk
    return found


@change("ask")
def _and_answer(stage: Stage, session: DialogueSession) -> None:
    ask(stage.world.mira, session.pk, "What did Marten carry around his neck?")
    answer_next(session.pk)


@change("regenerate")
def _the_answer(stage: Stage, session: DialogueSession) -> None:
    regenerate(stage.world.mira, session.pk, _asked(session))
    answer_next(session.pk)


@change("cancel_turns")
def _before_an_answer(stage: Stage, session: DialogueSession) -> None:
    ask(stage.world.mira, session.pk, "Never mind?")
    cancel_turns(session.pk)


@change("edit_message")
def _the_question(stage: Stage, session: DialogueSession) -> None:
    edit_message(session, _asked(session), "What does the key open?")


@change("delete_message")
def _the_question_away(stage: Stage, session: DialogueSession) -> None:
    for _ in range(2):
        delete_message(session, _asked(session))


@change("remove_message")
def _the_question_by_staff(stage: Stage, session: DialogueSession) -> None:
    remove_message(session, _asked(session))


@change("change_dialogue")
def _title_and_settings(stage: Stage, session: DialogueSession) -> None:
    change_dialogue(session, title="The lamp", temperature=0.2, status="archived")
    change_dialogue(session, status="active")


@change("end_dialogue")
def _and_open_it_again(stage: Stage, session: DialogueSession) -> None:
    end_dialogue(session)
    change_dialogue(session, status="active")


@change("rate_dialogue")
def _twice(stage: Stage, session: DialogueSession) -> None:
    rate_dialogue(session, 2)
    rate_dialogue(session, 5)


@change("change_context")
def _chapter_and_points(stage: Stage, session: DialogueSession) -> None:
    change_context(session, current_chapter=2)
    change_context(session, key_points=["The lamp is lit at dusk."], discussed_topics=["lamps"])


@change("digest_dialogue")
def _and_learn(stage: Stage, session: DialogueSession) -> None:
    with override_settings(DIGEST_WITH="rules"):
        ask(stage.world.mira, session.pk, "My name is Mira. What did Marten carry?")
        answer_next(session.pk)
        digest_dialogue(session.pk)
    assert facts_of(session.pk)


@change("correct_fact")
def _a_name(stage: Stage, session: DialogueSession) -> None:
    _and_learn(stage, session)
    correct_fact(session, facts_of(session.pk)[0].pk, "Miranda")


@change("forget_fact")
def _a_name_away(stage: Stage, session: DialogueSession) -> None:
    _and_learn(stage, session)
    forget_fact(session, facts_of(session.pk)[0].pk)


@change("forget_memory")
def _all_that_was_learned(stage: Stage, session: DialogueSession) -> None:
    _and_learn(stage, session)
    forget_memory(session)


@change("delete_dialogue")
def _all_of_it(stage: Stage, session: DialogueSession) -> None:
    delete_dialogue(session)


@change("create_dialogue")
def _another(stage: Stage, session: DialogueSession) -> None:
    create_dialogue(stage.world.mira, type="assistant")


@pytest.mark.parametrize("name", CHANGES)
def test_live_equals_reload(stage: Stage, name: str) -> None:
    mira = stage.world.mira
    session = create_dialogue(mira, type="book", book=lighthouse().pk)
    ask(mira, session.pk, "Who kept the lamp?")
    answer_next(session.pk)
    session.refresh_from_db()
    with live_equals_reload(stage, mira, f"dialogue:{session.pk}"):
        CHANGES[name](stage, session)


def test_live_equals_reload_where_a_tool_runs(stage: Stage) -> None:
    session = create_dialogue(stage.world.mira, type="assistant", title="Mine")
    with live_equals_reload(stage, stage.world.mira, f"dialogue:{session.pk}"):
        ask(stage.world.mira, session.pk, "Add milk to my list")
        answer_next(session.pk)
    roles = DialogueMessage.objects.filter(session=session).order_by("seq")
    assert list(roles.values_list("role", flat=True)) == ["user", "tool", "assistant"]


def test_live_equals_reload_with_the_companion(stage: Stage) -> None:
    session = companion_of(stage.world.mira)
    with live_equals_reload(stage, stage.world.mira, f"dialogue:{session.pk}"):
        change_companion(session, title="Juno", personality_settings={"tone": "direct"})
        change_context(session, facts={"likes": "tea"})
        ask(stage.world.mira, session.pk, "Hello.")
        answer_next(session.pk)
        start_over(session, messages=True, memory=True)


def test_every_service_that_changes_a_dialogue_is_among_them() -> None:
    found = {"ask", "cancel_turns", "digest_dialogue", "regenerate"}
    for name in ("sessions", "messages", "memory"):
        module = importlib.import_module(f"dialogues.services.{name}")
        for verb, thing in vars(module).items():
            if inspect.isfunction(thing) and thing.__module__ == module.__name__:
                found.add(verb)
    assert {name for name in found if not name.startswith("_")} == {
        name.partition(":")[0] for name in CHANGES
    }
