"""Say, edit and delete. The only place where what is said in a room is written."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from chatcore.errors import Conflict, Forbidden, NotFound
from chatcore.events import MessageDeleted, MessageEdited
from chatcore.models import User
from chatcore.selectors.rows import dict_rows, fetch_rows
from chatcore.services.append import Appended, Draft, append_one, next_version
from chatcore.services.publish import publish, publish_created_on_commit
from chatcore.services.refusals import refusal_error
from rooms.models import Audience, ChatRoom, DeliveryStatus, MessageType, RoomMention
from rooms.selectors.access import RoomAccess, room_for
from rooms.selectors.mentions import mentioned
from rooms.selectors.messages import ONE_SQL, message_out, message_row
from rooms.services.announcing import announce
from rooms.services.stored_files import take_back_files
from rooms.services.timeline import ASIDE, ROOM_TIMELINE, mention_frames


def draft_of(
    *,
    room: UUID,
    sender: UUID,
    content: str,
    client_ref: UUID | None = None,
    reply_to: UUID | None = None,
    thread: UUID | None = None,
    message_type: str | None = None,
    audience: int = Audience.EVERYONE,
    content_metadata: Mapping[str, Any] | None = None,
) -> Draft:
    """A message as it was asked for; every door builds it here."""
    columns: dict[str, Any] = {"reply_to_message_id": reply_to}
    if thread:
        columns["thread_id"] = thread
    if message_type:
        columns["message_type"] = message_type
    if audience:
        columns["audience"] = int(audience)
    if content_metadata:
        columns["content_metadata"] = dict(content_metadata)
    return Draft(room, sender, content, client_ref, columns)


def say(draft: Draft) -> Appended:
    """Store a message and announce it. Raises NotFound, RefConflict, or what the room forbids."""
    with transaction.atomic():
        named = mentioned(
            draft.conversation, draft.content, by=draft.author, audience=_audience_of(draft)
        )
        appended = append_one(ROOM_TIMELINE, with_mentions(draft, named))
        publish_created_on_commit(ROOM_TIMELINE, appended)
    return appended


def with_mentions(draft: Draft, people: list[UUID]) -> Draft:
    """The draft with whom it names, as `selectors.mentions` found them."""
    return replace(draft, derived={"mentions": people}) if people else draft


def add_note(
    *,
    access: RoomAccess,
    content: str,
    client_ref: UUID | None = None,
    reply_to: UUID | None = None,
    thread: UUID | None = None,
) -> Appended:
    """A private note: for those who help, through no door for those who are helped.

    Raises what `say` raises, `may_not_note` among it.
    """
    return say(
        draft_of(
            room=access.room.pk,
            sender=access.participant.user_id,
            content=content,
            client_ref=client_ref,
            reply_to=reply_to,
            thread=thread,
            audience=Audience.STAFF,
        )
    )


def say_aside(*, room: ChatRoom, by: User, content: str) -> Appended:
    """A private note of somebody who is not in the room, for services alone, which have asked whether
    they may. Nobody but those who help hears that they are there."""
    draft = draft_of(
        room=room.pk,
        sender=by.pk,
        content=content,
        audience=Audience.STAFF,
        content_metadata={ASIDE: True},
    )
    return say(replace(draft, trusted=True))


def say_system(
    *,
    room: ChatRoom,
    by: User,
    text: str,
    metadata: Mapping[str, Any] | None = None,
    audience: Audience = Audience.EVERYONE,
) -> Appended:
    """What happened in the room, as a line of it, for services alone: `by` did it and says nothing.

    Written into closed rooms, too. Raises NotFound for a room that is deleted.
    """
    draft = draft_of(
        room=room.pk,
        sender=by.pk,
        content=text,
        message_type=MessageType.SYSTEM,
        audience=audience,
        content_metadata=metadata,
    )
    return say(replace(draft, trusted=True))


def say_robot(
    *,
    room: UUID,
    robot: User,
    robot_id: str,
    content: str,
    response_to: UUID | None = None,
    visible_to_guests: bool = False,
    status: DeliveryStatus = DeliveryStatus.DELIVERED,
    metadata: Mapping[str, Any] | None = None,
    client_ref: UUID | None = None,
) -> Appended:
    """A robot's message, for services alone; guests get it only where they may.

    A status other than delivered is an answer that `settle_message` will end.
    """
    draft = draft_of(
        room=room,
        sender=robot.pk,
        content=content,
        client_ref=client_ref,
        message_type=MessageType.ROBOT,
        audience=Audience.EVERYONE if visible_to_guests else Audience.MEMBERS,
        content_metadata=metadata,
    )
    own = {
        "robot_id": robot_id,
        "robot_response_to_id": response_to,
        "is_robot_visible_to_guests": visible_to_guests,
        "delivery_status": status,
    }
    return say(replace(draft, columns={**draft.columns, **own}, trusted=True))


# What may follow a status; delivered and failed are the end.
_AFTER = {
    DeliveryStatus.STREAMING: set(DeliveryStatus),
    DeliveryStatus.BATCH_DELAY: set(DeliveryStatus),
}


def settle_message(
    *,
    room: UUID,
    message: UUID,
    status: DeliveryStatus,
    content: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Appended:
    """Say how far an answer that comes later has got, for services alone; words and metadata that
    are not given stay.

    Raises Conflict where it was settled before: then nothing changes.
    """
    with transaction.atomic():
        version = next_version(ROOM_TIMELINE, room)
        row = _row(room, message)
        if status not in _AFTER.get(row["delivery_status"], ()):
            raise Conflict("The message is settled already.", code="message_settled")
        words = row["content"] if content is None else content
        data = row["content_metadata"] if metadata is None else dict(metadata)
        changes = {"delivery_status": status, "content": words, "content_metadata": data}
        return _announce_edit(_change(row, changes, version))


def edit_message(*, user: User, room: UUID, message: UUID, content: str) -> Appended:
    """Put other words in the place of one's own; the old ones go to the history table."""
    with transaction.atomic():
        access = room_for(user, room)
        access.require("chat:message:edit")
        _refuse_silenced(access)
        row = message_row(access, message)
        if row["sender_id"] != user.pk or row["message_type"] == MessageType.SYSTEM:
            raise Forbidden("Only its sender may edit a message.", code="not_yours")
        if row["deleted_at"]:
            raise Conflict("The message is deleted.", code="message_deleted")
        named = mentioned(room, content, by=user.pk, audience=row["audience"])
        version = next_version(ROOM_TIMELINE, room)
        changes = {"content": content, "mentions": [str(person) for person in named]}
        changed = _change(row, changes, version, also=", edited_at = now()")
        _name(changed, fresh=set(named) - {UUID(str(one)) for one in row["mentions"]})
        return _announce_edit(changed)


def delete_message(*, user: User, room: UUID, message: UUID) -> Appended:
    """Take a message back: it keeps its place, empty. Its sender may, and a moderator."""
    with transaction.atomic():
        access = room_for(user, room)
        access.require("chat:message:delete")
        row = message_row(access, message)
        is_theirs = row["sender_id"] == user.pk and row["message_type"] != MessageType.SYSTEM
        if not is_theirs and not access.is_moderator:
            raise Forbidden("Only its sender or a moderator may delete it.", code="not_yours")
        return _take_back(row)


def remove_message(*, room: UUID, message: UUID) -> Appended:
    """The same for staff, who need not be in the room; the admin has asked whether they may."""
    with transaction.atomic():
        return _take_back(_row(room, message))


def _audience_of(draft: Draft) -> int:
    return int(draft.columns.get("audience", Audience.EVERYONE))


def _take_back(row: dict[str, Any]) -> Appended:
    if row["deleted_at"]:
        return Appended(row, duplicate=True)
    take_back_files(row["id"])
    version = next_version(ROOM_TIMELINE, row["room_id"])
    changed = _change(row, {"mentions": []}, version, also=", deleted_at = now()")
    _name(changed, fresh=set())
    event = MessageDeleted(
        version=version, message=message_out(changed), audience=changed["audience"]
    )
    announce(row["room_id"], event)
    return Appended(changed)


def _announce_edit(row: dict[str, Any]) -> Appended:
    event = MessageEdited(
        version=row["version"], message=message_out(row), audience=row["audience"]
    )
    announce(row["room_id"], event)
    return Appended(row)


def _refuse_silenced(access: RoomAccess) -> None:
    """Who may say nothing new may not say it by editing, either."""
    if refusal := access.silenced_by:
        raise refusal_error(refusal)


def _row(room: UUID, message: UUID) -> dict[str, Any]:
    found = fetch_rows(ONE_SQL, [message, room])
    if not found:
        raise NotFound("There is no such message.")
    return found[0]


def _change(
    row: Mapping[str, Any], changes: Mapping[str, Any], version: int, also: str = ""
) -> dict[str, Any]:
    """Change one message under its room's lock, with the version that was taken."""
    values: list[Any] = [
        Jsonb(value) if isinstance(value, list | dict) else value for value in changes.values()
    ]
    assignments = "".join(f"{name} = %s, " for name in changes)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE room_messages SET {assignments}version = %s, updated_at = now(){also}"  # noqa: S608
            " WHERE id = %s AND deleted_at IS NULL RETURNING *",
            [*values, version, row["id"]],
        )
        changed = dict_rows(cursor)
    if not changed:
        raise Conflict("The message is deleted.", code="message_deleted")
    return {**row, **changed[0]}


def _name(row: Mapping[str, Any], *, fresh: set[UUID]) -> None:
    """Keep the mentions as the message has them now, and tell whom it names for the first time."""
    RoomMention.objects.filter(message=row["id"]).delete()
    RoomMention.objects.bulk_create(
        RoomMention(
            message_id=row["id"],
            user_id=person,
            room_id=row["room_id"],
            seq=row["seq"],
            audience=row["audience"],
        )
        for person in row["mentions"]
    )
    if fresh:
        frames = mention_frames(row, sorted(fresh))
        transaction.on_commit(lambda: publish(frames))
