"""A dialogue in the form of OpenAI's chat completions (seed 004's last-N history)."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import orjson

from dialogues.models import DialogueSession, MessageRole
from dialogues.selectors.messages import MessageObject, messages_before
from dialogues.selectors.replacing import answers_in_place

# Seed 004 loads so many.
USUAL = 10


def openai_history(session: DialogueSession, limit: int = USUAL) -> list[dict[str, Any]]:
    """The last `limit` messages, oldest first: `[{"role", "content"}, …]`, as they may be sent to any
    server of that protocol."""
    return openai_messages(messages_before(session, None, limit).results)


def openai_messages(messages: Iterable[MessageObject]) -> list[dict[str, Any]]:
    """Messages in that form. A tool's call and its result become the two messages that the protocol
    wants; what was deleted, replaced, or never said, is left out."""
    said = [
        message
        for message in answers_in_place(messages)
        if message["content"] and not message["deleted_at"]
    ]
    form: list[dict[str, Any]] = []
    for key, group in groupby(said, _round):
        together = list(group)
        form += _tool_round(together) if key else _plain(together)
    return form


def _round(message: MessageObject) -> tuple[str, int] | None:
    """Calls that were made at once stand in one message."""
    if message["role"] != MessageRole.TOOL or not message["tool_calls"]:
        return None
    return message["reply_to_message"] or "", message["metadata"].get("round", 0)


def _plain(messages: Sequence[MessageObject]) -> Iterator[dict[str, Any]]:
    for message in messages:
        if message["role"] != MessageRole.TOOL:
            yield {"role": message["role"], "content": message["content"]}


def _tool_round(messages: Sequence[MessageObject]) -> Iterator[dict[str, Any]]:
    calls = [message["tool_calls"][0] for message in messages]
    yield {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": call["id"],
                "type": "function",
                "function": {
                    "name": call["function"],
                    "arguments": orjson.dumps(call["arguments"]).decode(),
                },
            }
            for call in calls
        ],
    }
    for call, message in zip(calls, messages, strict=True):
        yield {"role": "tool", "tool_call_id": call["id"], "content": message["content"]}
