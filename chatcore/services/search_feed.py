"""Full-text search reads what was said, edited and deleted: in the worker, a moment later.

Each conversation has a mark: the version up to which it was read. What changed since is one look by
version, as for a reader who comes back, so nothing that commits late is missed. `read_recent` looks
where something happened a moment ago, every two seconds; `read_behind` compares every conversation with
its mark, once a minute: after an outage, an import, another language, or a fresh installation.

Words are written a little at a time, so that a busy hour slows the index down and not its senders.
"""

import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from chatcore.ids import uuid7_floor
from chatcore.languages import SEARCH_CONFIGS, UNSTEMMED
from chatcore.selectors.message_search import MessageSource, message_sources
from chatcore.selectors.search_marks import conversations_behind, recent_conversations

log = structlog.get_logger(__name__)

RECENT = timedelta(seconds=6)
# Of every two seconds the words may take this much, of every minute a fresh installation's that much.
RECENT_SECONDS, BEHIND_SECONDS = 0.5, 20.0
AT_ONCE, MESSAGES_EACH = 50, 200
# Languages of one conversation, the most spoken ones.
MOST_LANGUAGES = 3
# Whoever holds it reads; a second worker leaves it alone.
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended('chatcore.search', 0))"


def read_recent(seconds: float = RECENT_SECONDS) -> int:
    """Read where something was said, edited or deleted a moment ago; how many messages."""
    since = timezone.now() - RECENT
    deadline = time.monotonic() + seconds
    return sum(
        read(source, recent_conversations(source, since, uuid7_floor(since)), deadline)
        for source in message_sources().values()
    )


def read_behind(seconds: float = BEHIND_SECONDS) -> int:
    """Read every conversation that changed since its mark, as far as the time goes; how many
    messages."""
    deadline = time.monotonic() + seconds
    many = 0
    for source in message_sources().values():
        while time.monotonic() < deadline and (behind := conversations_behind(source, AT_ONCE)):
            read_now = read(source, behind, deadline)
            many += read_now
            if not read_now and set(conversations_behind(source, AT_ONCE)) == set(behind):
                break  # somebody else is reading
    return many


def read(source: MessageSource, conversations: Iterable[UUID], deadline: float) -> int:
    """Read these conversations to their end, or until the deadline; how many messages."""
    todo, many = list(conversations), 0
    while todo and time.monotonic() < deadline:
        batch, todo = todo[:AT_ONCE], todo[AT_ONCE:]
        counts = _read_batch(source, batch)
        many += sum(counts.values())
        todo += [pk for pk, count in counts.items() if count == MESSAGES_EACH]
    return many


def read_anew(user_id: UUID) -> None:
    """A person reads in another language now: forget the marks of what they read, so that it is read
    again with it."""
    values: dict[str, Any] = {"reader": user_id}
    with connection.cursor() as cursor:
        for source in message_sources().values():
            cursor.execute(
                f"UPDATE {source.marks} SET version = 0"  # noqa: S608
                f" WHERE conversation_id IN ({source.read_by})",
                values,
            )


def _read_batch(source: MessageSource, conversations: Sequence[UUID]) -> dict[UUID, int]:
    values: dict[str, Any] = {
        "ids": list(conversations),
        "most": MESSAGES_EACH,
        "languages": list(SEARCH_CONFIGS),
        "stems": list(SEARCH_CONFIGS.values()),
        "unstemmed": UNSTEMMED,
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LOCK)
            if not cursor.fetchone()[0]:
                return {}
            cursor.execute(read_sql(source), values)
            return dict(cursor.fetchall())
    except IntegrityError as gone:  # a message was erased under our hands: the next look is better
        log.info("search_read_again", error=str(gone))
        return {}


@cache
def read_sql(source: MessageSource) -> str:
    """One statement, one snapshot: a conversation's version and the messages up to it."""
    stemmed = "".join(
        f" || coalesce(to_tsvector(configs[{n}]::regconfig, content), '')"
        for n in range(1, MOST_LANGUAGES + 1)
    )
    return f"""
WITH spoken AS (
  SELECT c.id, c.version, {source.keys} AS keys,
    ARRAY(SELECT DISTINCT known.stem FROM unnest({source.languages}) language
          JOIN unnest(%(languages)s::text[], %(stems)s::text[]) known(language, stem)
            ON known.language = split_part(lower(language.language), '-', 1)) AS configs
  FROM {source.conversations} c WHERE c.id = ANY(%(ids)s)
), marked AS (
  SELECT s.id, s.version, s.keys,
    CASE WHEN k.configs @> s.configs::varchar[] THEN k.configs ELSE s.configs::varchar[] END AS configs,
    CASE WHEN k.configs @> s.configs::varchar[] THEN k.version ELSE 0 END AS since
  FROM spoken s LEFT JOIN {source.marks} k ON k.conversation_id = s.id
), changed AS (
  SELECT d.id AS conversation, d.keys, d.configs, m.id, m.version, m.content,
    m.deleted_at IS NULL AND {source.searched} AS stays
  FROM marked d CROSS JOIN LATERAL (
    SELECT * FROM {source.messages} m WHERE m.{source.conversation_column} = d.id
      AND m.version > d.since ORDER BY m.version LIMIT %(most)s) m
), gone AS (
  DELETE FROM {source.words} w USING changed WHERE w.message_id = changed.id AND NOT changed.stays
), written AS (
  INSERT INTO {source.words} (message_id, lexemes)
  SELECT id, array_to_tsvector(keys) || to_tsvector(%(unstemmed)s::regconfig, content){stemmed}
  FROM changed WHERE stays
  ON CONFLICT (message_id) DO UPDATE SET lexemes = EXCLUDED.lexemes
), counted AS (
  SELECT d.id, d.version AS newest, d.configs, count(x.id) AS many, max(x.version) AS version
  FROM marked d LEFT JOIN changed x ON x.conversation = d.id GROUP BY d.id, d.version, d.configs
), kept AS (
  INSERT INTO {source.marks} AS k (conversation_id, version, configs)
  SELECT id, CASE WHEN many < %(most)s THEN newest ELSE version END, configs FROM counted
  ON CONFLICT (conversation_id) DO UPDATE SET version = EXCLUDED.version, configs = EXCLUDED.configs
  WHERE (k.version, k.configs) IS DISTINCT FROM (EXCLUDED.version, EXCLUDED.configs)
)
SELECT id, many FROM counted
"""  # noqa: S608
