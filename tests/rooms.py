"""Rooms for tests, made through the services."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from chatcore.models import User
from chatcore.services.append import Appended
from rooms.models import ChatFileAttachment, ChatRoom
from rooms.selectors.access import RoomAccess, room_for
from rooms.services.attachments import attach
from rooms.services.messages import draft_of, say
from rooms.services.rooms import create_room


def room_of(maker: User, *others: User, **columns: Any) -> ChatRoom:
    """A group that `maker` moderates."""
    place = create_room(by=maker, members=[user.pk for user in others], **columns)
    return place.room


def topic_of(room: ChatRoom) -> str:
    return f"room:{room.pk}"


def said(room: ChatRoom, by: User, content: str = "hello", ref: UUID | None = None) -> Appended:
    """A message, stored and announced."""
    return say(draft_of(room=room.pk, sender=by.pk, content=content, client_ref=ref or uuid4()))


def access_to(room: ChatRoom, user: User) -> RoomAccess:
    return room_for(user, room.pk)


def sent_file(room: ChatRoom, by: User, data: bytes = b"a", name: str = "a.txt") -> UUID:
    """A file sent to a room, which no worker has looked at; the id of what is stored."""
    said = attach(by, room.pk, file=SimpleUploadedFile(name, data))
    stored = ChatFileAttachment.objects.get(message_id=said.id).file_manager_file_id
    assert stored
    return stored


def picture(width: int = 900, height: int = 600) -> bytes:
    """A PNG."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(written, "PNG")
    return written.getvalue()
