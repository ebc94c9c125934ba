"""Digesting without a model: plain rules, quoted words, nothing made up."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from dialogues.digesters.cleaning import clean_text
from dialogues.digesters.heard import Heard
from dialogues.digesters.patterns import facts_in, statements
from dialogues.digesters.port import Digest, Material, Noted
from dialogues.digesters.topics import topics_in

NAME = "rules"
MOST_POINTS = 5
_ASKED_MAX = 140
_IMPORTANT = re.compile(
    r"\b(?:important|decided|agreed|deadline|due|remember that)\b", re.IGNORECASE
)
_TONES = {
    "warm": ("thank", "thanks", "great", "love", "lovely", "wonderful", "happy", "glad", "kind"),
    "sad": ("sad", "lonely", "grief", "cry", "crying", "lost", "tired", "hopeless"),
    "tense": ("angry", "stressed", "anxious", "worried", "afraid", "annoyed", "nervous", "upset"),
}
_MOODS = {"warm": "at ease", "sad": "gentle", "tense": "calming", "curious": "attentive"}


class Rules:
    """The digester where no model is configured, and where the model fails."""

    def digest(self, material: Material) -> Digest:
        mine = [heard for heard in material.messages if heard.role == "user"]
        tone = _tone(mine)
        return Digest(
            summary=summary_of(material.messages),
            topics=topics_in(material),
            key_points=_points(material.messages),
            facts=[fact for heard in mine for fact in facts_in(heard.seq, heard.content)],
            emotional_tone=tone,
            character_state=_MOODS.get(tone, "attentive") if material.character else "",
            communication_style=_style(mine),
            learned_by=NAME,
        )


def summary_of(messages: Sequence[Heard]) -> str:
    """What was said and asked, in the person's own words, and the chapters that answered."""
    told = []
    for heard in messages:
        if heard.role == "user":
            told.append(f"“{clean_text(_first_sentence(heard.content), _ASKED_MAX)}”")
        elif heard.chapter and told:
            told[-1] += f" (chapter {heard.chapter})"
    return f"The person said: {'; '.join(told)}." if told else ""


def _first_sentence(text: str) -> str:
    line = text.strip().partition("\n")[0]
    return re.split(r"(?<=[.!?])\s", line, maxsplit=1)[0]


def _points(messages: Sequence[Heard]) -> list[Noted]:
    """The first quotation of each answer, and what the person calls important."""
    points = []
    for heard in messages:
        if heard.role == "assistant" and heard.quotes:
            quote, chapter = heard.quotes[0]
            points.append(Noted(heard.seq, f"“{clean_text(quote, 200)}” (chapter {chapter})"))
        elif heard.role == "user":
            said = [s for s in statements(heard.content) if _IMPORTANT.search(s)]
            points += [Noted(heard.seq, clean_text(s, 200)) for s in said[:1]]
    return points[-MOST_POINTS:]


def _tone(mine: Sequence[Heard]) -> str:
    """How the person sounds of late: the tone with most words, else what they mostly do."""
    words = Counter(
        word for heard in mine[-6:] for word in re.findall(r"\w+", heard.content.lower())
    )
    counts = {tone: sum(words[word] for word in listed) for tone, listed in _TONES.items()}
    best = max(counts, key=lambda tone: counts[tone])
    if counts[best]:
        return best
    asks = sum("?" in heard.content for heard in mine)
    return "curious" if mine and asks * 2 >= len(mine) else "neutral"


def _style(mine: Sequence[Heard]) -> dict[str, Any]:
    """How the person writes, by counting."""
    if not mine:
        return {}
    mean = sum(len(heard.content.split()) for heard in mine) / len(mine)
    text = " ".join(heard.content.lower() for heard in mine)
    return {
        "message_length": "short" if mean < 12 else "medium" if mean < 60 else "long",
        "asks_questions": round(sum("?" in heard.content for heard in mine) / len(mine), 2),
        "is_polite": bool(re.search(r"\b(?:please|thanks?|thank you)\b", text)),
    }
