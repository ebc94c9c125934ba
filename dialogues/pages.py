"""Messages of a dialogue as the lines of a page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from chatcore.pages import Citation, Line, with_followers
from dialogues.models import DialogueSession
from dialogues.selectors.messages import MessageObject
from dialogues.shelf import answerer_name

# A system prompt or a tool's answer is for the model, not for the reader.
SHOWN_ROLES = ("user", "assistant")


def lines_of(session: DialogueSession, messages: list[MessageObject], my_name: str) -> list[Line]:
    names = {"user": my_name, "assistant": answerer_name(session)}
    shown = (message for message in messages if message["role"] in SHOWN_ROLES)
    return with_followers(_line(session, message, names[message["role"]]) for message in shown)


def _line(session: DialogueSession, message: MessageObject, author: str) -> Line:
    return Line(
        id=UUID(message["id"]),
        seq=message["seq"],
        author=author,
        mine=message["role"] == "user",
        kind=message["role"],
        content=message["content"],
        created_at=datetime.fromisoformat(message["created_at"]),
        edited=bool(message["edited_at"]),
        deleted=bool(message["deleted_at"]),
        state=_state(message),
        citations=[
            _citation(session.book_id, row, message["content"]) for row in message["references"]
        ],
    )


def _state(message: MessageObject) -> str:
    """What became of an answer that is not whole; dialogue.js says the same."""
    return message["error_message"] or ("Stopped" if message["error_code"] == "cancelled" else "")


def _citation(book_id: UUID | None, reference: Mapping[str, Any], content: str) -> Citation:
    chapter, paragraph = reference["chapter_number"], reference["paragraph_index"]
    place = f"Chapter {chapter}" if chapter else "Front matter"
    quote = reference["highlighted_text"] or reference["source_text"]
    return Citation(
        url=f"{reverse('chapter', args=[book_id, chapter or 0])}#p{paragraph}" if book_id else "",
        place=f"{place}, paragraph {paragraph}",
        quote=quote,
        inline=bool(quote) and quote in content,
    )
