"""Errors over HTTP: every one is an RFC 9457 problem, from our services, DRF or Django alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import structlog
from django.core.exceptions import (
    BadRequest,
    ObjectDoesNotExist,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelInvalid
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from rest_framework import exceptions as drf
from rest_framework.response import Response

from chatcore.errors import (
    ChatcoreError,
    Forbidden,
    Invalid,
    NotAuthenticated,
    NotFound,
    RangeNotSatisfiable,
    TooManyRequests,
    Unavailable,
)
from chatcore.http.rendering import json_bytes

log = structlog.get_logger(__name__)

PROBLEM_JSON = "application/problem+json"
BODY = "non_field_errors"


class TooLarge(ChatcoreError):
    code = "too_large"
    status = 413
    title = "The request body is too large"


def problem_body(error: ChatcoreError) -> dict[str, Any]:
    """The members that 3-http.md promises, always all of them."""
    return {
        "type": f"urn:chatcore:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "errors": {name: list(lines) for name, lines in error.errors.items()},
    }


def problem_headers(error: ChatcoreError) -> dict[str, str]:
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, Unavailable):
        return {"Retry-After": "2"}
    if isinstance(error, RangeNotSatisfiable):
        return {"Content-Range": f"bytes */{error.size}"}
    if error.status == NotAuthenticated.status:
        return {"WWW-Authenticate": 'Bearer realm="chatcore"'}
    return {}


def problem_http_response(error: ChatcoreError) -> HttpResponse:
    """For code that answers below DRF: middleware, Django's own handlers, async views."""
    return HttpResponse(
        json_bytes(problem_body(error)),
        status=error.status,
        content_type=PROBLEM_JSON,
        headers=problem_headers(error),
    )


def problem_response(exc: Exception, _context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler. None lets the exception rise to Django, as an error of ours."""
    error = as_chatcore_error(exc)
    if error is None:
        return None
    return Response(
        problem_body(error),
        status=error.status,
        content_type=PROBLEM_JSON,
        headers=problem_headers(error),
    )


def as_chatcore_error(exc: Exception) -> ChatcoreError | None:
    """Our name for whatever was raised; None for what is a fault of ours."""
    if isinstance(exc, ChatcoreError):
        return exc
    if isinstance(exc, drf.APIException):
        return _from_drf(exc)
    return _from_django(exc)


def _from_django(exc: Exception) -> ChatcoreError | None:
    if isinstance(exc, DataError):
        # The last line of defence: a value of the right type that the column can't hold.
        log.warning("value_refused_by_database", error=str(exc))
        return Invalid("A value is outside of what can be stored.", code="out_of_range")
    if isinstance(exc, OperationalError):
        log.error("database_away", error=str(exc))
        return Unavailable("The database is away for the moment.")
    if isinstance(exc, ModelInvalid):
        return Invalid("Some fields are not valid.", errors=_model_errors(exc))
    for kinds, error in _DJANGO.items():
        if isinstance(exc, kinds):
            return error()
    return None


# Looked through in this order: RequestDataTooBig is a SuspiciousOperation.
_DJANGO: dict[tuple[type[Exception], ...], Callable[[], ChatcoreError]] = {
    (Http404, ObjectDoesNotExist): NotFound,
    (PermissionDenied,): Forbidden,
    (RequestDataTooBig,): TooLarge,
    (BadRequest, SuspiciousOperation): lambda: Invalid(
        "The request is malformed.", code="malformed"
    ),
}


def _model_errors(exc: ModelInvalid) -> dict[str, list[str]]:
    found: dict[str, list[str]] = getattr(exc, "message_dict", None) or {BODY: exc.messages}
    return {BODY if name == "__all__" else name: lines for name, lines in found.items()}


_DRF_CODES: dict[type[drf.APIException], str] = {
    drf.ParseError: "malformed",
    drf.NotAuthenticated: "not_authenticated",
    drf.AuthenticationFailed: "not_authenticated",
    drf.PermissionDenied: "forbidden",
    drf.NotFound: "not_found",
    drf.MethodNotAllowed: "method_not_allowed",
    drf.NotAcceptable: "not_acceptable",
    drf.UnsupportedMediaType: "unsupported_media_type",
}
_TITLES = {
    400: "The input is not valid",
    401: "Sign in first",
    403: "You may not do this",
    404: "Not found",
    405: "This method does not exist here",
    406: "No representation that you accept",
    413: "The request body is too large",
    415: "This content type is not understood here",
}


def _from_drf(exc: drf.APIException) -> ChatcoreError:
    if isinstance(exc, drf.Throttled):
        return TooManyRequests(retry_after=max(1, round(getattr(exc, "wait", None) or 1)))
    if isinstance(exc, drf.ValidationError):
        return Invalid("Some fields are not valid.", errors=dict(_flatten(exc.detail)))
    error = ChatcoreError(str(exc.detail), code=_DRF_CODES.get(type(exc), "error"))
    error.status = exc.status_code
    error.title = _TITLES.get(exc.status_code, error.title)
    return error


def _flatten(detail: Any, path: str = "") -> Iterator[tuple[str, list[str]]]:
    """DRF's nested errors as `{"a.0.b": ["…"]}`."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            whole = BODY if name == BODY and not path else f"{path}.{name}".strip(".")
            yield from _flatten(inner, whole)
    elif isinstance(detail, (list, tuple)) and any(isinstance(x, (Mapping, list)) for x in detail):
        for position, inner in enumerate(detail):
            yield from _flatten(inner, f"{path}.{position}".strip("."))
    elif isinstance(detail, (list, tuple)):
        if detail:
            yield path or BODY, [str(line) for line in detail]
    else:
        yield path or BODY, [str(detail)]


def wants_problem(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_problem(request):
        return problem_http_response(as_chatcore_error(exception) or Invalid(code="malformed"))
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_problem(request):
        return problem_http_response(Forbidden())
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if wants_problem(request):
        return problem_http_response(NotFound())
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if wants_problem(request):
        fault = ChatcoreError("The fault is ours and has been logged.", code="internal_error")
        fault.status, fault.title = 500, "Something broke on our side"
        return problem_http_response(fault)
    return defaults.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    if wants_problem(request):
        return problem_http_response(Forbidden(f"CSRF: {reason}", code="csrf_failed"))
    from django.views.csrf import csrf_failure as page

    return page(request, reason=reason)
