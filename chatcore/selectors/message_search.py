"""Messages by their words: what an app tells of its messages, and the statements that find and show.

Candidates come from the index of words, which may be a moment old; what is shown is read from the
messages themselves, under their reader's present rights. So a stale index never tells anything that its
reader may not see.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from chatcore.models import User
from chatcore.selectors.rows import fetch_rows
from chatcore.selectors.search_query import Asked

# A word that is everywhere: its newest messages are ranked, not all of them.
CANDIDATES = 1_000
NEIGHBOUR_LENGTH = 200
# Around a match; messages cannot hold them once they are cut out.
_OPEN, _CLOSE = "\x02", "\x03"
_HEADLINE = f'StartSel="{_OPEN}", StopSel="{_CLOSE}", MaxWords=40, MinWords=20, ShortWord=2'


@dataclass(frozen=True, slots=True, eq=False)
class MessageSource:
    """Tables and rules of one kind of message.

    The SQL fragments see these names: `c` a conversation, `{m}` a message, `%(reader)s` who asks.
    """

    conversations: str
    messages: str
    conversation_column: str
    words: str
    marks: str
    # Which messages have words: a condition.
    searched: str
    # Keys of a conversation among the words (`conversation_key` and what `scope` asks for), and the
    # languages of those who read it: two text[] expressions.
    keys: str
    languages: str
    # The conversations that somebody (`%(reader)s`) reads, as a SELECT of their ids.
    read_by: str
    # The keys of all that a person may search, as a tsquery; None where that is nothing.
    scope: Callable[[User], str | None]
    # The JOIN from `m` to its conversation, which keeps only what the reader may enter, and what of it
    # they may see.
    reach: str
    visible: str
    author: str


@dataclass(frozen=True, slots=True)
class Found:
    """Where something lies, and how well it fits (0..1); newer ones first among equals."""

    id: UUID
    rank: float
    created_at: datetime | None


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a snippet; `match`: one of the words asked for."""

    text: str
    match: bool


_sources: dict[str, MessageSource] = {}


def register_message_source(name: str, source: MessageSource) -> None:
    _sources[name] = source


def message_sources() -> Mapping[str, MessageSource]:
    return _sources


def conversation_key(conversation: UUID) -> str:
    """A conversation among the lexemes: no text and no query gives a lexeme like it."""
    return f"'~c{conversation.hex}'"


def find_messages(
    source: MessageSource, user: User, asked: Asked, most: int, conversation: UUID | None = None
) -> list[Found]:
    """The messages that fit best, of all that the user may see or of one conversation of theirs."""
    scope = conversation_key(conversation) if conversation else source.scope(user)
    if scope is None:
        return []
    values = {
        "query": f"({scope}) & ({asked.words})",
        "words": asked.words,
        "reader": user.pk,
        "candidates": CANDIDATES,
        "most": most,
    }
    return [
        Found(row["id"], row["rank"], row["created_at"])
        for row in fetch_rows(find_sql(source), values)
    ]


@cache
def find_sql(source: MessageSource) -> str:
    """The matches are put aside first: asked for the newest at once, the planner may walk the whole
    table backwards in search of a rare word."""
    return f"""
WITH matches AS MATERIALIZED (
  SELECT message_id FROM {source.words} WHERE lexemes @@ %(query)s::tsquery
), newest AS MATERIALIZED (
  SELECT message_id FROM matches ORDER BY message_id DESC LIMIT %(candidates)s
), seen AS (
  SELECT m.id, m.created_at FROM newest JOIN {source.messages} m ON m.id = newest.message_id
  {source.reach.format(m="m")} WHERE {source.visible.format(m="m")}
)
SELECT seen.id, seen.created_at, ts_rank_cd(w.lexemes, %(words)s::tsquery, 33)::float8 AS rank
FROM seen JOIN {source.words} w ON w.message_id = seen.id
ORDER BY rank DESC, seen.id DESC LIMIT %(most)s
"""  # noqa: S608


def show_messages(
    source: MessageSource, user: User, asked: Asked, ids: Sequence[UUID]
) -> dict[UUID, Mapping[str, Any]]:
    """What a hit shows of these messages, by id: place, author, snippet, the messages around it."""
    values = {
        "ids": list(ids),
        "reader": user.pk,
        "config": asked.config,
        "words": asked.words,
        "marks": _OPEN + _CLOSE,
        "headline": _HEADLINE,
        "short": NEIGHBOUR_LENGTH,
    }
    return {row["id"]: row for row in fetch_rows(show_sql(source), values)} if ids else {}


@cache
def show_sql(source: MessageSource) -> str:
    column, author = source.conversation_column, source.author
    return f"""
SELECT m.id, m.{column} AS conversation, m.seq, m.created_at, {author.format(m="m")} AS author,
  ts_headline(%(config)s::regconfig, translate(m.content, %(marks)s, ''), %(words)s::tsquery,
    %(headline)s) AS headline,
  before.seq AS before_seq, before.author AS before_author, before.text AS before_text,
  after.seq AS after_seq, after.author AS after_author, after.text AS after_text
FROM {source.messages} m {source.reach.format(m="m")}
LEFT JOIN LATERAL ({_neighbour(source, "<", "DESC")}) before ON true
LEFT JOIN LATERAL ({_neighbour(source, ">", "ASC")}) after ON true
WHERE m.id = ANY(%(ids)s) AND {source.visible.format(m="m")}
"""  # noqa: S608


def _neighbour(source: MessageSource, side: str, direction: str) -> str:
    column = source.conversation_column
    return (
        f"SELECT n.seq, {source.author.format(m='n')} AS author,"  # noqa: S608
        f" left(n.content, %(short)s) AS text FROM {source.messages} n"
        f" WHERE n.{column} = m.{column} AND n.seq {side} m.seq AND {source.visible.format(m='n')}"
        f" ORDER BY n.seq {direction} LIMIT 1"
    )


def headline_parts(headline: str) -> list[Part]:
    """A headline cut at its marks; plain text, for whoever shows it to escape."""
    parts: list[Part] = []
    for position, piece in enumerate(headline.split(_OPEN)):
        match, _, rest = piece.partition(_CLOSE) if position else ("", "", piece)
        parts += [Part(text, is_match) for text, is_match in ((match, True), (rest, False)) if text]
    return parts


def headline_options() -> tuple[str, str]:
    """(the two marks, ts_headline's options), for other tables than those of messages."""
    return _OPEN + _CLOSE, _HEADLINE
