"""A timeline tells the kernel where an app keeps a kind of conversation, and who may append to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chatcore.frames import Frame


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the app's own beside the kernel's: its SQL type and what stands there unsaid."""

    sql_type: str
    default: Any = None


def _no_frames(_row: Mapping[str, Any]) -> Sequence[Frame]:
    return ()


@dataclass(frozen=True, slots=True)
class Task:
    """Work for a worker by name, as `chatcore.jobs.enqueue` takes it."""

    name: str
    kwargs: Mapping[str, str]


def _no_tasks(_row: Mapping[str, Any]) -> Sequence[Task]:
    return ()


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
    # Counters that the conversation keeps and each message sees as they stand after it:
    # {"notes": "audience = 2"} counts up for each message of which that is true; in `fresh` and in
    # `x` it goes by the same name.
    running: Mapping[str, str] = field(default_factory=dict)
    # Further data-modifying CTEs over `fresh` by name, for example the author's own read marker.
    also: Mapping[str, str] = field(default_factory=dict)
    # What those CTEs did for a message, as columns of its row as it is appended (not as it is read
    # later): {"asks": "EXISTS (SELECT 1 FROM asked WHERE asked.message_id = judged.id)"}.
    tells: Mapping[str, str] = field(default_factory=dict)
    # What a worker must be told of after the commit; the row is durable, the task a hint.
    tasks_of: Callable[[Mapping[str, Any]], Sequence[Task]] = _no_tasks
    # What a stored row tells beside its own frame, on other topics.
    other_frames: Callable[[Mapping[str, Any]], Sequence[Frame]] = _no_frames

    @property
    def row(self) -> str:
        """The select list of a message: every door reads a message with these columns."""
        return "m.*" + (f", {self.reader_columns}" if self.reader_columns else "")

    def frames_of(self, row: Mapping[str, Any]) -> list[Frame]:
        """All that a stored row is announced with."""
        return [self.created_frame(row), *self.other_frames(row)]
