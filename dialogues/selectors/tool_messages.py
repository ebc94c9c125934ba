"""Tool messages: each is one call and what came of it, under the question that it was made for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from dialogues.models import DialogueMessage, MessageRole


@dataclass(frozen=True, slots=True)
class StoredCall:
    """`call` is seed 004's form: `{"id", "function", "arguments"}`; `round` counts from 1."""

    call: dict[str, Any]
    result: str
    round: int


def calls_made_for(session_id: UUID, question_id: UUID) -> Sequence[StoredCall]:
    """The calls made so far for a question, in order."""
    # Younger than the question: months before it are left out.
    rows = (
        DialogueMessage.objects.filter(
            session_id=session_id,
            reply_to_message_id=question_id,
            role=MessageRole.TOOL,
            id__gt=question_id,
        )
        .order_by("seq")
        .values_list("tool_calls", "content", "metadata")
    )
    return [StoredCall(calls[0], content, metadata["round"]) for calls, content, metadata in rows]
