"""The codes with which a timeline's SQL refuses an author, as errors with words."""

from chatcore.errors import ChatcoreError, Conflict, Forbidden

_errors: dict[str, type[ChatcoreError]] = {}


def register_refusal(code: str, title: str, *, forbidden: bool = False) -> None:
    """Declare a refusal once, at import: 403 where the person may not, 409 where the state forbids."""
    base = Forbidden if forbidden else Conflict
    _errors[code] = type(code, (base,), {"code": code, "title": title})


def refusal_error(code: str) -> ChatcoreError:
    return _errors[code]()
