"""The companion of a person as a reader sees it: the conversation, and its statistics."""

from typing import Any

from chatcore.models import User
from dialogues.models import DialogueContext, DialogueSession, DialogueType
from dialogues.selectors.access import dialogues_of
from dialogues.selectors.sessions import instant


def companion_found(user: User) -> DialogueSession | None:
    """The person's companion, if they have met it."""
    return dialogues_of(user).filter(type=DialogueType.COMPANION).first()


def statistics_out(session: DialogueSession) -> dict[str, Any]:
    """Seed 001's statistics. What its query counts is counted with each message here, so this costs
    the same for a message and for a million; messages erased since are counted, too."""
    return {
        "total_messages": session.message_count,
        "created_at": instant(session.created_at),
        "last_activity": instant(session.last_message_at),
        "human_messages": session.human_messages,
        "ai_messages": session.ai_messages,
    }


def companion_context_out(session: DialogueSession) -> dict[str, Any]:
    """Seed 001's `conversation_context`, with the summary that stands on the conversation."""
    context = getattr(session, "context", None) or DialogueContext(updated_at=session.updated_at)
    return {
        "facts": context.facts,
        "personality_insights": context.personality_insights,
        "communication_style": context.communication_style,
        "context_themes": context.context_themes,
        "mental_state_summary": context.mental_state_summary,
        "recent_events_summary": context.recent_events_summary,
        "conversation_memory": context.conversation_memory,
        "personality_state": context.personality_state,
        "conversation_summary": session.conversation_summary,
        "last_updated": instant(context.updated_at),
    }
