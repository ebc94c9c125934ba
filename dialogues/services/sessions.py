"""Dialogues: begin, change, end, rate, delete."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from chatcore.errors import Conflict, Invalid
from chatcore.models import User
from chatcore.selectors.permissions import require
from dialogues.caches import forget_recent
from dialogues.models import (
    Book,
    Character,
    DialogueContext,
    DialogueSession,
    DialogueStatus,
    DialogueTemplate,
    DialogueType,
)
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.templates import USE_TEMPLATE, usable_template
from dialogues.services.changes import change
from dialogues.services.templates import count_rating, count_use, say_starters, settings_from
from dialogues.services.turns import ask, cancel_turns


class CompanionStays(Conflict):
    code = "companion_stays"
    title = "The companion's conversation is one for good: start over in it instead"


class StatusNotAllowed(Conflict):
    code = "status_not_allowed"
    title = "A dialogue ends through its own address"


@transaction.atomic
def create_dialogue(
    user: User,
    *,
    type: str,
    book: UUID | None = None,
    character: UUID | None = None,
    template: UUID | None = None,
    initial_question: str = "",
    current_chapter: int | None = None,
    **settings: Any,
) -> DialogueSession:
    """Begin a dialogue (seed 000); an initial question is asked at once.

    `settings`: title, system_prompt, temperature (0 to 2), model_name, context_window (tokens);
    what is not given comes from the template. Raises Forbidden without `dialogue:session:create`
    (with a template, `dialogue:template:use`), Invalid for a book, a character or a template that
    is not to be had.
    """
    require(user, "dialogue:session:create")
    begun_from = _template(user, type, template)
    subject = _subject(type, book, character)
    given = {**settings_from(begun_from), **settings} if begun_from else settings
    session = DialogueSession.objects.create(
        user=user, type=type, initial_question=initial_question, **subject, **given
    )
    DialogueContext.objects.create(session=session, current_chapter=current_chapter)
    say_starters(session, begun_from)
    if initial_question:
        ask(user, session.id, initial_question)
    if begun_from:  # last, since everybody who begins from it waits for this row
        count_use(begun_from.pk)
    return dialogue_for(user, session.id)


@transaction.atomic
def change_dialogue(session: DialogueSession, **columns: Any) -> DialogueSession:
    """Title, settings, or status `active` / `archived`; opening it again forgets its end."""
    if columns.get("status") == DialogueStatus.ENDED:
        raise StatusNotAllowed
    if not columns:
        return session
    if columns.get("status") == DialogueStatus.ARCHIVED:
        _let_go(session)
    if columns.get("status") == DialogueStatus.ACTIVE:
        columns["ended_at"] = None
    return change(session.id, **columns)


@transaction.atomic
def end_dialogue(session: DialogueSession) -> DialogueSession:
    """Nothing more may be said; what was asked is still answered. Ending twice changes nothing."""
    _let_go(session)
    if session.status == DialogueStatus.ENDED:
        return session
    return change(session.id, status=DialogueStatus.ENDED, ended_at=timezone.now())


@transaction.atomic
def rate_dialogue(session: DialogueSession, rating: int) -> DialogueSession:
    """1 to 5; the last rating stands, and its template's mean is true in the same transaction."""
    locked = DialogueSession.objects.select_for_update(of=("self",), no_key=True)
    before = locked.get(pk=session.pk)
    changed = change(session.id, user_rating=rating)
    count_rating(before.template_id, before.user_rating, rating)
    return changed


@transaction.atomic
def delete_dialogue(session: DialogueSession) -> None:
    """Soft: it is gone for its reader at once; retention removes the rows later."""
    _let_go(session)
    change(session.id, deleted_at=timezone.now())
    forget_recent(session.id)
    cancel_turns(session.id)


def _let_go(session: DialogueSession) -> None:
    """A companion is neither ended nor archived nor deleted (seed 001); the database says so, too."""
    if session.type == DialogueType.COMPANION:
        raise CompanionStays


def _template(user: User, kind: str, template: UUID | None) -> DialogueTemplate | None:
    if template is None:
        return None
    require(user, USE_TEMPLATE)
    found = usable_template(template)
    if found is None:
        raise Invalid(errors={"template": ["There is no such template."]})
    if found.type != kind:
        raise Invalid(errors={"template": [f"It is for dialogues of the type {found.type}."]})
    return found


def _subject(kind: str, book: UUID | None, character: UUID | None) -> dict[str, Any]:
    """Whom or what the dialogue is about; a character brings its book along."""
    errors: dict[str, list[str]] = {}
    found_character = _character(character, book)
    found_book = found_character.book if found_character else _book(book)
    if book and found_book is None:
        errors["book"] = ["There is no such book."]
    if character and found_character is None:
        errors["character"] = ["There is no such character in this book."]
    if kind == DialogueType.BOOK and book is None:
        errors["book"] = ["A dialogue of this type needs a book."]
    if kind == DialogueType.CHARACTER and character is None:
        errors["character"] = ["A dialogue of this type needs a character."]
    if errors:
        raise Invalid("Some fields are not valid.", errors=errors)
    return {"book": found_book, "character": found_character}


def _book(book: UUID | None) -> Book | None:
    return Book.objects.filter(pk=book, status=Book.Status.READY).first() if book else None


def _character(character: UUID | None, book: UUID | None) -> Character | None:
    if character is None:
        return None
    known = Character.objects.select_related("book").filter(
        pk=character, is_active=True, book__status=Book.Status.READY
    )
    return (known.filter(book=book) if book else known).first()
