"""The demo's books and dialogues.

A `.txt` file in this folder is a book written for the demo; the `.json` beside it holds its title,
author, characters and the dialogues that the demo's people have about it, and whether the robot and
the assistant answer from it unasked:

    {"title", "author", "is_knowledge_base"?, "characters"?: [facts of `put_character`, …],
     "dialogues"?: [{"by": "mira", "question": "…", "character": "name"?}, …]}

`templates.json` holds the templates for dialogues: columns of `dialogue_templates`.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db.models import Model, Q, QuerySet

from chatcore.demo import Demo, DemoPart, delete_without_trace, register_demo, remembered
from chatcore.models import User
from dialogues.caches import forget_templates
from dialogues.models import (
    Book,
    Character,
    DialogueMessage,
    DialogueSession,
    DialogueTemplate,
    MessageFeedback,
    SavedDialogue,
)
from dialogues.services.books import import_book
from dialogues.services.characters import put_character
from dialogues.services.sessions import create_dialogue
from dialogues.services.templates import create_template

log = structlog.get_logger(__name__)
FOLDER = Path(__file__).parent


def make(demo: Demo) -> None:
    if admin := demo.people.get("admin"):
        for template in json.loads(FOLDER.joinpath("templates.json").read_text(encoding="utf-8")):
            key = f"templates/{template['name']}"
            demo.once(key, partial(create_template, admin, **template))
    for text in sorted(FOLDER.glob("*.txt")):
        facts = json.loads(text.with_suffix(".json").read_text(encoding="utf-8"))
        by = demo.people.get("admin")
        demo.once(f"books/{text.stem}", partial(_book, text, facts, by))
        book = Book.objects.filter(pk__in=remembered(Book), source_name=text.name).first()
        for number, dialogue in enumerate(facts.get("dialogues", []) if book else []):
            _begin(demo, f"dialogues/{text.stem}-{number}", book, dialogue)


def _book(text: Path, facts: dict[str, Any], by: User | None) -> Model:
    imported = import_book(
        text.read_bytes(),
        text.name,
        title=facts.get("title", ""),
        author=facts.get("author", ""),
        language=facts.get("language", "en"),
        is_knowledge_base=facts.get("is_knowledge_base", False),
        created_by=by,
    )
    for character in facts.get("characters", []):
        put_character(imported.book, character, by=by)
    return imported.book


def _begin(demo: Demo, key: str, book: Any, facts: dict[str, Any]) -> None:
    """A dialogue with its first question; the answer comes when everything is stored."""
    person = demo.people.get(facts["by"])
    if person is None:
        return
    character = Character.objects.filter(book=book, name=facts.get("character", "")).first()
    session = demo.once(
        key,
        lambda: create_dialogue(
            person,
            type="character" if character else "book",
            book=book.pk,
            character=character.pk if character else None,
            initial_question=facts["question"],
        ),
    )
    if session is not None and not settings.LLM_BASE_URL:
        # The librarian answers at once; a model may take its time, in a worker.
        demo.later.append(lambda: _answer(session))


def _answer(session: Model) -> None:
    # Every process loads this module; the SDK behind the answerers takes half a second to load.
    from dialogues.services.answering import answer_next

    try:
        answer_next(session.pk)
    except Exception:
        # The turn is stored: a worker answers it. The demo is there all the same.
        log.exception("demo_answer_failed", session=str(session.pk))


def remove(demo: Demo) -> None:
    """The demo's dialogues and those of its people; its books, unless others talk about them."""
    mine = DialogueSession.objects.filter(
        Q(pk__in=remembered(DialogueSession)) | Q(user__in=demo.people_ids)
    )
    _remove_kept(demo, mine)
    delete_without_trace(DialogueMessage.objects.filter(session__in=mine))
    delete_without_trace(mine)
    delete_without_trace(DialogueTemplate.objects.filter(pk__in=remembered(DialogueTemplate)))
    forget_templates()
    for book in Book.objects.filter(pk__in=remembered(Book)):
        others = DialogueSession.objects.filter(book=book).count()
        if others:
            demo.kept.append(f"“{book.title}” stays: {others} dialogues of others are about it.")
        else:
            book.delete()


def _remove_kept(demo: Demo, mine: QuerySet[DialogueSession]) -> None:
    """What was saved of the demo's dialogues, and the verdicts on their answers, with histories."""
    delete_without_trace(SavedDialogue.objects.filter(session__in=mine))
    delete_without_trace(MessageFeedback.objects.filter(user__in=demo.people_ids))


register_demo(DemoPart("dialogues", 20, make, remove))
