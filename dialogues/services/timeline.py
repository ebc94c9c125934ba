"""Where the kernel keeps a dialogue's messages, and who may say something in it."""

from collections.abc import Mapping
from typing import Any

from chatcore.events import MessageCreated
from chatcore.frames import Frame, event_frame
from chatcore.services.refusals import register_refusal
from chatcore.services.timeline import Column, Timeline
from dialogues.models.sessions import TOTAL_COST_MAX
from dialogues.selectors.messages import message_out

register_refusal("dialogue_closed", "The dialogue has ended; open it again or start another")


def _created_frame(row: Mapping[str, Any]) -> Frame:
    event = MessageCreated(version=row["version"], message=message_out(row))
    return event_frame(f"dialogue:{row['session_id']}", event)


DIALOGUE_TIMELINE = Timeline(
    conversations="dialogue_sessions",
    messages="dialogue_messages",
    refs="dialogue_message_refs",
    conversation_column="session_id",
    created_frame=_created_frame,
    # A dialogue has one person; who spoke is the message's role.
    author_column=None,
    columns={
        "role": Column("text", "user"),
        "reply_to_message_id": Column("uuid"),
        "tokens_used": Column("integer"),
        "cost": Column("numeric"),
        "model_used": Column("text", ""),
        "response_time_ms": Column("integer"),
        "confidence_score": Column("numeric"),
        "error_code": Column("text", ""),
        "error_message": Column("text", ""),
        "retry_count": Column("integer", 0),
        "message_type": Column("smallint", 0),
        "metadata": Column("jsonb", {}),
        "context_snapshot": Column("jsonb"),
        "tool_calls": Column("jsonb"),
    },
    rights="LEFT JOIN users a ON a.id = d.author",
    # Missing and not yours are one answer; then the dialogue's state.
    refusal="""CASE
      WHEN c.user_id IS DISTINCT FROM d.author THEN 'not_found'
      WHEN a.account_status <> 'active' OR a.deleted_at IS NOT NULL THEN 'not_found'
      WHEN c.status <> 'active' THEN 'dialogue_closed'
    END""",
    counters={
        "message_count": "c.message_count + x.messages",
        "human_messages": "c.human_messages + x.human",
        "ai_messages": "c.ai_messages + x.ai",
        "total_tokens_used": "least(c.total_tokens_used + x.tokens, 2147483647)",
        "exact_cost": "c.exact_cost + x.cost",
        "total_cost": f"least(round(c.exact_cost + x.cost, 4), {TOTAL_COST_MAX})",
    },
    sums={
        "tokens": "coalesce(sum(tokens_used), 0)",
        "cost": "coalesce(sum(cost), 0)",
        "human": "count(*) FILTER (WHERE role = 'user')",
        "ai": "count(*) FILTER (WHERE role = 'assistant')",
    },
    also={
        "spent": """
      INSERT INTO spendings (id, user_id, month, tokens, cost)
      SELECT (array_agg(f.id))[1], s.user_id,
        date_trunc('month', f.created_at AT TIME ZONE 'UTC')::date AS month,
        coalesce(sum(f.tokens_used), 0), coalesce(sum(f.cost), 0)
      FROM fresh f JOIN dialogue_sessions s ON s.id = f.conversation
      WHERE f.tokens_used > 0 OR f.cost > 0 GROUP BY s.user_id, month
      ON CONFLICT (user_id, month) DO UPDATE
        SET tokens = spendings.tokens + excluded.tokens, cost = spendings.cost + excluded.cost"""
    },
)
