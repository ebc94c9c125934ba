"""Search among a million messages of rooms and a hundred thousand of dialogues: how quick it is, how the
database finds, and what a sender pays while the worker reads along."""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import pairwise, product
from typing import Any
from urllib.parse import quote
from uuid import UUID

import psycopg
from django.db import connection
from django.utils import timezone

from chatcore.languages import UNSTEMMED
from chatcore.models import User
from chatcore.selectors.message_search import CANDIDATES, MessageSource, find_sql
from chatcore.selectors.search_query import asked
from dialogues.models import DialogueSession
from dialogues.selectors.search import DIALOGUE_SOURCE
from rooms.selectors.search import ROOM_SOURCE
from tests.benchmarks import filling
from tests.benchmarks.bench import Bench
from tests.benchmarks.cpu import Meter
from tests.benchmarks.drivers import Driver, Person
from tests.benchmarks.figures import Figure, Goal, Part, milliseconds
from tests.benchmarks.sends import Sends, fifty_senders
from tests.benchmarks.wire import Http

# Rooms and dialogues that all rows are dealt out to; the reader is in every fifth room.
ROOMS, DIALOGUES, EACH = 100, 20, 5
_TEXTS, _ASKED = 20_000, 100
_SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe ri so tu va ze".split()
_LOCK = "SELECT pg_advisory_lock(hashtextextended('chatcore.search', 0))"
# A month without a message costs 0.00, and is no scan of anything.
_SEQUENTIAL = re.compile(r"Seq Scan on \w+_message\w*(?: \w+)? +\(cost=0\.00\.\.(?!0\.00)")

# A few words are in most texts, most words in few, as people write.
_MAKE_TEXTS = """
CREATE TEMPORARY TABLE bench_texts AS
SELECT n,
  string_agg((%(words)s::text[])[1 + floor(%(many)s * power(random() + n * 0, 3))::int], ' ') AS text
FROM generate_series(0, %(texts)s - 1) n, generate_series(1, 30) GROUP BY n
"""
# Ids as `uuid7` makes them. The number is in one message alone.
_MADE = """
FROM (SELECT g, at, lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS h,
        md5(%(salt)s || g) AS r
      FROM (SELECT g, %(first)s::timestamptz + g * %(step)s::interval AS at
            FROM generate_series(0, %(many)s - 1) g) counted) made
JOIN bench_texts ON bench_texts.n = g %% %(texts)s
"""
_ID = "(substr(h, 1, 12) || '7' || substr(r, 1, 3) || '8' || substr(r, 4, 15))::uuid"
_CONVERSATION = (
    "(%(ids)s::uuid[])[1 + g %% %(parts)s], g / %(parts)s + 1, g / %(parts)s + 1, g / %(parts)s + 1"
)
_ROOM_MESSAGES = f"""
INSERT INTO room_messages (id, room_id, seq, version, created_version, sender_id, content, created_at,
  updated_at, message_type, content_metadata, robot_id, is_robot_visible_to_guests, audience, mentions,
  delivery_status)
SELECT {_ID}, {_CONVERSATION}, %(person)s, text || ' number' || g, at, at, 'chat', '{{}}', '', false,
  0, '[]', 'delivered' {_MADE}
"""
_DIALOGUE_MESSAGES = f"""
INSERT INTO dialogue_messages (id, session_id, seq, version, created_version, content, created_at,
  updated_at, role, model_used, error_code, error_message, retry_count, message_type, metadata)
SELECT {_ID}, {_CONVERSATION}, text || ' number' || g, at, at,
  CASE mod(g / %(parts)s, 2) WHEN 0 THEN 'user' ELSE 'assistant' END, '', '', '', 0, 0, '{{}}' {_MADE}
"""


class Filled:
    """What was written: who searches in it, and words that are in one message, in some, in most."""

    def __init__(self, person: Person, others: Sequence[Person], size: tuple[int, int]) -> None:
        self.person, self.size = person, size
        self.vocabulary = ["".join(parts) for parts in product(_SYLLABLES, repeat=3)]
        random.Random(4).shuffle(self.vocabulary)
        now = timezone.now()
        first = filling.make_past_months()
        rooms = [
            filling.make_room([person.id] if n % EACH == 0 else [others[0].id])
            for n in range(ROOMS)
        ]
        sessions = [
            DialogueSession.objects.create(
                user_id=person.id if n % EACH == 0 else others[0].id, type="assistant"
            ).pk
            for n in range(DIALOGUES)
        ]
        self.seconds = time.perf_counter()
        with connection.cursor() as cursor:
            values: dict[str, Any] = {
                "words": self.vocabulary, "many": len(self.vocabulary), "texts": _TEXTS,
                "salt": str(person.id), "person": person.id,
            }  # fmt: skip
            cursor.execute("DROP TABLE IF EXISTS bench_texts")
            cursor.execute(_MAKE_TEXTS, values)
            for source, sql, ids, many in (
                (ROOM_SOURCE, _ROOM_MESSAGES, rooms, size[0]),
                (DIALOGUE_SOURCE, _DIALOGUE_MESSAGES, sessions, size[1]),
            ):
                values |= {"ids": ids, "parts": len(ids), "many": many, "first": first}
                values["step"] = (now - first - timedelta(minutes=1)) / many
                cursor.execute(sql, values)
                _write_words(cursor, source, ids, many // len(ids))
            cursor.execute("DROP TABLE bench_texts")
            cursor.execute("VACUUM (ANALYZE)")
        self.seconds = time.perf_counter() - self.seconds

    @property
    def queries(self) -> dict[str, list[str]]:
        """By how common what they ask for is; each is asked for once."""
        pick = random.Random(7)
        common, some = self.vocabulary[:_ASKED], self.vocabulary[2_000 : 2_000 + _ASKED]
        return {
            "one message has it": [
                f"number{pick.randrange(self.size[0] // EACH) * EACH}" for _ in common
            ],
            "a word that some have": some,
            "two words": [f"{a} {b}" for a, b in pairwise(self.vocabulary[: _ASKED + 1])],
            "a word that most have": common[:5] * (_ASKED // 5),
        }


def _write_words(cursor: Any, source: MessageSource, ids: Sequence[UUID], last: int) -> None:
    """The words of all, as the worker writes them; the index is made afterwards, which is quicker."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexdef LIKE '%%gin%%'",
        [source.words],
    )
    ((name, definition),) = cursor.fetchall()
    cursor.execute(f"DROP INDEX {name}")
    values = {"ids": list(ids), "unstemmed": UNSTEMMED, "last": last}
    cursor.execute(
        f"INSERT INTO {source.words} (message_id, lexemes) SELECT m.id, array_to_tsvector({source.keys})"  # noqa: S608
        " || to_tsvector(%(unstemmed)s::regconfig, m.content) || to_tsvector('english', m.content)"
        f" FROM {source.messages} m JOIN {source.conversations} c ON c.id = m.{source.conversation_column}"
        " WHERE c.id = ANY(%(ids)s)",
        values,
    )
    cursor.execute(definition)
    cursor.execute(
        f"UPDATE {source.conversations} SET last_seq = %(last)s, version = %(last)s"  # noqa: S608
        " WHERE id = ANY(%(ids)s)",
        values,
    )
    cursor.execute(
        f"INSERT INTO {source.marks} (conversation_id, version, configs)"
        " SELECT unnest(%(ids)s::uuid[]), %(last)s, '{english}'"
        " ON CONFLICT (conversation_id) DO UPDATE SET version = EXCLUDED.version",
        values,
    )


@contextmanager
def nobody_reads(address: str) -> Iterator[None]:
    """The worker leaves the index alone meanwhile, as if another one read."""
    with psycopg.connect(address, autocommit=True) as held:
        held.execute(_LOCK)
        yield


async def ask(driver: Driver, _meter: Meter, filled: Filled) -> dict[str, list[float]]:
    """Seconds of each request, one client, by the kind of question."""
    http, found = Http(driver.url), {}
    for kind, queries in filled.queries.items():
        paths = [f"/api/v1/search/?in=rooms,dialogues&q={quote(query)}" for query in queries]
        await http.get(paths[0], filled.person.headers)
        times = []
        for path in paths:
            begun = time.perf_counter()
            body = await http.get(path, filled.person.headers)
            times.append(time.perf_counter() - begun)
            assert b'"results"' in body, path
        found[kind] = times
    http.close()
    return found


def sequential_scans(filled: Filled) -> tuple[int, str]:
    """How often the plans of the questions read a table of messages or words as a whole; and one plan."""
    user, scans, text = User.objects.get(pk=filled.person.id), 0, ""
    with connection.cursor() as cursor:
        for query in (queries[0] for queries in filled.queries.values()):
            question = asked(user, query)
            assert question
            for source in (ROOM_SOURCE, DIALOGUE_SOURCE):
                values: dict[str, Any] = {
                    "query": f"({source.scope(user)}) & ({question.words})",
                    "words": question.words, "reader": user.pk,
                    "candidates": CANDIDATES, "most": 21,
                }  # fmt: skip
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {find_sql(source)}", values)
                plan = "\n".join(str(line) for (line,) in cursor.fetchall())
                scans += len(_SEQUENTIAL.findall(plan))
                if source is ROOM_SOURCE and " " not in query:
                    text = plan
    return scans, text


def searching(bench: Bench) -> Part:
    """The part of the page."""
    size = bench.size
    address = bench.stand.services["DATABASE_URL"]
    with nobody_reads(address):
        person, *others = asyncio.run(bench.ours.people(2))
        filled = Filled(person, others, (size.found_in_rooms, size.found_in_dialogues))
        times = bench.measure(partial(ask, filled=filled))
        scans, plan = sequential_scans(filled)
        without = bench.measure(partial(fifty_senders, seconds=size.send_seconds))
    reading = bench.measure(partial(fifty_senders, seconds=size.send_seconds))
    figures = [
        Figure(f"{kind}: {name}", "ms", milliseconds(seconds, share))
        for kind, seconds in times.items()
        for name, share in (("p50", 0.5), ("p95", 0.95))
    ]
    figures += [
        Figure("sequential scans of messages or words in eight plans", "", float(scans), Goal(0)),
        *_rates("the worker does not read", without),
        *_rates("the worker reads along", reading),
    ]
    note = (
        f"{size.found_in_rooms:,} messages in {ROOMS} rooms, {size.found_in_dialogues:,} in {DIALOGUES} "
        f"dialogues, thirty of {len(filled.vocabulary):,} words each; the searcher sees a fifth of both. "
        f"One client over HTTP, {_ASKED} questions of a kind, twenty hits with their neighbours. While the "
        "worker reads along it also makes up for what was said before. Filling took "
        f"{filled.seconds:.0f} s."
    )
    return Part("Search", figures, [note], [("Plan of a word that most have, in rooms", plan)])


def _rates(when: str, sends: Sends) -> Iterator[Figure]:
    yield Figure(f"50 senders, {when}", "/s", sends.per_second)
    yield Figure(f"50 senders, {when}, p99", "ms", sends.p99)
