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

from django.conf import settings
from django.utils import timezone

from chatcore.errors import NotFound
from chatcore.http.positions import Position
from chatcore.ids import public_code, uuid7_floor, uuid_time
from chatcore.selectors.rows import fetch_rows
from dialogues.caches import RECENT, RECENT_LENGTH, recent_key
from dialogues.models import DialogueMessage, DialogueSession
from dialogues.selectors.access import public_id
from dialogues.selectors.sessions import instant

Row = Mapping[str, Any]
MessageObject = dict[str, Any]

# The clocks of processes differ: a first message may seem older than its dialogue.
_CLOCK_SLACK = timedelta(days=1)

_SELECT = """
SELECT m.* FROM dialogue_messages m
WHERE m.session_id = %(session)s AND m.id BETWEEN %(first_id)s AND %(last_id)s"""

# One row more than asked for tells whether there is more.
BEFORE_SQL = f"{_SELECT} AND m.seq < %(edge)s ORDER BY m.seq DESC LIMIT %(limit)s"
AFTER_SQL = f"{_SELECT} AND m.seq > %(edge)s ORDER BY m.seq LIMIT %(limit)s"
CHANGES_SQL = f"{_SELECT} AND m.version > %(edge)s ORDER BY m.version LIMIT %(limit)s"
_WITHOUT_SNAPSHOT = ", ".join(
    "NULL AS context_snapshot" if field.column == "context_snapshot" else f"m.{field.column}"
    for field in DialogueMessage._meta.concrete_fields
)
REFERENCES_SQL = """
SELECT r.* FROM message_references r WHERE r.message_id = ANY(%s)
ORDER BY r.message_id, r.position"""


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages in ascending order; `has_more`: more lie on the side that was asked for."""

    results: list[MessageObject]
    has_more: bool


def message_page(
    session: DialogueSession, position: Position, *, snapshots: bool = True
) -> MessagePage:
    """The page at a position; the newest messages where it names none.

    Without `snapshots` the context snapshots are not even read: they are the larger part of a row.
    """
    if position.after_version is not None:
        return changes_after(session, position.after_version, position.limit, snapshots=snapshots)
    if position.after_seq is not None:
        return messages_after(session, position.after_seq, position.limit, snapshots=snapshots)
    return messages_before(session, position.before_seq, position.limit, snapshots=snapshots)


def messages_before(
    session: DialogueSession, before_seq: int | None, limit: int, *, snapshots: bool = True
) -> MessagePage:
    """The last `limit` messages before a position (None: the newest)."""
    if before_seq is None and limit == RECENT_LENGTH and settings.MESSAGE_CACHE:
        return _kept_newest(session, snapshots=snapshots)
    return _before(session, before_seq, limit, snapshots=snapshots)


def _kept_newest(session: DialogueSession, *, snapshots: bool) -> MessagePage:
    """The newest messages, from the cache where it has them of the dialogue's present version: every
    change of a message takes one."""
    looked = RECENT.look(recent_key(session.pk, snapshots=snapshots), session.version)
    if looked.value:
        return MessagePage(**looked.value)
    page = _before(session, None, RECENT_LENGTH, snapshots=snapshots)
    RECENT.keep(looked, {"results": page.results, "has_more": page.has_more})
    return page


def _before(
    session: DialogueSession, before_seq: int | None, limit: int, *, snapshots: bool
) -> MessagePage:
    edge = before_seq if before_seq is not None else session.last_seq + 1
    rows = fetch_rows(
        _read(BEFORE_SQL, snapshots=snapshots), page_parameters(session.id, edge, limit)
    )
    return MessagePage(messages_out(rows[:limit][::-1]), len(rows) > limit)


def messages_after(
    session: DialogueSession, after_seq: int, limit: int, *, snapshots: bool = True
) -> MessagePage:
    """The first `limit` messages after a position."""
    rows = fetch_rows(
        _read(AFTER_SQL, snapshots=snapshots), page_parameters(session.id, after_seq, limit)
    )
    return MessagePage(messages_out(rows[:limit]), len(rows) > limit)


def changes_after(
    session: DialogueSession, version: int, limit: int, *, snapshots: bool = True
) -> MessagePage:
    """Everything said, edited or deleted after a version, in the order in which it changed."""
    rows = fetch_rows(
        _read(CHANGES_SQL, snapshots=snapshots), page_parameters(session.id, version, limit)
    )
    return MessagePage(messages_out(rows[:limit]), len(rows) > limit)


def _read(sql: str, *, snapshots: bool) -> str:
    return sql if snapshots else sql.replace("m.*", _WITHOUT_SNAPSHOT, 1)


def page_parameters(session_id: UUID, edge: int, limit: int) -> dict[str, Any]:
    """Parameters of BEFORE, AFTER and CHANGES: from the dialogue's first month to this one."""
    return {
        "session": session_id,
        "first_id": uuid7_floor(uuid_time(session_id) - _CLOCK_SLACK),
        "last_id": uuid7_floor(timezone.now() + _CLOCK_SLACK),
        "edge": edge,
        "limit": limit + 1,
    }


def message_row(session_id: UUID, key: UUID | str) -> Row:
    """One message of a dialogue by UUID or `msg_…` code. Raises NotFound."""
    rows = fetch_rows(
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
    score, cost = row["confidence_score"], row["cost"]
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
        "replaced_by": _text(row["replaced_by_id"]),
        "tokens_used": row["tokens_used"],
        "cost": None if cost is None else float(cost),
        "model_used": row["model_used"],
        "response_time_ms": row["response_time_ms"],
        "confidence_score": None if score is None else float(score),
        "error_code": row["error_code"],
        "error_message": row["error_message"],
        "retry_count": row["retry_count"],
        "message_type": row["message_type"],
        "metadata": row["metadata"],
        "context_snapshot": None if gone else row["context_snapshot"],
        "tool_calls": None if gone else row["tool_calls"],
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
    return by_message(fetch_rows(REFERENCES_SQL, [list(message_ids)])) if message_ids else {}


def by_message(references: Sequence[Row]) -> dict[UUID, list[Row]]:
    """References by the message that makes them."""
    found: dict[UUID, list[Row]] = {}
    for row in references:
        found.setdefault(row["message_id"], []).append(row)
    return found


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None
