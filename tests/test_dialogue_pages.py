"""The pages of a dialogue without script: begin one, ask again, stop."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from dialogues.models import DialogueMessage, DialogueSession, DialogueTurn
from dialogues.selectors.messages import MessagePage, message_page
from dialogues.services.answering import answer_next
from dialogues.services.characters import put_character
from dialogues.services.turns import ask, cancel_turns
from tests.dialogues import asked_and_answered, dialogue_of, lighthouse, template_of
from tests.test_web_pages import browser_of
from tests.world import Cast

NEW = "/dialogues/new/"


def shown(browser: Client, session: DialogueSession) -> str:
    return browser.get(f"/dialogues/{session.pk}/").content.decode()


def answers(session: DialogueSession) -> list[DialogueMessage]:
    return list(DialogueMessage.objects.filter(session=session, role="assistant").order_by("seq"))


def test_a_character_greets_whoever_begins_with_them(world: Cast) -> None:
    marten = put_character(
        lighthouse(),
        {"name": "Marten", "description": "Keeps the lamp.", "greeting": "Mind the stairs."},
        by=world.ada,
    )
    hers = browser_of(world.mira)
    offered = hers.get(f"{NEW}?character={marten.pk}").content.decode()
    assert f'value="{marten.pk}" checked' in offered
    assert 'value="character" checked' in offered
    assert "Keeps the lamp." in offered
    form = {"type": "character", "character": str(marten.pk), "question": "Who are you?"}
    page = hers.post(NEW, form, follow=True).content.decode()
    assert page.index("Mind the stairs.") < page.rindex("Who are you?")
    session = DialogueSession.objects.get()
    assert (session.type, session.character, session.title) == ("character", marten, "Who are you?")


def test_a_template_that_lets_the_character_speak_greets_in_their_place(world: Cast) -> None:
    marten = put_character(lighthouse(), {"name": "Marten", "greeting": "Mind."}, by=world.ada)
    template = template_of(world.ada, type="character")
    form = {"type": "character", "character": str(marten.pk), "template": str(template.pk)}
    browser_of(world.mira).post(NEW, form)
    assert [m.content for m in answers(DialogueSession.objects.get())] == ["Where shall we begin?"]


def test_what_was_chosen_for_another_type_is_left_aside(world: Cast) -> None:
    book, template = lighthouse(), template_of(world.ada)
    form = {"type": "assistant", "book": str(book.pk), "template": str(template.pk)}
    browser_of(world.mira).post(NEW, {**form, "current_chapter": "2", "question": "Show my tasks"})
    begun = DialogueSession.objects.get()
    assert (begun.type, begun.book, begun.template) == ("assistant", None, None)


def test_a_dialogue_needs_somebody_to_talk_with(world: Cast) -> None:
    hers = browser_of(world.mira)
    for kind in ("book", "character", "companion"):
        assert hers.post(NEW, {"type": kind}).status_code == 200
    assert not DialogueSession.objects.exists()


def test_an_answer_is_asked_for_again_and_the_earlier_one_is_folded(world: Cast) -> None:
    session = dialogue_of(world.mira, lighthouse())
    asked_and_answered(session, "What did Marten carry around his neck?")
    (answer,) = answers(session)
    hers = browser_of(world.mira)
    assert "Answer again" in shown(hers, session)
    again = hers.post(f"/dialogues/{session.pk}/messages/{answer.pk}/again/")
    assert again["Location"] == f"/dialogues/{session.pk}/#end"
    answer_next(session.pk)
    page = shown(hers, session)
    assert page.count(" replaced") == 1
    assert "Earlier answer" in page
    old, new = answers(session)
    assert (old.replaced_by_id, new.replaced_by_id) == (new.pk, None)
    elsewhere = browser_of(world.otto).post(f"/dialogues/{session.pk}/messages/{new.pk}/again/")
    assert elsewhere.status_code == 404


def test_a_question_without_an_answer_is_asked_again(world: Cast) -> None:
    session = dialogue_of(world.mira)
    asked = ask(world.mira, session.pk, "Show my tasks")
    hers = browser_of(world.mira)
    assert f"/dialogues/{session.pk}/cancel/" in shown(hers, session)
    assert hers.post(f"/dialogues/{session.pk}/cancel/").status_code == 302
    assert DialogueTurn.objects.get().status == "cancelled"
    assert "This question was not answered." in shown(hers, session)
    hers.post(f"/dialogues/{session.pk}/messages/{asked.appended.id}/again/")
    assert answer_next(session.pk) == 1
    assert "This question was not answered." not in shown(hers, session)
    assert cancel_turns(session.pk) == 0


def test_a_page_read_while_its_answer_is_stored_looks_again(
    world: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = dialogue_of(world.mira, lighthouse())
    ask(world.mira, session.pk, "What did Marten carry around his neck?")

    def read_and_answered(*asked: Any, **how: Any) -> MessagePage:
        history = message_page(*asked, **how)
        answer_next(session.pk)
        return history

    monkeypatch.setattr("dialogues.pages.message_page", read_and_answered)
    assert 'http-equiv="refresh"' in shown(browser_of(world.mira), session)
    monkeypatch.undo()
    page = shown(browser_of(world.mira), session)
    assert 'http-equiv="refresh"' not in page
    assert "Chapter 1" in page
