"""The companion without a model: it listens, keeps, counts and finds again, and says that it is no mind."""

import json
from collections.abc import Generator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from dialogues.answerers.companion_grammar import event_in, search_in, wish_in
from dialogues.answerers.librarian import spoken
from dialogues.answerers.port import Companion, Finished, Piece, Question, ToolCall
from dialogues.answerers.tool_protocol import results_in_words

NAME = "companion"
MOST_FACTS = 20

_HELP = """\
{who} a listener made of rules, not a mind: I keep what you tell me, count, and find it again. I understand:
• I slept badly. Had a stressful meeting. Went for a long run.
• Log: watered the garden
• How am I? (or: my energy, my stress)
• What happened lately?
• What did I say about the garden?
• What do you remember about me?"""


class CompanionListener:
    """Answers from the snapshot that came with the question; events and searches are calls of tools."""

    def answer(self, question: Question) -> Generator[Piece]:
        """At most one call, and after it the tool's own sentence."""
        companion = question.companion or Companion({}, {})
        if question.rounds:
            yield from spoken(results_in_words(question) or "Done.")
        elif call := _call_in(question):
            yield call
        else:
            yield from spoken(_said(question, companion))
        yield Finished(model_used=NAME)


def _call_in(question: Question) -> ToolCall | None:
    """What the sentence wants done, if such a tool is offered."""
    offered = {tool.name for tool in question.tools}
    if (words := search_in(question.content)) and "search_messages" in offered:
        return ToolCall("listener", "search_messages", json.dumps({"words": words}))
    if (told := event_in(question.content)) and "log_life_event" in offered:
        return ToolCall("listener", "log_life_event", json.dumps(asdict(told)))
    return None


def _said(question: Question, companion: Companion) -> str:
    snapshot = companion.snapshot
    match wish_in(question.content):
        case "memory":
            return _memory(snapshot.get("conversation_memory", {}))
        case "state":
            return _state(snapshot)
        case "events":
            return _events(snapshot) or "You have told me of nothing in the last two days."
        case "help":
            return _help(companion)
    if not any(said.role == "user" for said in question.history):
        return f"I have heard you, and it is kept here. {_help(companion)}"
    brief = companion.personality.get("response_length") == "short"
    parts = ["I have heard you, and it is kept here.", _state(snapshot)]
    return "\n".join(filter(None, [*parts, "" if brief else _events(snapshot)]))


def _help(companion: Companion) -> str:
    name = companion.personality.get("name", "")
    return _HELP.format(who=f"I am {name}," if name else "I am")


def _state(snapshot: Mapping[str, Any]) -> str:
    """In plain words, and how much stands behind them."""
    if not snapshot.get("mental_state_available"):
        return (
            "I know nothing of your last two days yet: tell me what happened, and how it left you."
        )
    energy, stress = snapshot["current_energy"], snapshot["current_stress"]
    confidence = snapshot["mental_state_confidence"]
    sure = "fairly sure" if confidence >= 0.6 else "a guess" if confidence < 0.3 else "a first idea"
    return (
        f"From what you told me I count energy {energy} and stress {stress} of 100: {_mood(energy, stress)}"
        f" ({sure}, confidence {confidence:.2f})."
    )


def _mood(energy: float, stress: float) -> str:
    strength = "worn out" if energy < 40 else "full of energy" if energy >= 65 else "in between"
    load = "under strain" if stress >= 60 else "at ease" if stress < 40 else "a little tense"
    return f"{strength}, {load}"


def _events(snapshot: Mapping[str, Any]) -> str:
    events: Sequence[Mapping[str, Any]] = snapshot.get("recent_events", ())
    lines = [
        f"• {event['event_type']}: {event['description'] or 'without words'}"
        f" (energy {event['energy_level']}, stress {event['stress_level']})"
        for event in events[:5]
    ]
    return "\n".join(["Lately:", *lines]) if lines else ""


def _memory(memory: Mapping[str, Any]) -> str:
    lines = [
        line
        for part in ("facts", "personality_insights")
        for line in _flat(memory.get(part, {}), "")
    ]
    if not lines:
        return (
            "I have noted no facts about you yet. All that you said is kept, though: ask what you said"
            " about something."
        )
    return "\n".join(["This is what I keep about you:", *lines[:MOST_FACTS]])


def _flat(value: Any, path: str) -> list[str]:
    """`{"preferences": {"drink": "tea"}}` as `• preferences, drink: tea`."""
    if isinstance(value, Mapping):
        inner = [(f"{path}, {name}" if path else str(name), found) for name, found in value.items()]
        return [line for name, found in inner for line in _flat(found, name)]
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return [f"• {path.replace('_', ' ')}: {shown}"]
