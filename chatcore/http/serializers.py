"""What every serializer of ours shares: a field that nobody declared is an error, not silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from chatcore.ids import uuid_from_code

# What a field may come as in JSON. DRF alone takes 5 for "5", "yes" for true, and the reverse.
_JSON_KINDS: list[
    tuple[tuple[type[serializers.Field[Any, Any, Any, Any]], ...], tuple[type, ...], str]
] = [
    ((serializers.BooleanField,), (bool,), "Send true or false."),
    ((serializers.IntegerField, serializers.FloatField), (int, float), "Send a number."),
    (
        (serializers.CharField, serializers.UUIDField, serializers.DateTimeField),
        (str,),
        "Send a text.",
    ),
]


class StrictMixin:
    """Refuses unknown and read-only fields by name, so that a typing error is found at once, and
    values of another JSON type than the document says.
    """

    def to_internal_value(self: Any, data: Any) -> Any:
        if isinstance(data, Mapping):
            wrong = _unknown(self.fields, data)
            if not self.context.get("from_query"):
                wrong |= _of_wrong_kind(self.fields, data)
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)  # type: ignore[misc]


def _unknown(fields: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, list[str]]:
    names = sorted(str(name) for name in data if name not in fields or fields[name].read_only)
    return {
        name[:100]: ["This cannot be set." if name in fields else "There is no such field."]
        for name in names[:20]
    }


def _of_wrong_kind(fields: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, list[str]]:
    found = {}
    for name, value in data.items():
        for kinds, accepted, message in _JSON_KINDS:
            if value is not None and isinstance(fields.get(name), kinds):
                is_bool = isinstance(value, bool) and bool not in accepted
                if is_bool or not isinstance(value, accepted):
                    found[name] = [message]
                break
    return found


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


def valid_query(
    serializer: type[serializers.BaseSerializer[Any]], request: Request
) -> dict[str, Any]:
    """The same for the query string, where everything is text."""
    return valid(serializer, request.query_params.dict(), from_query=True)


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
        if _holds_huge_number(value):
            raise serializers.ValidationError("A number is larger than 64 bits can hold.")
        return value


def _holds_huge_number(value: Any) -> bool:
    """PostgreSQL hands 1e20 back as a whole number, and nothing here could write that again."""
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return any(_holds_huge_number(item) for item in inner)
    return isinstance(value, float) and abs(value) >= 2.0**63
