"""A dialogue as a reader sees it: the one renderer, for pages, replies and events."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from dialogues.models import DialogueSession, DialogueType


def dialogue_out(session: DialogueSession) -> dict[str, Any]:
    """The dialogue object of `GET dialogues/{id}/` and of `dialogue.updated`, JSON types only."""
    context = getattr(session, "context", None)
    return {
        "id": str(session.id),
        "session_id": session.session_id,
        "type": session.type,
        "book": _text(session.book_id),
        "book_title": session.book.title if session.book else None,
        "book_author": session.book.author if session.book else None,
        "character": _text(session.character_id),
        "character_name": session.character.name if session.character else None,
        "template": _text(session.template_id),
        "title": session.title,
        "initial_question": session.initial_question,
        "status": session.status,
        "current_chapter": context.current_chapter if context else None,
        "context_window": session.context_window,
        "system_prompt": session.system_prompt,
        "temperature": float(session.temperature),
        "model_name": session.model_name,
        "personality_settings": session.personality_settings,
        "remembered_count": len(context.remembered_facts) if context else 0,
        "user_rating": session.user_rating,
        "message_count": session.message_count,
        "is_long": is_long(session),
        "total_tokens_used": session.total_tokens_used,
        "total_cost": float(session.total_cost),
        "last_seq": session.last_seq,
        "version": session.version,
        "last_message_at": instant(session.last_message_at),
        "ended_at": instant(session.ended_at),
        "created_at": instant(session.created_at),
        "updated_at": instant(session.updated_at),
        "deleted_at": instant(session.deleted_at),
    }


def is_long(session: DialogueSession) -> bool:
    """Past seed 004's soft limit: it goes on, but its person is told to begin anew. The companion's
    one conversation is meant to be long."""
    limit = settings.DIALOGUE_SOFT_LIMIT
    return 0 < limit <= session.message_count and session.type != DialogueType.COMPANION


def dialogue_by_id(session_id: UUID) -> DialogueSession | None:
    """The dialogue for our own use, deleted or not: no access is asked here."""
    return (
        DialogueSession.objects.select_related("book", "character", "context", "user")
        .filter(pk=session_id)
        .first()
    )


def instant(value: datetime | None) -> str | None:
    """A time as orjson writes it, so that an event and a page are equal letter for letter."""
    return value.isoformat().replace("+00:00", "Z") if value else None


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def silent_assistants(since: datetime, most: int) -> list[UUID]:
    """Dialogues with the assistant in which nothing happened since then; seed 004's clean-up."""
    return list(
        DialogueSession.objects.filter(
            type=DialogueType.ASSISTANT, updated_at__lt=since, deleted_at__isnull=True
        )
        .order_by("updated_at")
        .values_list("pk", flat=True)[:most]
    )


def outlived_dialogues(since: datetime, most: int) -> list[UUID]:
    """Dialogues that were deleted before then."""
    return list(
        DialogueSession.objects.filter(deleted_at__lt=since)
        .order_by("deleted_at")
        .values_list("pk", flat=True)[:most]
    )


def companions() -> Iterator[UUID]:
    """Every companion, by its partial unique index, read in pieces."""
    found = DialogueSession.objects.filter(type=DialogueType.COMPANION)
    return found.values_list("pk", flat=True).iterator(chunk_size=1_000)
