"""How far full-text search has read: which conversations have moved on since."""

from datetime import datetime
from uuid import UUID

from chatcore.selectors.message_search import MessageSource
from chatcore.selectors.rows import fetch_rows


def recent_conversations(source: MessageSource, since: datetime, floor: UUID) -> list[UUID]:
    """Where something was said, edited or deleted since then, and is not read yet.

    New messages by the ids of the present month, changed ones by the index that holds only those.
    """
    return _ids(
        f"SELECT c.id FROM (SELECT {source.conversation_column} AS id FROM {source.messages}"  # noqa: S608
        "    WHERE id > %(floor)s UNION"
        f"  SELECT {source.conversation_column} FROM {source.messages}"
        "    WHERE updated_at > %(since)s AND NOT (version = created_version)) recent"
        f" JOIN {source.conversations} c ON c.id = recent.id"
        f" LEFT JOIN {source.marks} k ON k.conversation_id = c.id"
        " WHERE c.version > coalesce(k.version, 0)",
        {"since": since, "floor": floor},
    )


def conversations_behind(source: MessageSource, most: int) -> list[UUID]:
    """Conversations that moved on since they were read, whenever that was."""
    return _ids(
        f"SELECT c.id FROM {source.conversations} c"  # noqa: S608
        f" LEFT JOIN {source.marks} k ON k.conversation_id = c.id"
        " WHERE c.version > coalesce(k.version, 0) LIMIT %(most)s",
        {"most": most},
    )


def seconds_behind(source: MessageSource) -> float:
    """How long the oldest message that is not read yet has been waiting; 0 where there is none."""
    (row,) = fetch_rows(
        f"SELECT coalesce(max(extract(epoch FROM clock_timestamp() - c.last_message_at)), 0)::float8 AS age"  # noqa: S608
        f" FROM {source.conversations} c LEFT JOIN {source.marks} k ON k.conversation_id = c.id"
        " WHERE c.version > coalesce(k.version, 0) AND c.last_message_at IS NOT NULL",
        {},
    )
    return max(float(row["age"]), 0.0)


def _ids(sql: str, values: dict[str, object]) -> list[UUID]:
    return [row["id"] for row in fetch_rows(sql, values)]
