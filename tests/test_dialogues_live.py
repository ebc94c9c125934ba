"""Live equals reload for every service of dialogues that changes something a reader sees."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from dialogues.models import DialogueMessage, DialogueSession
from dialogues.services.answering import answer_next
from dialogues.services.messages import delete_message, edit_message, remove_message
from dialogues.services.sessions import (
    change_dialogue,
    create_dialogue,
    delete_dialogue,
    end_dialogue,
    rate_dialogue,
    set_current_chapter,
)
from dialogues.services.turns import ask, cancel_turns, claim_turn, complete_turn, drop_turn
from tests.dialogues import asked_and_answered, dialogue_of, lighthouse
from tests.live import Stage
from tests.live_equals_reload import live_equals_reload

Change = Callable[[DialogueSession], object]
CHANGES: dict[str, Change] = {}


def change(work: Change) -> Change:
    """Declares something that is done in a dialogue of Mira with one question and its answer."""
    CHANGES[work.__name__.strip("_").replace("_", " ")] = work
    return work


def first_question(session: DialogueSession) -> DialogueMessage:
    found: DialogueMessage = DialogueMessage.objects.get(session=session, seq=1)
    return found


@change
def _a_question_and_its_answer_with_references(session: DialogueSession) -> None:
    asked_and_answered(session, "What did Marten carry on a string around his neck?")


@change
def _two_questions_and_a_repeat(session: DialogueSession) -> None:
    ref = uuid4()
    for _ in range(2):
        ask(session.user, session.pk, "And the cat?", ref)
    ask(session.user, session.pk, "And the ship?")
    answer_next(session.pk)


@change
def _a_question_called_off(session: DialogueSession) -> None:
    ask(session.user, session.pk, "Never mind?")
    cancel_turns(session.pk)


@change
def _an_answer_dropped_and_one_that_failed(session: DialogueSession) -> None:
    for content in ("One?", "Two?"):
        ask(session.user, session.pk, content)
    dropped = claim_turn(session.pk)
    assert dropped
    drop_turn(dropped, "cancelled", "Called off.")
    failed = claim_turn(session.pk)
    assert failed
    complete_turn(failed, "", {"error_code": "llm_failed", "error_message": "No."}, (), "failed")


@change
def _an_edit(session: DialogueSession) -> None:
    for words in ("other words", "again other words"):
        edit_message(session, first_question(session).pk, words)


@change
def _a_deletion_twice(session: DialogueSession) -> None:
    for _ in range(2):
        delete_message(session, first_question(session).pk)


@change
def _an_answer_taken_out_by_staff(session: DialogueSession) -> None:
    remove_message(session, DialogueMessage.objects.get(session=session, seq=2).pk)


@change
def _every_setting(session: DialogueSession) -> None:
    change_dialogue(
        session,
        title="Other",
        system_prompt="Be brief.",
        temperature=1.5,
        model_name="m",
        context_window=999,
    )


@change
def _an_end_and_a_new_beginning(session: DialogueSession) -> None:
    end_dialogue(session)
    change_dialogue(session, status="active")
    change_dialogue(session, status="archived")


@change
def _a_rating_and_a_place_in_the_book(session: DialogueSession) -> None:
    rate_dialogue(session, 5)
    set_current_chapter(session, 2)


@change
def _its_deletion(session: DialogueSession) -> None:
    delete_dialogue(session)


@change
def _another_dialogue(session: DialogueSession) -> None:
    create_dialogue(session.user, type="assistant", initial_question="Hello?")


@pytest.mark.parametrize("name", CHANGES)
def test_live_equals_reload(stage: Stage, name: str) -> None:
    session = dialogue_of(stage.world.mira, lighthouse())
    asked_and_answered(session, "Who kept the lamp?")
    with live_equals_reload(stage, stage.world.mira, f"dialogue:{session.pk}"):
        CHANGES[name](session)


def test_the_first_question_gives_the_title_live_too(stage: Stage) -> None:
    session = dialogue_of(stage.world.mira)
    with live_equals_reload(stage, stage.world.mira, f"dialogue:{session.pk}"):
        asked_and_answered(session, "Is anybody there?")
