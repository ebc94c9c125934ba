"""What every request passes, sync or async: an id in the logs, a first look, safe headers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from io import SEEK_END
from uuid import uuid4

import structlog
from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from chatcore.errors import Invalid
from chatcore.http.problem import TooLarge, problem_http_response, wants_problem

Handler = Callable[[HttpRequest], HttpResponseBase]
AsyncHandler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z")

STRICT_CSP = (
    "default-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
# unfold writes inline scripts and styles and evaluates Alpine expressions.
ADMIN_CSP = STRICT_CSP.replace(
    "default-src 'self'",
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'",
)
# Swagger UI and Redoc write inline styles; Redoc searches in a worker that it makes from a blob.
DOCS_CSP = STRICT_CSP.replace(
    "default-src 'self'",
    "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:",
)
_API_CSP = "default-src 'none'; frame-ancestors 'none'"
_DOCS = ("/api/v1/docs/", "/api/v1/redoc/")


@sync_and_async_middleware
def request_context(get_response: Handler | AsyncHandler) -> Handler | AsyncHandler:
    """Names the request (ours, or the proxy's `X-Request-Id`) in every log line and the answer."""
    if iscoroutinefunction(get_response):

        async def context_async(request: HttpRequest) -> HttpResponseBase:
            name = _begin(request)
            response = _refused(request) or await get_response(request)
            response["X-Request-Id"] = name
            return response

        return context_async

    def context(request: HttpRequest) -> HttpResponseBase:
        name = _begin(request)
        response = _refused(request) or get_response(request)
        response["X-Request-Id"] = name  # type: ignore[index]
        return response  # type: ignore[return-value]

    return context


def _begin(request: HttpRequest) -> str:
    name = request_name(request.headers.get("X-Request-Id", ""))
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=name)
    _measure_chunked_body(request)
    return name


def request_name(given: str) -> str:
    """The proxy's name for a request where it is a decent one, else one of ours."""
    return given if _REQUEST_ID.match(given) else uuid4().hex


def _measure_chunked_body(request: HttpRequest) -> None:
    """DRF takes a body without `Content-Length` for none; Django has it all by now, on its disk."""
    if "CONTENT_LENGTH" not in request.META and "HTTP_TRANSFER_ENCODING" in request.META:
        stream = getattr(request, "_stream", None)
        if stream is not None and stream.seekable():
            request.META["CONTENT_LENGTH"] = str(stream.seek(0, SEEK_END))
            stream.seek(0)


def _refused(request: HttpRequest) -> HttpResponse | None:
    """What no view should ever see: NUL in the address (PostgreSQL cannot hold it), huge bodies."""
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        if wants_problem(request):
            return problem_http_response(
                Invalid("The address contains a NUL character.", code="malformed")
            )
        return HttpResponseBadRequest("The address contains a NUL character.")
    if wants_problem(request) and _json_too_large(request):
        return problem_http_response(
            TooLarge(f"JSON bodies may have at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes.")
        )
    return None


def _json_too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    is_json = request.content_type != "multipart/form-data"
    return is_json and length.isdigit() and int(length) > most


@sync_and_async_middleware
def security_headers(get_response: Handler | AsyncHandler) -> Handler | AsyncHandler:
    """A content security policy for every page; no caching of what belongs to one person."""
    if iscoroutinefunction(get_response):

        async def headers_async(request: HttpRequest) -> HttpResponseBase:
            return _with_headers(request, await get_response(request))

        return headers_async

    def headers(request: HttpRequest) -> HttpResponseBase:
        return _with_headers(request, get_response(request))  # type: ignore[arg-type]

    return headers


def _with_headers(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Content-Security-Policy", _policy(request.path))
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if wants_problem(request):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _policy(path: str) -> str:
    if path.startswith(_DOCS):
        return DOCS_CSP
    if path.startswith("/api/"):
        return _API_CSP
    return ADMIN_CSP if path.startswith("/admin/") else STRICT_CSP
