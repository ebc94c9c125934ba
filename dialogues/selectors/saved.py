"""Saved dialogues: one's own, and what others may read of the public ones."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Func, QuerySet

from chatcore.errors import NotFound
from chatcore.models import AccountStatus, User
from chatcore.selectors.rows import fetch_rows
from dialogues.models import DialogueSession, SavedDialogue
from dialogues.selectors.access import public_id
from dialogues.selectors.messages import message_out, page_parameters, references_of
from dialogues.selectors.sessions import instant

# Notes of the model, tools and failed attempts are not part of what is shown to others. A replaced
# answer is, as long as the one that took its place is not shared itself.
PUBLIC_MESSAGES_SQL = """
SELECT m.* FROM dialogue_messages m
WHERE m.session_id = %(session)s AND m.id BETWEEN %(first_id)s AND %(last_id)s
  AND m.seq > %(edge)s AND m.seq <= %(shared_up_to)s
  AND m.role IN ('user', 'assistant') AND m.deleted_at IS NULL
  AND m.error_code IN ('', 'cancelled') AND m.content <> ''
  AND (m.replaced_by_id IS NULL OR %(shared_up_to)s <
    (SELECT r.seq FROM dialogue_messages r WHERE r.id = m.replaced_by_id))
ORDER BY m.seq LIMIT %(limit)s"""
# All that a stranger is told of a citation: where it stands and what it says.
_PUBLIC_REFERENCE = (
    "reference_type", "chapter_number", "page_number", "paragraph_index", "source_text",
    "highlighted_text", "similarity_score",
)  # fmt: skip
_PUBLIC_MESSAGE = ("seq", "role", "content", "created_at", "edited_at")


@dataclass(frozen=True, slots=True)
class PublicPage:
    """Messages of a public dialogue in ascending order; `has_more`: more were shared."""

    messages: list[dict[str, Any]]
    has_more: bool


def saved_by(user: User) -> QuerySet[SavedDialogue]:
    """What a person saved, as long as the dialogue lives."""
    return SavedDialogue.objects.filter(
        user=user, session__user=user, session__deleted_at__isnull=True
    ).select_related("session__book", "session__character")


def saved_for(user: User, key: UUID | str) -> SavedDialogue:
    """One of a person's own. Raises NotFound."""
    found = saved_by(user).filter(pk=public_id(key, "sav")).first()
    if found is None:
        raise NotFound
    return found


def saved_of(user: User, session: DialogueSession) -> SavedDialogue | None:
    """How a person saved this dialogue, if they did."""
    return saved_by(user).filter(session=session).first()


def newest(
    rows: QuerySet[SavedDialogue], before: str, limit: int
) -> tuple[list[SavedDialogue], UUID | None]:
    """One page of a list, and the id before which the next begins; a bad id is as if none."""
    with suppress(ValueError):
        rows = rows.filter(pk__lt=UUID(before))
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], found[limit - 1].pk if len(found) > limit else None


def tags_of(user: User) -> list[str]:
    """The tags a person uses, the most used first."""
    tags = saved_by(user).annotate(tag=Func(F("tags"), function="unnest")).values("tag")
    counted = tags.annotate(n=Count("pk")).order_by("-n", "tag")
    return [row["tag"] for row in counted[:50]]


def saved_out(saved: SavedDialogue) -> dict[str, Any]:
    """The object of `GET saved/`, for its owner, JSON types only."""
    return {
        "id": str(saved.pk),
        "session": str(saved.session_id),
        "title": saved.title,
        "notes": saved.notes,
        "tags": saved.tags,
        "is_public": saved.is_public,
        "shared_up_to": saved.shared_up_to,
        "shared_at": instant(saved.shared_at),
        "created_at": instant(saved.created_at),
        "updated_at": instant(saved.updated_at),
    }


def public_dialogues() -> QuerySet[SavedDialogue]:
    """What everybody who is signed in may read, while its dialogue and its owner's account live."""
    return SavedDialogue.objects.filter(
        is_public=True,
        session__deleted_at__isnull=True,
        user__account_status=AccountStatus.ACTIVE,
        user__deleted_at__isnull=True,
    ).select_related("user", "session__book", "session__character")


def public_dialogue(key: UUID | str) -> SavedDialogue:
    """One of them. Missing, private and withdrawn are one answer. Raises NotFound."""
    found = public_dialogues().filter(pk=public_id(key, "sav")).first()
    if found is None:
        raise NotFound
    return found


def public_out(saved: SavedDialogue) -> dict[str, Any]:
    """A public dialogue in a list: its subject and the owner's display name, and nothing else."""
    book, character = saved.session.book, saved.session.character
    return {
        "id": str(saved.pk),
        "title": public_title(saved),
        "owner": owner_name(saved),
        "type": saved.session.type,
        "book": str(book.pk) if book else None,
        "book_title": book.title if book else None,
        "book_author": book.author if book else None,
        "character_name": character.name if character else None,
        "shared_at": instant(saved.shared_at),
    }


def public_title(saved: SavedDialogue) -> str:
    """Its own title, never the dialogue's present one, which its owner may change in private."""
    book = saved.session.book
    return saved.title or (f"About {book.title}" if book else "A dialogue")


def owner_name(saved: SavedDialogue) -> str:
    """A user name is what one signs in with, so it is not shown in its stead."""
    return saved.user.display_name or "Somebody"


def public_page(saved: SavedDialogue, after_seq: int, limit: int) -> PublicPage:
    """The first `limit` shared messages after a position."""
    parameters = page_parameters(saved.session_id, after_seq, limit)
    rows = fetch_rows(PUBLIC_MESSAGES_SQL, {**parameters, "shared_up_to": saved.shared_up_to})
    shown = rows[:limit]
    found = references_of([row["id"] for row in shown])
    messages = [_public_message(message_out(row, found.get(row["id"], ()))) for row in shown]
    return PublicPage(messages, len(rows) > limit)


def _public_message(message: Mapping[str, Any]) -> dict[str, Any]:
    references = [
        {name: reference[name] for name in _PUBLIC_REFERENCE} for reference in message["references"]
    ]
    return {**{name: message[name] for name in _PUBLIC_MESSAGE}, "references": references}
