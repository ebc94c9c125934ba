"""A room's messages as rows, and the one renderer of the message object.

Pages go by `seq`, bounded by `id` where the months are known: planning grows with the partitions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatcore.errors import Invalid, NotFound
from chatcore.frames import Sight
from chatcore.http.positions import Position
from chatcore.ids import public_code, uuid_from_code
from chatcore.selectors.rows import fetch_rows
from rooms.models import Audience, ScanState
from rooms.selectors.access import RoomAccess

Row = Mapping[str, Any]
_END = 2**63 - 1

# The files of a message, where it brings some; nothing is looked up for all the others.
ATTACHMENTS_SQL = """CASE WHEN m.message_type IN ('file', 'image') AND m.deleted_at IS NULL THEN (
  SELECT json_agg(json_build_object('id', a.id, 'original_filename', a.original_filename,
    'file_size', a.file_size, 'mime_type', a.mime_type, 'width', a.width, 'height', a.height,
    'excerpt', a.excerpt, 'thumbnail_url', a.thumbnail_url, 'preview_available', a.preview_available,
    'scan_state', coalesce(f.scan_state, 'refused')) ORDER BY a.id)
  FROM chat_file_attachments a LEFT JOIN stored_files f ON f.id = a.file_manager_file_id
  WHERE a.message_id = m.id AND a.deleted_at IS NULL) END AS attachments"""
READER_COLUMNS = f"u.username, u.display_name, u.account_type, {ATTACHMENTS_SQL}"

_SELECT = f"""
SELECT m.*, {READER_COLUMNS}
FROM room_messages m LEFT JOIN users u ON u.id = m.sender_id
WHERE m.room_id = %(room)s AND m.seq >= %(first)s AND m.audience <= %(clearance)s
  AND m.id <= %(last_id)s"""  # noqa: S608
# The same within a thread, whose first message is not one of its own.
_IN_THREAD = " AND m.thread_id = %(thread)s"

# The newest `limit` rows below a position. One row more than asked for tells whether there is more.
BEFORE_SQL = f"{_SELECT} AND m.seq < %(edge)s ORDER BY m.seq DESC LIMIT %(limit)s"
AFTER_SQL = f"{_SELECT} AND m.seq > %(edge)s ORDER BY m.seq LIMIT %(limit)s"
CHANGES_SQL = f"{_SELECT} AND m.version > %(edge)s ORDER BY m.version LIMIT %(limit)s"
ONE_SQL = f"""
SELECT m.*, {READER_COLUMNS}
FROM room_messages m LEFT JOIN users u ON u.id = m.sender_id
WHERE m.id = %s AND m.room_id = %s"""  # noqa: S608


def message_out(row: Row) -> dict[str, Any]:
    """The message object of every door: history, replay, events. A deleted one keeps its place."""
    gone = row["deleted_at"] is not None
    return {
        "id": row["id"],
        "code": public_code("msg", row["id"]),
        "room": row["room_id"],
        "seq": row["seq"],
        "version": row["version"],
        "sender": {
            "id": row["sender_id"],
            "username": row["username"],
            "display_name": row["display_name"],
            "account_type": row["account_type"],
        },
        "content": "" if gone else row["content"],
        "created_at": row["created_at"],
        "edited_at": row["edited_at"],
        "deleted_at": row["deleted_at"],
        "message_type": row["message_type"],
        "audience": Audience(row["audience"]).label,
        "content_metadata": {} if gone else row["content_metadata"],
        "mentions": [] if gone else row["mentions"],
        "robot_id": row["robot_id"],
        "robot_response_to": row["robot_response_to_id"],
        "is_robot_visible_to_guests": row["is_robot_visible_to_guests"],
        "delivery_status": row["delivery_status"],
        "reply_to_message": row["reply_to_message_id"],
        "thread": row["thread_id"],
        "client_ref": row["client_ref"],
        "attachments": []
        if gone
        else [_attachment(row["room_id"], found) for found in row["attachments"] or ()],
    }


def _attachment(room: UUID, found: dict[str, Any]) -> dict[str, Any]:
    """A file of the message; where to fetch it, once it was found clean."""
    if found["scan_state"] != ScanState.CLEAN:
        return {**found, "url": None, "excerpt": ""}
    return {**found, "url": f"/api/v1/rooms/{room}/attachments/{found['id']}/"}


def page_parameters(
    room: UUID, last_id: UUID | None, sight: Sight, edge: int, limit: int
) -> dict[str, Any]:
    """Parameters of BEFORE, AFTER and CHANGES."""
    return {
        "room": room,
        "first": sight.first_visible,
        "clearance": sight.clearance,
        "last_id": last_id or UUID(int=0),
        "edge": edge,
        "limit": limit + 1,
    }


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which statement reads a page, with what, and whether its rows come newest first."""

    sql: str
    parameters: dict[str, Any]
    limit: int
    newest_first: bool


def page_query(
    room: UUID, last_id: UUID | None, sight: Sight, position: Position, thread: UUID | None = None
) -> PageQuery:
    """The one statement for a page at a position; run by the sync door and by the express one."""
    if position.after_version is not None:
        sql, edge = CHANGES_SQL, position.after_version
    elif position.after_seq is not None:
        sql, edge = AFTER_SQL, position.after_seq
    else:
        sql, edge = BEFORE_SQL, position.before_seq if position.before_seq is not None else _END
    parameters = page_parameters(room, last_id, sight, edge, position.limit)
    newest_first = sql is BEFORE_SQL
    if thread is not None:
        head, order, tail = sql.rpartition(" ORDER BY")
        sql = f"{head}{_IN_THREAD}{order}{tail}"
        parameters["thread"] = thread
    return PageQuery(sql, parameters, position.limit, newest_first)


def thread_from(query: Mapping[str, str]) -> UUID | None:
    """`?thread=`: the id or code of the message that a thread begins with. Raises Invalid."""
    text = query.get("thread")
    if text is None:
        return None
    try:
        return uuid_from_code(text, "msg") or UUID(text)
    except ValueError:
        raise Invalid(errors={"thread": ["Give the id of a message."]}) from None


def page_out(query: PageQuery, rows: list[Any]) -> dict[str, Any]:
    """The body of `GET …/messages/`: ascending, and whether there is more in that direction."""
    page = rows[: query.limit]
    if query.newest_first:
        page.reverse()
    return {
        "results": [message_out(row) for row in page],
        "has_more": len(rows) > query.limit,
    }


def messages_page(
    access: RoomAccess, position: Position, thread: UUID | None = None
) -> dict[str, Any]:
    """A page of a room's history, or of one thread in it, as its reader may see it. One query."""
    room = access.room
    query = page_query(room.pk, room.last_message_id, access.sight, position, thread)
    return page_out(query, fetch_rows(query.sql, query.parameters))


def message_row(access: RoomAccess, message: UUID) -> dict[str, Any]:
    """One message of a room as a row. Raises NotFound, also where it is not the reader's to see."""
    found = fetch_rows(ONE_SQL, [message, access.room.pk])
    about = {"message_seq": found[0]["seq"], "audience": found[0]["audience"]} if found else {}
    if not found or not access.sight.covers(about):
        raise NotFound("There is no such message.")
    return found[0]


def message_of(access: RoomAccess, message: UUID) -> dict[str, Any]:
    """One message of a room. Raises NotFound."""
    return message_out(message_row(access, message))
