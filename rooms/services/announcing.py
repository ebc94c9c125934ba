"""Tell of a change in a room: its readers after the commit, and webhooks that are owed it with it."""

from typing import Any
from uuid import UUID

from django.db import connection

from chatcore.events import Lasting, MessageEvent
from chatcore.http.rendering import json_bytes
from chatcore.ids import uuid7
from chatcore.jobs import enqueue_on_commit
from chatcore.services.publish import publish_on_commit
from rooms.models import Audience
from rooms.services.timeline import DISPATCH

# By the clock, and under the room's lock, which whoever took the version holds.
_OWE_SQL = """
INSERT INTO webhook_deliveries
  (id, endpoint_id, event_type, room_id, message_id, version, payload, state, attempts, created_at)
SELECT overlay(%(id)s::text PLACING right(gen_random_uuid()::text, 17) FROM 20)::uuid, e.id, %(type)s,
  %(room)s, %(message)s, %(version)s, %(payload)s::jsonb, 'pending', 0, clock_timestamp()
FROM webhook_endpoints e
WHERE e.is_enabled AND e.event_types @> to_jsonb(%(type)s::text)
  AND (e.room_id IS NULL OR e.room_id = %(room)s)"""


def announce(room: UUID, event: Lasting) -> None:
    """A lasting event of a room. Private notes go to the readers who may have them, and no further."""
    publish_on_commit(f"room:{room}", event)
    if not isinstance(event, MessageEvent):
        owe(room, event.type, event.version, event.data())
    elif event.audience < Audience.STAFF:
        owe(room, event.type, event.version, message=event.message["id"])


def owe(
    room: UUID,
    type_: str,
    version: int,
    data: dict[str, Any] | None = None,
    message: UUID | None = None,
) -> None:
    """Write what webhooks are owed, in the present transaction, and have workers told of it."""
    values: dict[str, UUID | str | int | None] = {
        "id": uuid7(),
        "type": type_,
        "room": room,
        "message": message,
        "version": version,
        "payload": json_bytes(data).decode() if data is not None else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OWE_SQL, values)
        owed = cursor.rowcount
    if owed:
        enqueue_on_commit(DISPATCH)
