"""Old messages as drafts of ours."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from chatcore.models.conversations import CONTENT_MAX
from chatcore.services.append import Draft
from dialogues.legacy.records import LegacyMessage
from dialogues.services.legacy_keys import fingerprint

# A part ends at a line or a word, if there is one so close to the limit.
_LOOK_BACK = 1_000


def fingerprint_of(message: LegacyMessage) -> UUID:
    at = message.at.isoformat() if message.at and not message.borrowed else ""
    return fingerprint(message.role, message.content, at)


def drafts_of(message: LegacyMessage, session: UUID, author: UUID, source: str) -> Iterator[Draft]:
    """One, or several in a row for a text beyond the limit; together they are the whole text."""
    parts = list(parts_of(message.content))
    for number, part in enumerate(parts, 1):
        imported = {"source": source, "key": message.key, **message.kept}
        if len(parts) > 1:
            imported |= {"part": number, "parts": len(parts)}
        yield Draft(
            conversation=session,
            author=author,
            content=part,
            trusted=True,
            at=message.at,
            columns={
                "role": message.role,
                "message_type": message.message_type,
                "model_used": message.model_used,
                "metadata": {**message.metadata, "imported": imported},
                **(_once(message) if number == 1 else {}),
            },
        )


def _once(message: LegacyMessage) -> dict[str, Any]:
    """What the first part alone carries."""
    return {
        "response_time_ms": message.response_time_ms,
        "context_snapshot": message.context_snapshot,
        "tool_calls": message.tool_calls,
    }


def parts_of(content: str) -> Iterator[str]:
    """Pieces of at most CONTENT_MAX characters that make the text when put together."""
    while len(content) > CONTENT_MAX:
        end = _end_of_part(content)
        yield content[:end]
        content = content[end:]
    yield content


def _end_of_part(content: str) -> int:
    for mark in ("\n", " "):
        found = content.rfind(mark, CONTENT_MAX - _LOOK_BACK, CONTENT_MAX)
        if found > 0:
            return found + 1
    return CONTENT_MAX
