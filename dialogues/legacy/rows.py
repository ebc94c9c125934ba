"""Rows of the seeds' tables to records: 001's companion, 002's and 004's assistant."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from dialogues.legacy.records import (
    LegacyConversation,
    LegacyMemory,
    LegacyMessage,
    LegacyPerson,
    LegacyTask,
    Record,
    Row,
)
from dialogues.legacy.report import Report, refuse_all_unreadable
from dialogues.legacy.tables import TABLES, USERS, Found, Tables, rows_of, value
from dialogues.legacy.values import (
    BROKEN,
    ValueUnreadable,
    believable,
    instant,
    json_value,
    mended,
    role_of,
    text,
    tool_calls_of,
    truth,
    whole,
)

# Two messages of one instant: who asks comes before who answers.
_RANKS = {"system": 0, "user": 1, "tool": 2, "assistant": 3}
_SERIAL = re.compile(r"[0-9]{1,18}")
_MODEL_MOST = 100


def records_of(tables: Tables, form: str, report: Report) -> Iterator[Record]:
    """All records of a source, table by table. Raises SourceUnreadable."""
    there = tables.names()
    for table in (USERS, *TABLES[form]):
        if table.name in there:
            unreadable = report.skipped["unreadable"]
            good = 0
            for found in rows_of(tables, table, report):
                for record in _record(table.name, found, report):
                    good += 1
                    yield record
            if not good:
                refuse_all_unreadable(table.name, report, unreadable)


def _record(table: str, found: Found, report: Report) -> Iterator[Record]:
    """None or one: a row that is beyond mending is reported."""
    try:
        yield _MAKERS[table](table, found, report)
    except ValueUnreadable as error:
        report.skip("unreadable", found.place, text(found.row.get("id")), str(error))


def _person(_table: str, found: Found, _report: Report) -> LegacyPerson:
    row = found.row
    return LegacyPerson(
        _key(row["id"]),
        email=mended(text(row.get("email"))).strip(),
        username=mended(text(row.get("username"))).strip(),
        name=mended(text(value(row, "display_name", "name"))).strip(),
    )


def _companion(_table: str, found: Found, report: Report) -> LegacyConversation:
    row = found.row
    settings = _json(found, "personality_settings", report)
    return LegacyConversation(
        key=_key(row["user_id"]),
        owner=_key(row["user_id"]),
        place=found.place,
        companion=True,
        title=_text(found, "title", report),
        created_at=_time(row.get("created_at")),
        updated_at=_time(row.get("updated_at")),
        personality_settings=settings if isinstance(settings, dict) else {},
        summary=_text(found, "conversation_summary", report),
    )


def _memory(_table: str, found: Found, report: Report) -> LegacyMemory:
    """Summaries are text, all else JSON."""
    columns = {
        name: _text(found, name, report)
        if name.endswith("_summary")
        else _json(found, name, report)
        for name in found.row
        if name != "user_id"
    }
    filled = {name: given for name, given in columns.items() if given}
    return LegacyMemory(_key(found.row["user_id"]), found.place, filled)


def _conversation(_table: str, found: Found, report: Report) -> LegacyConversation:
    row = found.row
    return LegacyConversation(
        key=_key(row["id"]),
        owner=text(row["user_id"]).strip(),
        place=found.place,
        title=_text(found, "title", report),
        created_at=_time(row.get("created_at")),
        updated_at=_time(row.get("updated_at")),
    )


def _message(table: str, found: Found, report: Report) -> LegacyMessage:
    """A message of any of the four tables."""
    row, key = found.row, _key(found.row["id"])
    role, known = role_of(row["role"])
    kept: dict[str, Any] = {}
    if not known:
        report.change("role", found.place, key, text(row["role"])[:100])
        kept["role"] = mended(text(row["role"]))[:100]
    metadata = _metadata(found, kept, report)
    calls = _tool_calls(found, kept, report)
    if attachments := _json(found, "attachments", report):
        kept["attachments"] = attachments
    is_companion = table in ("conversation_messages", "chat_messages")
    return LegacyMessage(
        key=key,
        conversation=_key(row["user_id"] if is_companion else row["conversation_id"]),
        role=role,
        content=_text(found, "content", report),
        place=found.place,
        at=_time(value(row, "timestamp", "created_at")),
        # A serial number is the order in which they were written; a random id tells nothing.
        rank=0 if _SERIAL.fullmatch(key) else _RANKS[role],
        owner=text(row.get("user_id")).strip(),
        origin=table if is_companion else "",
        message_type=_message_type(row, kept),
        response_time_ms=_milliseconds(
            value(row, "response_time_ms") or metadata.get("processing_time_ms")
        ),
        model_used=text(metadata.get("model"))[:_MODEL_MOST],
        metadata=metadata,
        kept=kept,
        context_snapshot=_json(found, "context_snapshot", report),
        tool_calls=calls,
    )


def _task(_table: str, found: Found, report: Report) -> LegacyTask:
    row, key = found.row, _key(found.row["id"])
    return LegacyTask(
        key=key,
        owner=text(row["user_id"]).strip(),
        place=found.place,
        title=" ".join(_text(found, "title", report).split()),
        description=_text(found, "description", report).strip(),
        completed=truth(row.get("completed")),
        number=whole(key) if _SERIAL.fullmatch(key) and int(key) > 0 else None,
        created_at=_time(row.get("created_at")),
        updated_at=_time(row.get("updated_at")),
    )


_MAKERS: dict[str, Callable[[str, Found, Report], Record]] = {
    "users": _person,
    "user_conversations": _companion,
    "conversation_context": _memory,
    "conversation_messages": _message,
    "chat_messages": _message,
    "conversations": _conversation,
    "messages": _message,
    "tasks": _task,
}


def _key(given: Any) -> str:
    """A key as text. Raises ValueUnreadable where there is none."""
    found = mended(text(given)).strip()
    if not found:
        raise ValueUnreadable("without an id")
    if len(found) > 250:
        raise ValueUnreadable("an id of more than 250 characters")
    return found


def _text(found: Found, name: str, report: Report) -> str:
    """A text column, mended; broken bytes of a database are told here, those of a file at its line."""
    given = text(found.row.get(name))
    whole_text = mended(given)
    if whole_text != given or (BROKEN in given and " id=" in found.place):
        report.change("mended_text", found.place, text(found.row.get("id")), name)
    return whole_text


def _json(found: Found, name: str, report: Report) -> Any:
    """A JSON column; what is no JSON is kept as text and reported."""
    given = found.row.get(name)
    try:
        return json_value(given)
    except ValueUnreadable as error:
        report.change("metadata", found.place, text(found.row.get("id")), f"{name}: {error}")
        return mended(given) if isinstance(given, str) else None


def _metadata(found: Found, kept: dict[str, Any], report: Report) -> dict[str, Any]:
    name = "metadata" if "metadata" in found.row else "message_metadata"
    given = _json(found, name, report)
    if given is None or isinstance(given, dict):
        return given or {}
    kept["metadata"] = given
    return {}


def _tool_calls(found: Found, kept: dict[str, Any], report: Report) -> list[dict[str, Any]] | None:
    given = _json(found, "tool_calls", report)
    if not given:
        return None
    try:
        return tool_calls_of(given)
    except ValueUnreadable as error:
        report.change("tool_calls", found.place, text(found.row.get("id")), str(error))
        kept["tool_calls"] = given
        return None


def _message_type(row: Row, kept: dict[str, Any]) -> int:
    """001's newer table numbers it, its older one writes TEXT; 0 is text."""
    given = row.get("message_type")
    number = whole(given)
    if number is not None and 0 <= number < 2**15:
        return number
    if given and text(given).strip().upper() != "TEXT":
        kept["message_type"] = mended(text(given))[:100]
    return 0


def _milliseconds(given: Any) -> int | None:
    found = whole(given)
    return found if found is not None and found >= 0 else None


def _time(given: Any) -> Any:
    """A believable time, or None: then the neighbour's counts. It is told where that is taken."""
    try:
        return believable(instant(given))
    except ValueUnreadable:
        return None
