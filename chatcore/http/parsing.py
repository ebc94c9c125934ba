"""JSON in, strictly: UTF-8, no NUL, no lone surrogates, no NaN, not deep, not huge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from typing_extensions import override

from chatcore.http.problem import TooLarge

MAX_DEPTH = 32


def parse_json(raw: bytes | str) -> Any:
    """The value, or ValueError with a sentence that may be shown to the sender.

    orjson itself refuses broken UTF-8, lone surrogates, NaN and more than 1,024 levels; what
    PostgreSQL could not store (NUL) and what nobody means (32 levels) is refused here. Shared by
    HTTP and the socket.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as broken:
        raise ValueError(f"This is not JSON in UTF-8: {broken}") from None
    check_value(value)
    return value


def check_value(value: Any) -> None:
    """Walks without recursion, so that depth cannot hurt."""
    todo: list[tuple[Any, int]] = [(value, 0)]
    while todo:
        item, depth = todo.pop()
        if isinstance(item, str):
            if "\x00" in item:
                raise ValueError("Text must not contain NUL characters.")
        elif isinstance(item, (dict, list)):
            if depth >= MAX_DEPTH:
                raise ValueError(f"The JSON is nested more than {MAX_DEPTH} levels deep.")
            todo.extend((inner, depth + 1) for inner in item)
            if isinstance(item, dict):
                todo.extend((inner, depth + 1) for inner in item.values())


class StrictJsonParser(BaseParser):
    """The only parser of views that do not say otherwise."""

    media_type = "application/json"

    @override
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        raw = stream.read(most + 1)
        if len(raw) > most:
            raise TooLarge(f"JSON bodies may have at most {most} bytes.")
        try:
            return parse_json(raw)
        except ValueError as wrong:
            raise ParseError(str(wrong)) from None
