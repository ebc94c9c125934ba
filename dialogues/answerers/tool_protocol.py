"""Tools in OpenAI's chat completions: what is offered, calls that stream in, results that go back."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openai.types.chat import (
    ChatCompletionAssistantMessageParam,
    ChatCompletionMessageParam,
    ChatCompletionToolMessageParam,
)
from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall

from dialogues.answerers.port import Question, ToolCall, ToolRound

# A model that runs wild must not fill our memory.
MOST_CALLS = 16
MOST_ARGUMENTS = 20_000


def tool_arguments(question: Question) -> dict[str, Any]:
    """What a request says of tools; nothing where none are offered, since some servers refuse the
    very word. They stay declared when spent: the messages above speak of them."""
    if not question.tools:
        return {}
    return {
        "tools": _declared(question),
        "tool_choice": "none" if question.tools_spent else "auto",
    }


def tools_as_text(question: Question) -> str:
    """All that tools add to a request, to be counted."""
    return json.dumps([_declared(question), list(round_messages(question.rounds))])


def _declared(question: Question) -> list[dict[str, Any]]:
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
            },
        }
        for tool in question.tools
    ]


def round_messages(rounds: Sequence[ToolRound]) -> Iterator[ChatCompletionMessageParam]:
    """The calls made so far and their results, as messages after the question."""
    for made in rounds:
        assistant: ChatCompletionAssistantMessageParam = {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": _valid(call.arguments)},
                }
                for call in made.calls
            ],
        }
        yield assistant
        for call, result in zip(made.calls, made.results, strict=True):
            told: ChatCompletionToolMessageParam = {
                "role": "tool",
                "tool_call_id": call.id,
                "content": result,
            }
            yield told


def _valid(arguments: str) -> str:
    """Servers parse what we send back; what the model wrote wrongly, the result tells it."""
    try:
        return arguments if isinstance(json.loads(arguments), dict) else "{}"
    except (ValueError, RecursionError):
        return "{}"


def results_in_words(question: Question) -> str:
    """What the last calls came to, for a model that calls and then falls silent."""
    last = question.rounds[-1].results if question.rounds else ()
    return "\n".join(filter(None, (message_of(result) for result in last)))


def message_of(result: str) -> str:
    """The sentence for people in a tool's result."""
    try:
        found = json.loads(result)
    except ValueError:
        return ""
    return str(found.get("message", "")) if isinstance(found, dict) else ""


@dataclass(slots=True)
class _Call:
    id: str = ""
    name: str = ""
    arguments: str = ""


class CallsInPieces:
    """Puts calls together that stream in: a name first, then the arguments bit by bit."""

    def __init__(self) -> None:
        self._calls: dict[int, _Call] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def take(self, pieces: Sequence[ChoiceDeltaToolCall]) -> None:
        for piece in pieces:
            # Some servers number nothing, whatever the type says: a new id then begins a new call.
            index: int | None = piece.index
            place = self._place_of(piece.id) if index is None else index
            if place not in self._calls and len(self._calls) >= MOST_CALLS:
                continue
            call = self._calls.setdefault(place, _Call())
            call.id = piece.id or call.id
            if piece.function:
                call.name = call.name or piece.function.name or ""
                call.arguments += piece.function.arguments or ""
                call.arguments = call.arguments[:MOST_ARGUMENTS]

    def _place_of(self, id: str | None) -> int:
        known = [place for place, call in self._calls.items() if call.id == id or not id]
        return known[-1] if known else len(self._calls)

    def whole(self, question: Question) -> list[ToolCall]:
        """The calls in their order; servers that give no ids get ours."""
        head = f"call_{len(question.rounds) + 1}"
        return [
            ToolCall((call.id or f"{head}_{place}")[:100], call.name[:100], call.arguments or "{}")
            for place, call in sorted(self._calls.items())
        ]
