"""A graph message drawn from its numbers (`content_metadata`, as `api.graphs` let them in)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from chatcore.charts import COLOURS, drawing, number_written
from rooms.models import MessageType


@dataclass(frozen=True, slots=True)
class Graph:
    """The drawing and, beside it, the same as a table."""

    title: str
    chart: SafeString
    # Name and colour of what the drawing tells apart; one series needs no key.
    key: Sequence[tuple[str, int]]
    head: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]


def graph_of(message: dict[str, Any]) -> Graph | None:
    """The graph of a message of that type, else None."""
    told = message["content_metadata"]
    if message["message_type"] != MessageType.GRAPH or "series" not in told:
        return None
    series = {one["name"]: one["values"] for one in told["series"]}
    labels, kind = told["labels"], told["kind"]
    told_apart = labels if kind == "pie" else list(series)
    return Graph(
        title=told["title"],
        chart=drawing(f"graph-{message['seq']}", kind, told["title"], labels, series),
        key=[(name, place % COLOURS) for place, name in enumerate(told_apart)]
        if len(told_apart) > 1
        else [],
        head=list(series),
        rows=[
            (label, [number_written(values[place]) for values in series.values()])
            for place, label in enumerate(labels)
        ],
    )
