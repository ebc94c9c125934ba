"""The OpenAPI document: what drf-spectacular cannot know by itself."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, force_instance
from rest_framework.permissions import AllowAny
from typing_extensions import override

from chatcore.http.serializers import StrictMixin

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `detail` is for people; `errors` is by field.",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "examples": ["urn:chatcore:problem:not_found"]},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
_MEANINGS = {
    "400": "The input is not valid",
    "401": "Not signed in, or the token is bad",
    "403": "Not allowed",
    "404": "Missing, or not yours: one answer",
    "409": "Does not fit the present state",
    "413": "The body is too large",
    "415": "The content type is not understood",
    "429": "Too many requests; see Retry-After",
    "default": "Any other problem",
}


class ProblemSchema(AutoSchema):
    """Tags by the first part of the path, and the problems that every operation may answer."""

    def get_tags(self) -> list[str]:
        tag: str = self.path.removeprefix("/api/v1/").split("/")[0]
        return [tag]

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status in self._problem_statuses():
            bodies.setdefault(status, self._problem(status))
        return bodies

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(force_instance(serializer), StrictMixin):  # type: ignore[no-untyped-call]
            schema["additionalProperties"] = False
        return schema

    def _problem_statuses(self) -> list[str]:
        unsafe = self.method not in ("GET", "HEAD", "OPTIONS")
        guarded = not any(isinstance(p, AllowAny) for p in self.view.get_permissions())
        found = ["400", "401", "429", "default"]
        if guarded or unsafe:
            found.append("403")
        if "{" in self.path:
            found.append("404")
        if unsafe:
            found += ["409", "413", "415"]
        return sorted(found)

    def _problem(self, status: str) -> dict[str, Any]:
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name="Problem", type=ResolvedComponent.SCHEMA, schema=PROBLEM, object="Problem"
        )
        self.registry.register_on_missing(component)
        body: dict[str, Any] = {
            "description": _MEANINGS[status],
            "content": {"application/problem+json": {"schema": component.ref}},
        }
        if status == "429":
            body["headers"] = {
                "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}
            }
        return body


class OnceGenerator(SchemaGenerator):
    """Makes the document once per process: it takes a second, and anybody may ask for it."""

    _made: dict[str, Any] | None = None

    @override
    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        if OnceGenerator._made is None:
            made: dict[str, Any] = super().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
            OnceGenerator._made = made
        return OnceGenerator._made


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "chatcore.http.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, _auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "From `POST auth/token/`."}


class CookieScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "chatcore.http.authentication.CookieAuthentication"
    name = "session"
    priority = 1

    def get_security_definition(self, _auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "Our own pages; unsafe methods also need `X-CSRFToken`.",
        }
