"""What can stop a request, as one small tree. Services raise these; each door renders them its own way
(HTTP as `application/problem+json`, the socket as an `error` frame). `code` is part of the contract.
"""

from collections.abc import Mapping, Sequence

FieldErrors = Mapping[str, Sequence[str]]


class ChatcoreError(Exception):
    """Base: `code` is stable, `detail` is for people and names the mend where there is one."""

    code = "error"
    status = 400
    title = "The request could not be carried out"

    def __init__(
        self, detail: str = "", *, code: str | None = None, errors: FieldErrors | None = None
    ) -> None:
        self.detail = detail or self.title
        self.code = code or type(self).code
        self.errors = errors or {}
        super().__init__(self.detail)


class Invalid(ChatcoreError):
    code = "invalid"
    title = "The input is not valid"


class NotAuthenticated(ChatcoreError):
    code = "not_authenticated"
    status = 401
    title = "Sign in first"


class Forbidden(ChatcoreError):
    """You may see it, but not do this with it. What you may not see is NotFound."""

    code = "forbidden"
    status = 403
    title = "You may not do this"


class NotFound(ChatcoreError):
    """Missing and not yours are one answer."""

    code = "not_found"
    status = 404
    title = "Not found"


class Conflict(ChatcoreError):
    code = "conflict"
    status = 409
    title = "This does not fit the present state"


class RefConflict(Conflict):
    code = "ref_conflict"
    title = "This client_ref was used for another message"


class TooManyRequests(ChatcoreError):
    code = "rate_limited"
    status = 429
    title = "Too many requests"

    def __init__(self, detail: str = "", *, retry_after: int) -> None:
        super().__init__(detail or f"Try again in {retry_after} s.")
        self.retry_after = retry_after


class RangeNotSatisfiable(ChatcoreError):
    """`size`: how many bytes there are."""

    code = "range_not_satisfiable"
    status = 416
    title = "The file has no such part"

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size} bytes.")
        self.size = size


class Unavailable(ChatcoreError):
    """A part we need is away for the moment; nothing was stored, the same request may be repeated."""

    code = "unavailable"
    status = 503
    title = "Not available for the moment"
