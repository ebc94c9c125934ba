"""JSON out. orjson knows UUID and datetime: rows can be rendered without model instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer
from rest_framework.utils.encoders import JSONEncoder
from typing_extensions import override

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC | orjson.OPT_NON_STR_KEYS
# DRF's encoder knows what orjson does not: lazy translations, Decimal, querysets, timedelta.
_fallback = JSONEncoder()


def json_bytes(data: Any) -> bytes:
    return orjson.dumps(data, default=_fallback.default, option=_OPTIONS)


class JsonRenderer(BaseRenderer):
    """The renderer of every API view."""

    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8 and has no charset parameter (RFC 8259)

    @override
    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else json_bytes(data)
