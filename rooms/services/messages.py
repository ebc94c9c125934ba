"""Say, edit and delete. The only place where what is said in a room is written."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from chatcore.errors import Conflict, Forbidden, NotFound
from chatcore.events import MessageDeleted, MessageEdited
from chatcore.models import User
from chatcore.selectors.rows import dict_rows, fetch_rows
from chatcore.services.append import Appended, Draft, append_one, next_version
from chatcore.services.publish import publish_created_on_commit, publish_on_commit
from chatcore.services.refusals import refusal_error
from rooms.selectors.access import RoomAccess, room_for
from rooms.selectors.messages import ONE_SQL, message_out
from rooms.services.stored_files import take_back_files
from rooms.services.timeline import ROOM_TIMELINE


def draft_of(
    *,
    room: UUID,
    sender: UUID,
    content: str,
    client_ref: UUID | None = None,
    reply_to: UUID | None = None,
    message_type: str | None = None,
) -> Draft:
    """A message as it was asked for; every door builds it here."""
    columns: dict[str, Any] = {"reply_to_message_id": reply_to}
    if message_type:
        columns["message_type"] = message_type
    return Draft(room, sender, content, client_ref, columns)


def say(draft: Draft) -> Appended:
    """Store a message and announce it. Raises NotFound, RefConflict, or what the room forbids."""
    with transaction.atomic():
        appended = append_one(ROOM_TIMELINE, draft)
        publish_created_on_commit(ROOM_TIMELINE, appended)
    return appended


def edit_message(*, user: User, room: UUID, message: UUID, content: str) -> Appended:
    """Put other words in the place of one's own; the old ones go to the history table."""
    with transaction.atomic():
        row = _own_row(user, room, message)
        if row["deleted_at"]:
            raise Conflict("The message is deleted.", code="message_deleted")
        changed = _change(row, "content = %s, edited_at = now()", [content])
        event = MessageEdited(version=changed["version"], message=message_out(changed))
        publish_on_commit(f"room:{room}", event)
    return Appended(changed)


def delete_message(*, user: User, room: UUID, message: UUID) -> Appended:
    """Take a message back: it keeps its place, empty. Its sender may, and a moderator."""
    with transaction.atomic():
        access = room_for(user, room)
        row = _row(room, message)
        if row["sender_id"] != user.pk and not access.is_moderator:
            raise Forbidden("Only its sender or a moderator may delete it.", code="not_yours")
        return _take_back(row)


def remove_message(*, room: UUID, message: UUID) -> Appended:
    """The same for staff, who need not be in the room; the admin has asked whether they may."""
    with transaction.atomic():
        return _take_back(_row(room, message))


def _take_back(row: dict[str, Any]) -> Appended:
    if row["deleted_at"]:
        return Appended(row, duplicate=True)
    take_back_files(row["id"])
    changed = _change(row, "deleted_at = now()", [])
    event = MessageDeleted(version=changed["version"], message=message_out(changed))
    publish_on_commit(f"room:{row['room_id']}", event)
    return Appended(changed)


def _own_row(user: User, room: UUID, message: UUID) -> Mapping[str, Any]:
    _refuse_silenced(room_for(user, room))
    row = _row(room, message)
    if row["sender_id"] != user.pk:
        raise Forbidden("Only its sender may edit a message.", code="not_yours")
    return row


def _refuse_silenced(access: RoomAccess) -> None:
    """Who may say nothing new may not say it by editing, either."""
    if refusal := access.silenced_by:
        raise refusal_error(refusal)


def _row(room: UUID, message: UUID) -> dict[str, Any]:
    found = fetch_rows(ONE_SQL, [message, room])
    if not found:
        raise NotFound("There is no such message.")
    return found[0]


def _change(row: Mapping[str, Any], assignments: str, values: list[Any]) -> dict[str, Any]:
    """Change one message under its room's lock, with the room's next version."""
    version = next_version(ROOM_TIMELINE, row["room_id"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE room_messages SET {assignments}, version = %s, updated_at = now()"  # noqa: S608
            " WHERE id = %s AND deleted_at IS NULL RETURNING *",
            [*values, version, row["id"]],
        )
        changed = dict_rows(cursor)
    if not changed:
        raise Conflict("The message is deleted.", code="message_deleted")
    return {**row, **changed[0]}
