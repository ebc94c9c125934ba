"""What every serializer of ours shares: a field that nobody declared is an error, not silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chatcore.ids import uuid_from_code


class StrictMixin:
    """Refuses unknown and read-only fields by name, so that a typing error is found at once."""

    def to_internal_value(self: Any, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(str(name) for name in data if name not in writable)
            if unknown:
                raise serializers.ValidationError(
                    {
                        name[:100]: [
                            "This cannot be set."
                            if name in self.fields
                            else "There is no such field."
                        ]
                        for name in unknown[:20]
                    }
                )
        return super().to_internal_value(data)  # type: ignore[misc]


class StrictSerializer(StrictMixin, serializers.Serializer[Any]):
    """For a request body: `StrictSerializer(data=request.data)`."""


class StrictModelSerializer(StrictMixin, serializers.ModelSerializer[Any]):
    """The same for a model's columns."""


def valid(
    serializer: type[serializers.BaseSerializer[Any]], data: Any, **context: Any
) -> dict[str, Any]:
    """The validated body, for thin views: `body = valid(SignUp, request.data)`."""
    bound = serializer(data=data, context=context)
    bound.is_valid(raise_exception=True)
    found: dict[str, Any] = bound.validated_data
    return found


@extend_schema_field({"type": "string", "description": "A UUID or its public code."})
class PublicIdField(serializers.UUIDField):
    """An id as a UUID, or as its public code (`dlg_…`, `msg_…`) where `prefix` is given."""

    def __init__(self, *, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> UUID:
        if self.prefix and isinstance(data, str) and (found := uuid_from_code(data, self.prefix)):
            return found
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        value: UUID = super().to_internal_value(data)
        return value


@extend_schema_field(OpenApiTypes.OBJECT)
class PlainObjectField(serializers.DictField):
    """A JSON object of at most `most` bytes when written out, for preferences and the like."""

    def __init__(self, *, most: int = 16_384, **kwargs: Any) -> None:
        self.most = most
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        from chatcore.http.rendering import json_bytes

        value: dict[str, Any] = super().to_internal_value(data)
        if len(json_bytes(value)) > self.most:
            raise serializers.ValidationError(f"At most {self.most} bytes of JSON.")
        return value
