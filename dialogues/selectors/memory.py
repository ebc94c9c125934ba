"""What a dialogue remembers beside facts: the form of `conversation_memory`, and views of it.

Every entry knows the message it comes from, so that it goes with it, and the chapter up to which it
tells, so that it is hidden from a reader who has not come so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from dialogues.models import DialogueContext, DialogueSession
from dialogues.selectors.sessions import instant

MOST_THEMES = 20
EMBEDDED_MAX = 4_000


class _Entry(BaseModel):
    model_config = ConfigDict(extra="ignore")

    text: str
    # 0: it tells nothing of the book.
    chapter: int = 0


class Part(_Entry):
    """A stretch of the dialogue, `first` to `last` by position, in few words."""

    first: int
    last: int


class Point(_Entry):
    """A point worth keeping, made by the message at `seq` (0: the person wrote it down)."""

    seq: int = 0


class Topic(_Entry):
    """Something talked about: where it came up first, and in how many messages."""

    seq: int = 0
    count: int = 1


class Memory(BaseModel):
    """The column `conversation_memory`. Nothing up to `since` is remembered any more."""

    model_config = ConfigDict(extra="ignore")

    since: int = 0
    parts: list[Part] = []
    points: list[Point] = []
    topics: list[Topic] = []

    def up_to(self, chapter: int | None) -> Memory:
        """What a reader who has come to this chapter may hear of."""
        if chapter is None:
            return self
        return self._where(lambda entry: entry.chapter <= chapter)

    def without(self, seq: int) -> Memory:
        """What is left when a message is taken back."""
        return self._where(
            lambda entry: (
                not entry.first <= seq <= entry.last
                if isinstance(entry, Part)
                else entry.seq != seq
            )
        )

    def before(self, seq: int) -> Memory:
        """What earlier messages told, and what the person wrote down."""
        return self._where(
            lambda entry: (entry.first if isinstance(entry, Part) else entry.seq) < seq
        )

    def _where(self, stays: Any) -> Memory:
        kept = {name: list(filter(stays, getattr(self, name))) for name in _LISTS}
        return Memory(since=self.since, **kept)

    def summary_before(self, seq: int) -> str:
        """The parts that begin before a position, oldest first."""
        return "\n".join(part.text for part in self.parts if part.first < seq)

    @property
    def summary(self) -> str:
        return "\n".join(part.text for part in self.parts)

    @property
    def themes(self) -> dict[str, int]:
        """What is talked about most, and in how many messages."""
        often = sorted(self.topics, key=lambda topic: -topic.count)
        return {topic.text: topic.count for topic in often[:MOST_THEMES]}

    @property
    def as_text(self) -> str:
        """Seed 000's `embedded_context`: one text to be searched by meaning."""
        points = [point.text for point in self.points]
        topics = ", ".join(topic.text for topic in self.topics)
        return "\n".join(filter(None, [topics, *points, self.summary]))[-EMBEDDED_MAX:]


_LISTS = ("parts", "points", "topics")


def memory_of(context: DialogueContext) -> Memory:
    """The stored memory, whole."""
    return Memory.model_validate(context.conversation_memory)


def shown_memory(context: DialogueContext) -> Memory:
    """The memory as far as its reader has read."""
    return memory_of(context).up_to(context.current_chapter)


def shown_chapters(context: DialogueContext) -> Sequence[int]:
    limit = context.current_chapter
    return [n for n in context.discussed_chapters if limit is None or n <= limit]


def context_out(session: DialogueSession) -> dict[str, Any]:
    """What the dialogue remembers, as `GET dialogues/{id}/context/` shows it."""
    context = getattr(session, "context", None) or DialogueContext(updated_at=session.updated_at)
    return {
        "current_chapter": context.current_chapter,
        "discussed_chapters": shown_chapters(context),
        "discussed_topics": context.discussed_topics,
        "key_points": context.key_points,
        "conversation_summary": session.conversation_summary,
        "character_state": context.character_state,
        "emotional_tone": context.emotional_tone,
        "remembered_facts": context.remembered_facts,
        "relationship_level": context.relationship_level,
        "facts": context.facts,
        "personality_insights": context.personality_insights,
        "communication_style": context.communication_style,
        "context_themes": context.context_themes,
        "mental_state_summary": context.mental_state_summary,
        "recent_events_summary": context.recent_events_summary,
        "conversation_memory": memory_of(context).up_to(context.current_chapter).model_dump(),
        "personality_state": context.personality_state,
        "context_messages": context.context_messages,
        "context_tokens": context.context_tokens,
        "embedded_context": context.embedded_context,
        "digested_seq": context.digested_seq,
        "created_at": instant(context.created_at),
        "updated_at": instant(context.updated_at),
    }
