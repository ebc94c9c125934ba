"""A timeline tells the kernel where an app keeps a kind of conversation, and who may append to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chatcore.frames import Frame


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the app's own beside the kernel's: its SQL type and what stands there unsaid."""

    sql_type: str
    default: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """Tables, columns and rules of one kind of conversation.

    The SQL fragments see these names: `d` the draft, `c` its conversation (null when there is none),
    `m` a stored message, `x` what one conversation gets in this batch.
    """

    conversations: str
    messages: str
    refs: str
    # The message's column for its conversation, and for its author where it has one.
    conversation_column: str
    author_column: str | None
    columns: Mapping[str, Column]
    # The frame that announces a stored row.
    created_frame: Callable[[Mapping[str, Any]], Frame]
    # JOINs that find the author's rights, and an expression: null, or the code of what stops them.
    rights: str
    refusal: str
    # What a reader of one message needs beside `m.*`, and the JOINs for it.
    reader_columns: str = ""
    reader_joins: str = ""
    # Counters of the conversation: {"message_count": "c.message_count + x.messages"}; `x` offers
    # `messages` and what `sums` names: {"tokens": "sum(tokens_used)"}.
    counters: Mapping[str, str] = field(default_factory=dict)
    sums: Mapping[str, str] = field(default_factory=dict)
    # A further data-modifying CTE over `fresh`, for example the author's own read marker.
    also: str = ""

    @property
    def row(self) -> str:
        """The select list of a message: every door reads a message with these columns."""
        return "m.*" + (f", {self.reader_columns}" if self.reader_columns else "")
