"""Sources made of tables: which tables the seeds name, and what is asked of each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from dialogues.legacy.records import Row, SourceUnreadable
from dialogues.legacy.report import Report


@dataclass(frozen=True, slots=True)
class Table:
    """`needed` columns must be there, `known` ones are read where they are."""

    name: str
    needed: tuple[str, ...]
    known: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.needed, *self.known)


USERS = Table("users", ("id",), ("email", "username", "name", "display_name"))
TABLES = {
    "companion": (
        Table(
            "user_conversations",
            ("user_id",),
            ("title", "created_at", "updated_at", "personality_settings", "conversation_summary"),
        ),
        Table(
            "conversation_context",
            ("user_id",),
            (
                *("facts", "personality_insights", "communication_style", "context_themes"),
                *("mental_state_summary", "recent_events_summary", "conversation_memory"),
                "personality_state",
            ),
        ),
        Table(
            "conversation_messages",
            ("id", "user_id", "role", "content"),
            (
                "timestamp",
                "message_type",
                "message_metadata",
                "context_snapshot",
                "response_time_ms",
            ),
        ),
        Table(
            "chat_messages",
            ("id", "user_id", "role", "content"),
            (
                *("timestamp", "message_type", "attachments", "message_metadata"),
                *("context_snapshot", "response_time_ms"),
            ),
        ),
    ),
    "assistant": (
        Table("conversations", ("id", "user_id"), ("title", "created_at", "updated_at")),
        Table(
            "messages",
            ("id", "conversation_id", "role", "content"),
            ("user_id", "metadata", "tool_calls", "created_at"),
        ),
        Table(
            "tasks",
            ("id", "user_id", "title"),
            ("description", "completed", "created_at", "updated_at"),
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A row and where it stood: `messages.csv:12`, `messages id=7`."""

    row: Row
    place: str


class Tables(Protocol):
    """A place that holds tables."""

    def names(self) -> set[str]:
        """The tables there. Raises SourceUnreadable."""

    def columns(self, table: str) -> Sequence[str]:
        """The columns of one. Raises SourceUnreadable."""

    def rows(self, table: Table, columns: Sequence[str], report: Report) -> Iterator[Found]:
        """Its rows with those columns. What cannot be read is reported."""


def form_of(names: set[str]) -> str:
    """`companion` or `assistant`, by the tables there. Raises SourceUnreadable."""
    forms = [form for form, tables in TABLES.items() if names & {table.name for table in tables}]
    if len(forms) == 1:
        return forms[0]
    if forms:
        raise SourceUnreadable(
            "There are tables of seed 001 and of seeds 002 and 004.",
            "Say which to bring along: --from companion or --from assistant; run it once for each.",
        )
    there = ", ".join(sorted(names)[:20]) or "nothing"
    raise SourceUnreadable(
        f"None of the tables that are known is there; there is {there}.",
        f"Known are {', '.join(t.name for tables in TABLES.values() for t in tables)}. "
        "Is it another --schema, or (for one file) another --table?",
    )


def rows_of(tables: Tables, table: Table, report: Report) -> Iterator[Found]:
    """The rows of a table, with `needed` checked. Raises SourceUnreadable."""
    there = tables.columns(table.name)
    if missing := [name for name in table.needed if name not in there]:
        raise SourceUnreadable(
            f"{table.name} has no column {' and no column '.join(missing)}; "
            f"it has {', '.join(there) or 'none'}.",
            "Rename the column, or give a view (or a file) of that name that has it.",
        )
    yield from tables.rows(table, [name for name in table.columns if name in there], report)


def value(row: Row, *names: str) -> Any:
    """The first of these that the row holds."""
    return next((row[name] for name in names if row.get(name) is not None), None)
