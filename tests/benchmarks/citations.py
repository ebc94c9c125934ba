"""The last page of a dialogue with what it cites, in a table of many months: the very statements of the
door, as the database runs them."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from chatcore.ids import uuid7_floor
from chatcore.partitions.months import Month
from chatcore.partitions.tables import create_months, missing_months
from dialogues.models import DialogueMessage, DialogueSession
from dialogues.selectors import messages as selecting
from tests.benchmarks.plans import without_unvisited

MONTHS = 24
PAGE = 50
_TIME = re.compile(r"(?:Planning|Execution) Time: ([\d.]+)")

# Ids as `uuid7` makes them; every second message is an answer.
_FILL = """
INSERT INTO dialogue_messages (id, session_id, seq, version, created_version, content,
  created_at, updated_at, role, model_used, error_code, error_message, retry_count, message_type, metadata)
SELECT (substr(h, 1, 12) || '7' || substr(r, 1, 3) || '8' || substr(r, 4, 15))::uuid,
  %(session)s, g, g, g,
  'Message ' || g || ' of this dialogue, with words enough to be as long as what people write: about'
    || ' two hundred characters, of which most say little more than that somebody was here.',
  at, at, CASE mod(g, 2) WHEN 1 THEN 'user' ELSE 'assistant' END, '', '', '', 0, 0, '{}'
FROM (SELECT g, %(first)s::timestamptz + g * %(step)s::interval AS at,
        lpad(to_hex((extract(epoch FROM %(first)s::timestamptz + g * %(step)s::interval) * 1000
          )::bigint), 12, '0') AS h,
        md5(%(session)s::text || g) AS r
      FROM generate_series(1, %(many)s) g) made
"""
_CITE = """
INSERT INTO message_references (id, message_id, position, reference_type, chapter_number, page_number,
  paragraph_index, source_text, highlighted_text, vector_id, similarity_score, created_at)
SELECT md5(m.id::text || n)::uuid, m.id, n, 'paragraph', 1, 1, n + 1,
  repeat('A paragraph of a book, as long as they are. ', 6), 'A paragraph of a book', '', 0.8, m.created_at
FROM dialogue_messages m, generate_series(0, 2) n
WHERE m.session_id = %(session)s AND m.role = 'assistant' AND m.seq > %(cited_after)s
"""
_COUNT = """
UPDATE dialogue_sessions SET last_seq = %(many)s, version = %(many)s, message_count = %(many)s,
  created_at = %(first)s WHERE id = %(session)s
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """Milliseconds in the database for the page and for its references, how many rows they gave, and
    what EXPLAIN (ANALYZE, BUFFERS) says of both."""

    page_ms: float
    references_ms: float
    messages: int
    references: int
    plan: str

    @property
    def milliseconds(self) -> float:
        return self.page_ms + self.references_ms


def fill_dialogues(user: UUID, rows: int) -> dict[str, DialogueSession]:
    """A quarter of the rows in one dialogue, the rest in a hundred others, over 24 months; a quiet one
    that spoke in the first month only, and one that began today."""
    now = timezone.now()
    first = Month.of(now).plus(1 - MONTHS)
    create_months(DialogueMessage, missing_months(DialogueMessage, first, Month.of(now)))
    busy = fill_dialogue(user, first.start, now, rows // 4)
    for number in range(100):
        begun = first.start + timedelta(days=7 * number)
        fill_dialogue(user, begun, now, rows * 3 // 400)
    quiet = fill_dialogue(user, first.start, first.start + timedelta(days=2), 60)
    new = fill_dialogue(user, now - timedelta(hours=2), now, 60)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) dialogue_messages, message_references, dialogue_sessions")
    return {f"{rows // 4:,} messages": busy, "quiet, 24 months ago": quiet, "begun today": new}


def fill_dialogue(user: UUID, first: datetime, until: datetime, many: int) -> DialogueSession:
    # A dialogue's id tells when it began, and with that which months are read.
    key = uuid7_floor(first).int | random.getrandbits(62)
    session = DialogueSession.objects.create(id=UUID(int=key), user_id=user, type="assistant")
    values: dict[str, Any] = {
        "session": session.pk,
        "many": many,
        "first": first,
        "step": (until - first - timedelta(minutes=1)) / many,
        # Of the last thousand messages every answer cites three passages.
        "cited_after": many - 1_000,
    }
    with connection.cursor() as cursor:
        for statement in (_FILL, _CITE, _COUNT):
            cursor.execute(statement, values)
    session.refresh_from_db()
    return session


def read(session: DialogueSession) -> Reading:
    """Both statements, after a dozen warm calls; the middle of five measurements."""
    page_sql = selecting.BEFORE_SQL
    parameters = selecting.page_parameters(session.pk, session.last_seq + 1, PAGE)
    with connection.cursor() as cursor:
        for _ in range(12):
            cursor.execute(page_sql, parameters)
        names = [column.name for column in cursor.description or ()]
        ids = [row[names.index("id")] for row in cursor.fetchall()][:PAGE]
        for _ in range(12):
            cursor.execute(selecting.REFERENCES_SQL, [ids])
        cited = len(cursor.fetchall())
        page, first_plan = _explained(cursor, page_sql, parameters)
        references, second_plan = _explained(cursor, selecting.REFERENCES_SQL, [ids])
    return Reading(page, references, len(ids), cited, f"{first_plan}\n\n{second_plan}")


def _explained(
    cursor: Any, sql: str, parameters: Sequence[Any] | dict[str, Any]
) -> tuple[float, str]:
    times, text = [], ""
    for _ in range(5):
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {sql}", parameters)
        text = "\n".join(str(line) for (line,) in cursor.fetchall())
        times.append(sum(map(float, _TIME.findall(text))))
    return sorted(times)[2], without_unvisited(text)
