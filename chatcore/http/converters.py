"""Path converters: an id as a UUID or as its public code, wherever a path names one."""

from uuid import UUID

from django.urls import register_converter

from chatcore.ids import uuid_from_code

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class MessageId:
    """A message: its UUID or `msg_…`."""

    regex = rf"{_UUID}|msg_[0-9a-f]{{32}}"

    def to_python(self, value: str) -> UUID:
        return uuid_from_code(value, "msg") or UUID(value)

    def to_url(self, value: UUID | str) -> str:
        return str(value)


register_converter(MessageId, "message")
