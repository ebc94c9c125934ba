"""Values of foreign rows to ours: text, times, JSON, roles, tool calls. Each says what it had to mend."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

# Before this nobody talked with any of these systems: a date that was never set.
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
# Clocks differ.
FUTURE_SLACK = timedelta(minutes=5)
BROKEN = "\ufffd"
_SURROGATES = dict.fromkeys(range(55296, 57344), BROKEN)
_MENDS = {0: None, **_SURROGATES}
_MILLISECONDS = 100_000_000_000  # as seconds, the year 5138
INT_MAX = 2**31 - 1
_DEEPEST = 100
_BEYOND_JSON = 2**63


class ValueUnreadable(ValueError):
    """A value that is not what its column is for."""


def text(value: Any) -> str:
    """As text; None is none."""
    return "" if value is None else value if isinstance(value, str) else str(value)


def mended(value: str) -> str:
    """Without what PostgreSQL does not store: NUL characters and halves of pairs."""
    return value.translate(_MENDS)


def mended_json(value: Any, depth: int = 0) -> Any:
    """The same throughout a JSON value. Raises ValueUnreadable."""
    if depth > _DEEPEST:
        raise ValueUnreadable("nested too deeply")
    if isinstance(value, str):
        return mended(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and abs(value) >= _BEYOND_JSON:
        return str(value)
    if isinstance(value, dict):
        return {mended(text(k)): mended_json(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [mended_json(item, depth + 1) for item in value]
    return value


def json_value(value: Any) -> Any:
    """A JSON column, given as text or as a value. Raises ValueUnreadable."""
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValueUnreadable(str(error) or "nested too deeply") from None
    return mended_json(value)


def instant(value: Any) -> datetime | None:
    """ISO text or seconds (or milliseconds) since 1970; naive counts as UTC. Raises ValueUnreadable."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise ValueUnreadable("not a time")
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return _iso(value)
    try:
        seconds = float(value)
        seconds = seconds / 1000 if abs(seconds) > _MILLISECONDS else seconds
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, TypeError, ValueError) as error:
        raise ValueUnreadable("not a time") from error


def believable(at: datetime | None) -> datetime | None:
    return at if at and at >= OLDEST else None


def _iso(value: str) -> datetime:
    try:
        at = datetime.fromisoformat(value.strip())
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueUnreadable("not a time") from error


def whole(value: Any) -> int | None:
    """A number that fits an `integer`, or None."""
    try:
        found = int(float(value)) if isinstance(value, str | float) else int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if abs(found) <= INT_MAX else None


def truth(value: Any) -> bool:
    return text(value).strip().lower() in ("true", "t", "1", "yes", "y")


# Seed 001 numbers or names them; whatever else it finds there counts as human.
_ROLES = {
    "0": "system",
    "system": "system",
    "1": "user",
    "human": "user",
    "user": "user",
    "2": "assistant",
    "ai": "assistant",
    "assistant": "assistant",
    "tool": "tool",
}


def role_of(value: Any) -> tuple[str, bool]:
    """Our role, and whether theirs was known."""
    found = _ROLES.get(text(value).strip().lower())
    return found or "user", found is not None


def tool_calls_of(value: Any) -> list[dict[str, Any]]:
    """Seed 004's dict, a list of them, or OpenAI's form, as `[{"id", "function", "arguments"}]`.
    Raises ValueUnreadable for anything else."""
    given = [value] if isinstance(value, dict) else value
    if not isinstance(given, list):
        raise ValueUnreadable("not a call")
    return [_call(call, number) for number, call in enumerate(given, 1)]


def _call(call: Any, number: int) -> dict[str, Any]:
    if not isinstance(call, dict):
        raise ValueUnreadable("not a call")
    inner = call["function"] if isinstance(call.get("function"), dict) else call
    name = inner.get("name") or inner.get("function") or inner.get("tool")
    if not isinstance(name, str):
        raise ValueUnreadable("a call without a function")
    arguments = inner.get("arguments", inner.get("args"))
    if isinstance(arguments, str):
        arguments = json_value(arguments)
    if arguments is not None and not isinstance(arguments, dict):
        raise ValueUnreadable("arguments that are no object")
    return {
        "id": text(call.get("id")) or f"call_{number}",
        "function": name,
        "arguments": arguments or {},
    }
