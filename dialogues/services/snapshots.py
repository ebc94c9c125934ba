"""The context snapshot that every message of a companion carries (seed 001).

It is taken where a message is appended, so that whichever door a message comes through, the socket, the
page or a worker, it holds how its person stood at that moment.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from dialogues.answerers.port import Companion
from dialogues.models import DialogueMessage, DialogueSession, DialogueType, LifeEvent
from dialogues.selectors.life_events import events_in_reach
from dialogues.selectors.mental_state import mental_state
from dialogues.services.sanitising import clean_json, fitting

# A snapshot stays small, since every message keeps one.
EVENTS_SHOWN = 10
MEMORY_BYTES = 4_096
_MEMORY = ("facts", "personality_insights")
_AVAILABLE = (*_MEMORY, "communication_style", "context_themes", "conversation_memory")


def observed_in(session_id: UUID) -> dict[str, Any]:
    """The columns of a message that tell how its person stands: a `context_snapshot` in a
    companion's conversation, nothing elsewhere."""
    about = (
        DialogueSession.objects.filter(pk=session_id, type=DialogueType.COMPANION)
        .values(
            "user_id",
            "user__username",
            "user__display_name",
            *(f"context__{name}" for name in _AVAILABLE),
        )
        .first()
    )
    if about is None:
        return {}
    at = timezone.now()
    return {"context_snapshot": snapshot(about, events_in_reach(about["user_id"], at), at)}


def snapshot(about: Mapping[str, Any], events: Sequence[LifeEvent], at: datetime) -> dict[str, Any]:
    """Seed 001's form, every key of it. `events` are the newest first."""
    state = mental_state(events, at)
    shown = [_event(event) for event in events[:EVENTS_SHOWN]]
    found: dict[str, Any] = clean_json(
        {
            "username": about["user__username"],
            "display_name": about["user__display_name"] or about["user__username"],
            "timestamp": at.isoformat(timespec="microseconds"),
            "mental_state_available": state.available,
            "current_energy": state.energy,
            "current_stress": state.stress,
            "mental_state_confidence": state.confidence,
            "mental_state_source": state.source,
            "recent_events_available": bool(shown),
            "recent_events_count": len(shown),
            "recent_events": shown,
            "conversation_memory": _memory(about),
        }
    )
    return found


def companion_told(session: DialogueSession, question: DialogueMessage) -> Companion | None:
    """What the answerer of a companion knows of its person: the snapshot that the question carries."""
    if session.type != DialogueType.COMPANION:
        return None
    return Companion(question.context_snapshot or {}, session.personality_settings)


def _event(event: LifeEvent) -> dict[str, Any]:
    return {
        "event_type": event.event_type,
        "description": event.description,
        "energy_level": event.energy_level,
        "stress_level": event.stress_level,
        "timestamp": event.timestamp.isoformat(),
    }


def _memory(about: Mapping[str, Any]) -> dict[str, Any]:
    """What is remembered, as far as it fits; `context_available` says what there is besides."""
    kept = {name: _fitting(clean_json(about[f"context__{name}"] or {})) for name in _MEMORY}
    return kept | {
        "context_available": {name: bool(about[f"context__{name}"]) for name in _AVAILABLE}
    }


def _fitting(categories: Mapping[str, Any]) -> dict[str, Any]:
    """Of each category the first keys that fit into its share; old data may hold other things."""
    share = MEMORY_BYTES // max(len(categories), 1)
    found = {
        name: fitting(keys, share) for name, keys in categories.items() if isinstance(keys, Mapping)
    }
    return {name: keys for name, keys in found.items() if keys}
