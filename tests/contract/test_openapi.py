"""The OpenAPI document: complete, quiet, and the one we promised."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.client import document
from tests.contract.check import difference, generated

# Addresses below /api/v1/ that are pages about the document, not operations in it.
PAGES = {"schema/", "docs/", "redoc/"}


def test_it_is_generated_without_a_warning_and_is_the_snapshot() -> None:
    found, warned = generated()
    assert warned == []
    assert difference(found) == "", "if this is meant: make openapi-snapshot"


def test_every_address_of_the_api_is_in_it() -> None:
    documented = {path.removeprefix("/api/v1/") for path in document()["paths"]}
    served = {route for route in _routes() if route not in PAGES}
    assert served == documented


def _routes() -> Iterator[str]:
    for entry in get_resolver().url_patterns:
        if isinstance(entry, URLResolver) and str(entry.pattern) == "api/v1/":
            yield from _below(entry, "")


def _below(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield _as_openapi(route)
        else:
            yield from _below(entry, route)


def _as_openapi(route: str) -> str:
    """`users/<uuid:user_id>/` as `users/{user_id}/`."""
    parts = [
        "{" + part.strip("<>").rpartition(":")[2] + "}" if part.startswith("<") else part
        for part in route.split("/")
    ]
    return "/".join(parts)


def test_every_operation_may_answer_with_a_problem() -> None:
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            problem = operation["responses"]["default"]["content"]
            assert list(problem) == ["application/problem+json"], f"{method} {path}"
            assert operation["tags"], f"{method} {path}"
            assert operation.get("description"), f"{method} {path} says nothing about itself"
