"""Errors in OpenAI's form, as its clients expect them."""

from collections.abc import Mapping
from typing import Any

from rest_framework.response import Response

from chatcore.errors import ChatcoreError, NotAuthenticated, TooManyRequests, Unavailable
from chatcore.http.problem import as_chatcore_error, problem_headers

# Our codes under the names that clients know.
_CODES = {"rate_limited": "rate_limit_exceeded", "budget_spent": "insufficient_quota"}
_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
}


def error_body(error: ChatcoreError) -> dict[str, Any]:
    """`{"error": {"message", "type", "param", "code"}}`."""
    param = next(iter(error.errors), None)
    message = f"{param}: {error.errors[param][0]}" if param else error.detail
    code = _CODES.get(error.code, error.code)
    status = status_of(error)
    usual = "server_error" if status >= 500 else "invalid_request_error"
    kind = code if code == "insufficient_quota" else _TYPES.get(status, usual)
    if isinstance(error, NotAuthenticated):
        code = "invalid_api_key"
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def status_of(error: ChatcoreError) -> int:
    return 429 if error.code == "budget_spent" else error.status


def error_headers(error: ChatcoreError) -> dict[str, str]:
    """The official clients repeat 409, 429 and 5xx by themselves, which is of use only where waiting
    helps: elsewhere it would ask the question again."""
    helps = isinstance(error, (TooManyRequests, Unavailable))
    return problem_headers(error) | ({} if helps else {"X-Should-Retry": "false"})


def error_response(exc: Exception, _context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler of this door; None lets a fault of ours rise."""
    error = as_chatcore_error(exc)
    if error is None:
        return None
    return Response(error_body(error), status=status_of(error), headers=error_headers(error))
