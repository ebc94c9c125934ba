"""The append: the one way a message gets into a conversation, for one or for hundreds at a time.

Two statements in one transaction. The first locks the conversations in id order, so that order of
commit is order of `seq`. The second, whose snapshot is therefore taken after the locks are held,
joins the authors' rights, refuses repeats, numbers, inserts and counts. In one statement a repeat that
arrives in another process would slip through. The statements are built here once per timeline and run
by two callers: `append` on Django's connection and the flusher on its own.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone

from chatcore.errors import ChatcoreError, NotFound, RefConflict
from chatcore.ids import uuid7_after, uuid_time
from chatcore.selectors.rows import Row, dict_rows
from chatcore.services.refusals import refusal_error
from chatcore.services.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that somebody wants stored. `trusted` skips the rights: the caller has checked.

    `derived` are columns that we add ourselves: a repeat may come with other ones. `at` is for what
    was said elsewhere, long ago; its month must exist (`create_months`).
    """

    conversation: UUID
    author: UUID
    content: str
    client_ref: UUID | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)
    trusted: bool = False
    derived: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None

    @property
    def fingerprint(self) -> UUID:
        """A hash of the body: the same ref with another body is a conflict."""
        body = orjson.dumps([self.content, dict(self.columns)], option=_ORJSON)
        return UUID(bytes=hashlib.blake2b(body, digest_size=16).digest())


_ORJSON = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


@dataclass(frozen=True, slots=True)
class Appended:
    """A stored message as its row, whether it was there before, or what refused it."""

    row: Row
    duplicate: bool = False
    refused: ChatcoreError | None = None

    @property
    def id(self) -> UUID:
        return UUID(str(self.row["id"]))

    @property
    def seq(self) -> int:
        return int(self.row["seq"])

    @property
    def version(self) -> int:
        return int(self.row["created_version"])


def append(timeline: Timeline, drafts: Sequence[Draft]) -> list[Appended]:
    """Store the drafts in the present transaction; one answer each, in their order.

    A refused draft does not stop the others. Raises nothing of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(lock_sql(timeline), [conversation_ids(drafts)])
        locked = dict_rows(cursor)
        cursor.execute(store_sql(timeline), [payload(timeline, drafts, locked)])
        judged = dict_rows(cursor)
        earlier = earlier_ids(judged)
        if earlier:
            cursor.execute(messages_sql(timeline), [earlier])
        return verdicts(drafts, judged, dict_rows(cursor) if earlier else [])


def append_one(timeline: Timeline, draft: Draft) -> Appended:
    """Store one draft. Raises what refused it: NotFound, RefConflict or the timeline's refusal."""
    (appended,) = append(timeline, [draft])
    if appended.refused:
        raise appended.refused
    return appended


def next_version(timeline: Timeline, conversation: UUID) -> int:
    """Lock the conversation and take its next version, for a change other than a new message."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {timeline.conversations} SET version = version + 1"  # noqa: S608
            " WHERE id = %s RETURNING version",
            [conversation],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotFound
    return int(found[0])


def conversation_ids(drafts: Sequence[Draft]) -> list[UUID]:
    return list({draft.conversation for draft in drafts})


@cache
def lock_sql(timeline: Timeline) -> str:
    """The first statement; its one parameter is the list of conversation ids."""
    return (
        f"SELECT id, last_message_id FROM {timeline.conversations}"  # noqa: S608
        " WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
    )


def payload(timeline: Timeline, drafts: Sequence[Draft], locked: Sequence[Row]) -> str:
    """The drafts as one JSON parameter, their ids minted under the lock that is now held."""
    last: dict[UUID, UUID | None] = {row["id"]: row["last_message_id"] for row in locked}
    now = timezone.now()
    records = []
    for ord_, draft in enumerate(drafts):
        minted = uuid7_after(last.get(draft.conversation), draft.at or now)
        last[draft.conversation] = minted
        records.append(_record(timeline, draft, ord_, minted))
    return orjson.dumps(records).decode()


def _record(timeline: Timeline, draft: Draft, ord_: int, minted: UUID) -> dict[str, Any]:
    columns = {name: column.default for name, column in timeline.columns.items()}
    return (
        columns
        | dict(draft.columns)
        | dict(draft.derived)
        | {
            "ord": ord_,
            "id": minted,
            "conversation": draft.conversation,
            "author": draft.author,
            "client_ref": draft.client_ref,
            "fingerprint": draft.fingerprint if draft.client_ref else None,
            "trusted": draft.trusted,
            "content": draft.content,
            "created_at": uuid_time(minted),
        }
    )


@cache
def store_sql(timeline: Timeline) -> str:
    """The second statement; its one parameter is `payload`."""
    own = "".join(f", {name}" for name in timeline.columns)
    types = "".join(f", {name} {column.sql_type}" for name, column in timeline.columns.items())
    author = f", {timeline.author_column}" if timeline.author_column else ""
    author_value = ", author" if timeline.author_column else ""
    counters = "".join(f", {name} = {value}" for name, value in timeline.counters.items())
    sums = "".join(f", {value} AS {name}" for name, value in timeline.sums.items())
    running = timeline.running
    stand = "".join(f", c.{name} AS last_{name}" for name in running)
    counts = "".join(
        f", last_{name} + count(*) FILTER (WHERE {true}) OVER w AS {name}"
        for name, true in running.items()
    )
    counters += "".join(f", {name} = x.{name}" for name in running)
    sums += "".join(f", max({name}) AS {name}" for name in running)
    also = "".join(f", {name} AS ({sql})" for name, sql in timeline.also.items())
    tells = "".join(f", {sql} AS {name}" for name, sql in timeline.tells.items())
    return f"""
WITH draft AS (
  SELECT * FROM json_to_recordset(%s::json) AS d(
    ord int, id uuid, conversation uuid, author uuid, client_ref uuid, fingerprint uuid,
    trusted boolean, content text, created_at timestamptz{types})
), judged AS (
  SELECT d.*, c.last_seq, c.version AS last_version{stand},
    r.message_id AS earlier, r.fingerprint = d.fingerprint AS same,
    row_number() OVER (PARTITION BY d.conversation, d.author, d.client_ref ORDER BY d.ord) AS occurrence,
    CASE WHEN c.id IS NULL THEN 'not_found' WHEN d.trusted THEN NULL ELSE {timeline.refusal} END AS refusal
  FROM draft d
  LEFT JOIN {timeline.conversations} c ON c.id = d.conversation AND c.deleted_at IS NULL
  {timeline.rights}
  LEFT JOIN {timeline.refs} r ON r.conversation_id = d.conversation
    AND r.author_id = d.author AND r.client_ref = d.client_ref
), fresh AS (
  SELECT judged.*, last_seq + row_number() OVER w AS seq,
    last_version + row_number() OVER w AS version{counts}
  FROM judged
  WHERE refusal IS NULL AND earlier IS NULL AND (client_ref IS NULL OR occurrence = 1)
  WINDOW w AS (PARTITION BY conversation ORDER BY ord)
), m AS (
  INSERT INTO {timeline.messages} (id, {timeline.conversation_column}{author}, seq, version,
    created_version, client_ref, content, created_at, updated_at{own})
  SELECT id, conversation{author_value}, seq, version, version, client_ref, content, created_at,
    created_at{own} FROM fresh
  RETURNING *
), remembered AS (
  INSERT INTO {timeline.refs} (conversation_id, author_id, client_ref, message_id, fingerprint)
  SELECT conversation, author, client_ref, id, fingerprint FROM fresh WHERE client_ref IS NOT NULL
), counted AS (
  UPDATE {timeline.conversations} c SET last_seq = x.seq, version = x.version,
    last_message_id = x.id, last_message_at = x.at, updated_at = x.at{counters}
  FROM (SELECT conversation, max(seq) AS seq, max(version) AS version, count(*) AS messages,
          max(created_at) AS at, (array_agg(id ORDER BY ord DESC))[1] AS id{sums}
        FROM fresh GROUP BY conversation) x
  WHERE c.id = x.conversation
){also}
SELECT judged.ord, judged.refusal, judged.earlier, judged.same, judged.occurrence, {timeline.row}{tells}
FROM judged LEFT JOIN m ON m.id = judged.id {timeline.reader_joins}
ORDER BY judged.ord
"""  # noqa: S608


@cache
def messages_sql(timeline: Timeline) -> str:
    return (
        f"SELECT {timeline.row} FROM {timeline.messages} m {timeline.reader_joins}"  # noqa: S608
        " WHERE m.id = ANY(%s)"
    )


def earlier_ids(judged: Sequence[Row]) -> list[UUID]:
    return [row["earlier"] for row in judged if row["earlier"]]


def verdicts(
    drafts: Sequence[Draft], judged: Sequence[Row], earlier: Sequence[Row]
) -> list[Appended]:
    """What became of each draft. A repeat is answered before a right lost since then is asked for."""
    stored = {row["id"]: row for row in earlier}
    firsts: dict[tuple[UUID, UUID, UUID], tuple[Draft, Appended]] = {}
    answers = []
    for draft, row in zip(drafts, judged, strict=True):
        answer = _verdict(draft, row, stored, firsts)
        if draft.client_ref:
            key = (draft.conversation, draft.author, draft.client_ref)
            firsts.setdefault(key, (draft, answer))
        answers.append(answer)
    return answers


def _verdict(
    draft: Draft,
    row: Row,
    stored: Mapping[UUID, Row],
    firsts: Mapping[tuple[UUID, UUID, UUID], tuple[Draft, Appended]],
) -> Appended:
    if row["refusal"] == "not_found":
        return Appended({}, refused=NotFound())
    if row["earlier"]:
        if not row["same"] or row["earlier"] not in stored:  # another body, or it was erased since
            return Appended({}, refused=RefConflict())
        return Appended(stored[row["earlier"]], duplicate=True)
    if row["refusal"]:
        return Appended({}, refused=refusal_error(row["refusal"]))
    if draft.client_ref and row["occurrence"] > 1:  # twice in this very batch
        first, answer = firsts[draft.conversation, draft.author, draft.client_ref]
        if first.fingerprint != draft.fingerprint:
            return Appended({}, refused=RefConflict())
        return Appended(answer.row, duplicate=True, refused=answer.refused)
    return Appended(row)
