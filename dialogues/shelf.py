"""The shelf of dialogues on the home page."""

from django.db.models import F
from django.urls import reverse

from chatcore.models import User
from chatcore.shelves import Shelf, ShelfItem
from dialogues.models import DialogueSession, DialogueType
from dialogues.models.sessions import COMPANION_TITLE
from dialogues.selectors.access import dialogues_of

SHOWN = 30


def dialogue_shelf(user: User) -> Shelf:
    """My dialogues, the one I last spoke in first."""
    newest_first = F("last_message_at").desc(nulls_last=True)
    sessions = dialogues_of(user).order_by(newest_first, "-id")[:SHOWN]
    return Shelf(
        name="dialogues",
        title="Dialogues",
        items=[_item(session) for session in sessions],
        empty="You have not asked a book anything yet.",
        new_url=reverse("dialogue_new"),
        new_label="New dialogue",
    )


def _item(session: DialogueSession) -> ShelfItem:
    return ShelfItem(
        topic=f"dialogue:{session.pk}",
        title=dialogue_title(session),
        url=dialogue_url(session),
        note=_note(session),
        at=session.last_message_at or session.created_at,
        kind="book" if session.book_id else "",
    )


def _note(session: DialogueSession) -> str:
    if session.type == DialogueType.COMPANION:
        return "Your one conversation"
    return answerer_name(session)


def may_begin(user: User) -> bool:
    """Whether the companion is somebody's to have."""
    return user.can("dialogue:session:create")


def dialogue_url(session: DialogueSession) -> str:
    if session.type == DialogueType.COMPANION:
        return reverse("companion")
    return reverse("dialogue", args=[session.pk])


def dialogue_title(session: DialogueSession) -> str:
    if session.type == DialogueType.COMPANION and session.title == COMPANION_TITLE:
        return answerer_name(session)  # it has not been given another
    return session.title or (session.book.title if session.book else "New dialogue")


def answerer_name(session: DialogueSession) -> str:
    """Who answers, as a reader would call them."""
    if session.type == DialogueType.COMPANION:
        return str(session.personality_settings.get("name") or COMPANION_TITLE)
    if session.character:
        return session.character.name
    return session.book.title if session.book else "Assistant"


def composer_label(session: DialogueSession) -> str:
    """Short enough for one line on a phone."""
    if session.type == DialogueType.COMPANION:
        return f"Tell {answerer_name(session)}"
    return "Ask the book" if session.type == "book" else f"Ask {answerer_name(session)}"
