"""Messages of a dialogue as rows: pages by position, changes by version, and the one renderer.

History is read by SQL without model instances. The order is by `seq`, never by `id` (the planner
may walk a whole month backwards for a quiet dialogue); the bounds on `id` only leave out the
partitions of months in which the dialogue did not live.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from chatcore.errors import NotFound
from chatcore.ids import public_code, uuid7_floor
from dialogues.models import DialogueSession
from dialogues.selectors.access import public_id
from dialogues.selectors.sessions import instant

Row = Mapping[str, Any]
MessageObject = dict[str, Any]

# A process whose clock is behind may have minted the first id before the dialogue's `created_at`.
_CLOCK_SLACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages in ascending order; `has_more`: more lie on the side that was asked for."""

    results: list[MessageObject]
    has_more: bool


def messages_before(session: DialogueSession, before_seq: int | None, limit: int) -> MessagePage:
    """The last `limit` messages before a position (None: the newest)."""
    edge = before_seq if before_seq is not None else session.last_seq + 1
    rows = _page(session, "m.seq < %s", edge, "m.seq DESC", limit)
    return MessagePage(messages_out(rows[:limit][::-1]), len(rows) > limit)


def messages_after(session: DialogueSession, after_seq: int, limit: int) -> MessagePage:
    """The first `limit` messages after a position."""
    rows = _page(session, "m.seq > %s", after_seq, "m.seq", limit)
    return MessagePage(messages_out(rows[:limit]), len(rows) > limit)


def changes_after(session: DialogueSession, version: int, limit: int) -> MessagePage:
    """Everything said, edited or deleted after a version, in the order in which it changed."""
    rows = _page(session, "m.version > %s", version, "m.version", limit)
    return MessagePage(messages_out(rows[:limit]), len(rows) > limit)


def message_row(session_id: UUID, key: UUID | str) -> Row:
    """One message of a dialogue by UUID or `msg_…` code. Raises NotFound."""
    rows = _rows(
        "SELECT m.* FROM dialogue_messages m WHERE m.id = %s AND m.session_id = %s",
        [public_id(key, "msg"), session_id],
    )
    if not rows:
        raise NotFound
    return rows[0]


def messages_out(rows: Sequence[Row]) -> list[MessageObject]:
    """The rows as message objects, with their references: one query however many they are."""
    found = references_of([row["id"] for row in rows])
    return [message_out(row, found.get(row["id"], ())) for row in rows]


def message_out(row: Row, references: Sequence[Row] = ()) -> MessageObject:
    """The message object of `GET …/messages/`, of events and of a replay, JSON types only.

    A deleted message keeps its place with empty content and without references.
    """
    gone = row["deleted_at"] is not None
    score = row["confidence_score"]
    return {
        "id": str(row["id"]),
        "code": public_code("msg", row["id"]),
        "seq": row["seq"],
        "version": row["version"],
        "role": row["role"],
        "content": "" if gone else row["content"],
        "created_at": instant(row["created_at"]),
        "edited_at": instant(row["edited_at"]),
        "deleted_at": instant(row["deleted_at"]),
        "references": [] if gone else [reference_out(found) for found in references],
        "client_ref": _text(row["client_ref"]),
        "reply_to_message": _text(row["reply_to_message_id"]),
        "tokens_used": row["tokens_used"],
        "model_used": row["model_used"],
        "response_time_ms": row["response_time_ms"],
        "confidence_score": None if score is None else float(score),
        "error_code": row["error_code"],
        "error_message": row["error_message"],
        "retry_count": row["retry_count"],
        "message_type": row["message_type"],
        "metadata": _json(row["metadata"]),
        "context_snapshot": None if gone else _json(row["context_snapshot"]),
        "tool_calls": None if gone else _json(row["tool_calls"]),
    }


def reference_out(row: Row) -> dict[str, Any]:
    """A citation as its message carries it."""
    score = row["similarity_score"]
    return {
        "id": str(row["id"]),
        "reference_type": row["reference_type"],
        "passage": _text(row["passage_id"]),
        "chapter_number": row["chapter_number"],
        "page_number": row["page_number"],
        "paragraph_index": row["paragraph_index"],
        "source_text": row["source_text"],
        "highlighted_text": row["highlighted_text"],
        "vector_id": row["vector_id"],
        "similarity_score": None if score is None else float(score),
    }


def references_of(message_ids: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """What each of the messages cites, in the order of citing."""
    found: dict[UUID, list[Row]] = {}
    if message_ids:
        for row in _rows(
            "SELECT r.* FROM message_references r WHERE r.message_id = ANY(%s)"
            " ORDER BY r.message_id, r.position",
            [list(message_ids)],
        ):
            found.setdefault(row["message_id"], []).append(row)
    return found


def _page(
    session: DialogueSession, condition: str, value: int, order: str, limit: int
) -> list[Row]:
    """One row more than asked for tells whether there are more."""
    if session.last_message_id is None:
        return []
    return _rows(
        f"SELECT m.* FROM dialogue_messages m WHERE m.session_id = %s AND {condition}"  # noqa: S608
        f" AND m.id BETWEEN %s AND %s ORDER BY {order} LIMIT %s",
        [
            session.id,
            value,
            uuid7_floor(session.created_at - _CLOCK_SLACK),
            session.last_message_id,
            limit + 1,
        ],
    )


def _rows(sql: str, params: Sequence[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _json(value: Any) -> Any:
    """Django's connection hands JSON columns over as text, the flusher's own as values."""
    return orjson.loads(value) if isinstance(value, (str, bytes)) else value


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
