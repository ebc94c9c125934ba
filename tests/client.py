"""A test client that checks every answer under /api/v1/ against the OpenAPI document."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, cast

import jsonschema
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

API = "/api/v1"


@cache
def document() -> dict[str, Any]:
    generator = SchemaGenerator()  # type: ignore[no-untyped-call]
    return cast("dict[str, Any]", generator.get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


@cache
def _registry() -> Any:
    resource = Resource.from_contents(document(), default_specification=DRAFT202012)
    return Registry().with_resource("urn:api", resource)


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path) + r"\Z"), path)
        for path in sorted(document()["paths"], key=lambda p: p.count("{"))
    ]


def operation_of(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """The documented path and its operation, None for what the document does not know."""
    for pattern, documented in _paths():
        if pattern.match(path):
            operation = document()["paths"][documented].get(method.lower())
            if operation:
                return documented, operation
    return None


def check_response(method: str, path: str, response: Any) -> None:
    """Fails where the answer is not what the document promises for this operation."""
    found = operation_of(method, path)
    if found is None:
        return
    documented, operation = found
    where = f"{method} {documented} -> {response.status_code}"
    responses = operation["responses"]
    promised = responses.get(str(response.status_code))
    if promised is None:
        assert response.status_code >= 400, f"{where}: this status is not documented"
        promised = responses["default"]
    content = promised.get("content")
    if not content:
        assert not response.content, f"{where}: no body is documented"
        return
    media = response.headers.get("Content-Type", "").partition(";")[0]
    promised_media = media if media in content else "*/*"
    assert promised_media in content, f"{where}: {media} is not documented, only {list(content)}"
    schema = content[promised_media].get("schema")
    if schema and media.endswith("json"):
        _check_body(where, schema, response.json())


def _check_body(where: str, schema: dict[str, Any], body: Any) -> None:
    absolute = _with_absolute_references(schema)
    validator = jsonschema.Draft202012Validator(
        absolute, registry=_registry(), format_checker=jsonschema.FormatChecker()
    )
    wrong = [f"{e.json_path}: {e.message}" for e in validator.iter_errors(body)]
    assert not wrong, f"{where} breaks the contract:\n" + "\n".join(wrong) + f"\n{body}"


def _with_absolute_references(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {
            key: f"urn:api{value}" if key == "$ref" else _with_absolute_references(value)
            for key, value in schema.items()
        }
    return [_with_absolute_references(s) for s in schema] if isinstance(schema, list) else schema


class ContractClient(Client):
    """Django's client, JSON by default, Bearer where `access` is given."""

    def __init__(self, *, access: str = "", **kwargs: Any) -> None:
        if access:
            kwargs.setdefault("headers", {})["Authorization"] = f"Bearer {access}"
        super().__init__(**kwargs)

    def generic(self, method: str, path: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().generic(method, path, *args, **kwargs)
        plain = str(path).partition("?")[0]
        if plain.startswith(API):
            check_response(method, plain, response)
        return response

    def post(  # type: ignore[override]
        self, path: Any, data: Any = None, content_type: str = "application/json", **kwargs: Any
    ) -> Any:
        return super().post(path, {} if data is None else data, content_type, **kwargs)

    def patch(  # type: ignore[override]
        self, path: Any, data: Any = None, content_type: str = "application/json", **kwargs: Any
    ) -> Any:
        return super().patch(path, {} if data is None else data, content_type, **kwargs)

    def put(  # type: ignore[override]
        self, path: Any, data: Any = None, content_type: str = "application/json", **kwargs: Any
    ) -> Any:
        return super().put(path, {} if data is None else data, content_type, **kwargs)
