"""The figures: recounted from the raw tables, refreshed beside their readers, shown with their age.

Seed 000, part 8 and test case 5.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from io import StringIO
from typing import Any, cast

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError, OperationalError, connection, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client
from django.utils import timezone

from analytics.api import csv as csv_module
from analytics.models import DialogueAnalytics, MessageVolume, Refresh
from analytics.services.refreshing import (
    VIEWS,
    NoSuchView,
    RefreshUnderWay,
    refresh_all,
    refresh_view,
)
from analytics.tasks import refresh_views
from chatcore.models import User
from chatcore.services.partitions import create_partitions
from dialogues.models import Book, Character, DialogueMessage, DialogueSession
from dialogues.services.characters import put_character
from rooms.models import RoomMessage
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import asked_and_answered, dialogue_of, lighthouse
from tests.live import empty_tables
from tests.rooms import room_of, said
from tests.world import Cast
from tests.world import cast as make_cast

ClientOf = Callable[[User], ContractClient]
DIALOGUES, VOLUME = "/api/v1/analytics/dialogues/", "/api/v1/analytics/volume/"
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def session(user: User, begun: datetime, **columns: Any) -> DialogueSession:
    """A row as it might have come to be; services would date it today."""
    made = DialogueSession.objects.create(user=user, **{"type": "assistant", **columns})
    DialogueSession.objects.filter(pk=made.pk).update(created_at=begun)
    return made


def cost(dollars: str) -> dict[str, Decimal]:
    """A dialogue's cost, exact and as the seed keeps it."""
    return {"exact_cost": Decimal(dollars), "total_cost": Decimal(dollars)}


@pytest.fixture
def mixed(world: Cast) -> Book:
    """Several users, types, null books and characters, ended and open, rated or not, dear and free."""
    book = lighthouse()
    marten = put_character(book, {"name": "Marten"}, by=world.ada)
    ines = put_character(book, {"name": "Ines"}, by=world.ada)
    about = {"type": "book", "book": book}
    with_marten = {"type": "character", "book": book, "character": marten}
    ended = {"status": "ended", "ended_at": NOON + timedelta(minutes=61, seconds=7)}
    costs = {**cost("0.1234"), "total_tokens_used": 1001, "message_count": 7}
    session(world.mira, NOON, **about, user_rating=5, **ended, **costs)
    session(world.mira, NOON, **about, user_rating=2, message_count=2)
    session(world.otto, NOON, **about, **cost("12.0001"), **ended)
    session(world.otto, NOON, **with_marten, user_rating=4, message_count=3)
    session(world.mira, NOON, **{**with_marten, "character": ines}, **ended)
    session(world.mira, NOON, type="companion", **costs)
    session(world.otto, NOON, type="assistant", status="archived", **costs)
    session(world.gil, NOON, type="assistant", user_rating=1)
    # Both sides of midnight in UTC.
    session(world.mira, NOON.replace(hour=23, minute=59), **about)
    session(world.mira, NOON.replace(day=15, hour=0), **about, **costs)
    return book


Row = dict[str, Any]


def rounded(numbers: Sequence[Any], places: str) -> Decimal | None:
    """The mean of what is not null, as PostgreSQL rounds it."""
    known = [Decimal(number) for number in numbers if number is not None]
    return (
        (sum(known, Decimal(0)) / len(known)).quantize(Decimal(places), ROUND_HALF_UP)
        if known
        else None
    )


def recounted() -> dict[tuple[Any, ...], Row]:
    """`dialogue_analytics` from the raw table, without SQL that adds up."""
    groups: dict[tuple[Any, ...], list[DialogueSession]] = defaultdict(list)
    for one in DialogueSession.objects.all():
        day = one.created_at.astimezone(UTC).date()
        groups[one.book_id, one.character_id, one.type, day].append(one)
    return {key: _recounted(group) for key, group in groups.items()}


def _recounted(group: list[DialogueSession]) -> Row:
    lengths = [
        Decimal((s.ended_at - s.created_at) // timedelta(microseconds=1)) / 60_000_000
        if s.ended_at
        else None
        for s in group
    ]
    return {
        "session_count": len(group),
        "unique_users": len({s.user_id for s in group}),
        "avg_messages_per_session": rounded([s.message_count for s in group], "0.01"),
        "avg_tokens_per_session": rounded([s.total_tokens_used for s in group], "0.01"),
        "total_cost": sum(s.total_cost for s in group),
        "avg_rating": rounded([s.user_rating for s in group], "0.1"),
        "completed_sessions": sum(s.status == "ended" for s in group),
        "avg_session_duration_minutes": rounded(lengths, "0.01"),
    }


def test_every_column_is_what_a_recount_of_the_raw_table_finds(mixed: Book) -> None:
    refresh_view("dialogue_analytics")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM dialogue_analytics")
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    group = ("book_id", "character_id", "type", "date")
    found = {tuple(row.pop(name) for name in group): row for row in rows}

    assert len(found) == 6
    assert found == recounted()
    assert any(row["avg_rating"] is None for row in found.values())
    assert any(row["avg_session_duration_minutes"] is None for row in found.values())
    assert {key[0] for key in found} == {None, mixed.pk}


def test_a_second_refresh_finds_what_changed_and_no_row_twice(mixed: Book, world: Cast) -> None:
    """Null is a group of its own in the unique index, so `CONCURRENTLY` can match those rows, too."""
    refresh_view("dialogue_analytics")
    session(world.ana, NOON)
    DialogueSession.objects.filter(type="companion").delete()
    refresh_view("dialogue_analytics")
    rows = DialogueAnalytics.objects.values_list("book_id", "character_id", "type", "date")
    assert sorted(map(str, rows)) == sorted(map(str, recounted()))
    assert DialogueAnalytics.objects.filter(type="assistant").get().session_count == 3


def test_the_volume_is_what_a_recount_of_both_message_tables_finds(world: Cast) -> None:
    create_partitions(1)
    book = lighthouse()
    for user in (world.mira, world.otto):
        asked_and_answered(dialogue_of(user, book), "What did Marten carry around his neck?")
    asked_and_answered(dialogue_of(world.mira), "Anything?")
    room = room_of(world.mira, world.otto)
    for words in ("one", "two"):
        said(room, world.otto, words)

    refresh_view("message_volume")

    wanted: dict[tuple[Any, ...], int] = defaultdict(int)
    for message in DialogueMessage.objects.select_related("session"):
        of = message.session
        key = ("dialogue", of.type, message.role, of.book_id, of.character_id)
        wanted[message.created_at.date(), *key] += 1
    for said_in_room in RoomMessage.objects.select_related("room"):
        key = ("room", said_in_room.room.room_type, said_in_room.message_type, None, None)
        wanted[said_in_room.created_at.date(), *key] += 1
    group = ("date", "conversation", "type", "kind", "book_id", "character_id")
    rows = MessageVolume.objects.values_list(*group, "message_count")
    assert {tuple(row[:-1]): row[-1] for row in rows} == wanted
    assert {key[1] for key in wanted} == {"dialogue", "room"}


def test_the_views_have_the_seeds_indexes(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, split_part(indexdef, ' USING ', 2) FROM pg_indexes"
            " WHERE tablename = 'dialogue_analytics'"
        )
        found = dict(cursor.fetchall())
    seeds = {
        "idx_dialogue_analytics_book_id": "btree (book_id)",
        "idx_dialogue_analytics_character_id": "btree (character_id)",
        "idx_dialogue_analytics_date": "btree (date DESC)",
        "idx_dialogue_analytics_type": "btree (type)",
    }
    assert seeds.items() <= found.items()


def test_the_views_go_and_come_back_with_their_migrations(db: None) -> None:
    for where in ("zero", None):
        call_command("migrate", "analytics", *([where] if where else []), verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_matviews")
            assert cursor.fetchone() == (0 if where else len(VIEWS),)
    assert {view for (view,) in Refresh.objects.values_list("view")} == set(VIEWS)


def test_numbers_that_the_seeds_types_cannot_hold_do_not_stop_a_refresh(world: Cast) -> None:
    for value, kind in (("10000", "5,2"), ("1000000", "8,2")):
        with (
            pytest.raises(DataError, match="overflow"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {value}::DECIMAL({kind})")
    long = {"message_count": 10_000, "total_tokens_used": 2_000_000_000}
    session(world.mira, NOON, **long, ended_at=NOON + timedelta(days=1000))
    refresh_view("dialogue_analytics")
    row = DialogueAnalytics.objects.get()
    assert row.avg_messages_per_session == 10_000
    assert row.avg_tokens_per_session == 2_000_000_000
    assert row.avg_session_duration_minutes == 1_440_000


def test_it_answers_the_seeds_question_about_the_last_seven_days(
    world: Cast, client_of: ClientOf
) -> None:
    """Test case 5: refresh, then read the last seven days, the newest first."""
    today = timezone.now()
    for ago in (0, 0, 3, 7, 8):
        session(world.mira, today - timedelta(days=ago), **cost("0.25"))
    refresh_all()
    since = (today - timedelta(days=7)).date()
    found = client_of(world.sven).get(f"{DIALOGUES}?date_from={since}").json()["results"]
    assert [(row["date"], row["session_count"], row["total_cost"]) for row in found] == [
        (str((today - timedelta(days=ago)).date()), count, cost)
        for ago, count, cost in ((0, 2, 0.5), (3, 1, 0.25), (7, 1, 0.25))
    ]


def test_it_pages_and_filters(mixed: Book, world: Cast, client_of: ClientOf) -> None:
    refresh_all()
    sven = client_of(world.sven)
    pages, url = [], f"{DIALOGUES}?limit=3"
    while url:
        answer = sven.get(url).json()
        pages.append(answer["results"])
        url = answer["next"]
    rows = [row for page in pages for row in page]
    assert [len(page) for page in pages] == [3, 3]
    assert len({row["id"] for row in rows}) == 6
    assert [row["date"] for row in rows] == ["2026-03-15", *["2026-03-14"] * 5]

    marten = Character.objects.get(name="Marten")
    for query, count in (
        (f"book={mixed.pk}", 4),
        (f"character={marten.pk}", 1),
        ("type=assistant", 1),
        ("date_from=2026-03-15", 1),
        ("date_to=2026-03-14&type=book", 1),
    ):
        assert len(sven.get(f"{DIALOGUES}?{query}").json()["results"]) == count, query
    for query in ("date_from=14.3.2026", "type=none", "book=x", "cursor=x", "limit=0"):
        assert sven.get(f"{DIALOGUES}?{query}").status_code == 400, query
    backwards = sven.get(f"{DIALOGUES}?date_from=2026-03-15&date_to=2026-03-14")
    assert list(backwards.json()["errors"]) == ["date_from"]


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume")
def test_the_csv_has_every_row_and_the_age_of_each(
    mixed: Book, world: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_module, "STRETCH", 2)
    refresh_all()
    answer = client_of(world.sven).get(f"{DIALOGUES}?format=csv&date_to=2026-03-14")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="dialogue_analytics.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(StringIO(b"".join(answer).decode())))
    assert len(rows) == len({row["id"] for row in rows}) == 5
    when = Refresh.objects.get(view="dialogue_analytics").refreshed_at.isoformat()
    assert {row["refreshed_at"] for row in rows} == {when}
    (companion,) = [row for row in rows if row["type"] == "companion"]
    assert (companion["book_id"], companion["total_cost"]) == ("", "0.1234")
    for query in ("format=csv&date_to=x", "date_to=x&format=json"):
        refused = client_of(world.sven).get(f"{VOLUME}?{query}")
        assert refused.json()["errors"].keys() == {"date_to"}


def test_accept_chooses_the_form_where_the_address_does_not(
    world: Cast, client_of: ClientOf
) -> None:
    sven, accept = client_of(world.sven), {"Accept": "text/csv"}
    forms = {
        VOLUME: "text/csv; charset=utf-8",
        f"{VOLUME}?format=csv": "text/csv; charset=utf-8",
        f"{VOLUME}?format=json": "application/json",
    }
    assert {url: sven.get(url, headers=accept).headers["Content-Type"] for url in forms} == forms
    assert sven.get(VOLUME).headers["Content-Type"] == "application/json"
    refused = sven.get(f"{VOLUME}?format=xml")
    assert refused.json()["errors"].keys() == {"format"}


def test_every_page_says_how_old_its_figures_are(world: Cast, client_of: ClientOf) -> None:
    for url, view in ((DIALOGUES, "dialogue_analytics"), (VOLUME, "message_volume")):
        refresh = refresh_view(view)
        answer = client_of(world.sven).get(url).json()
        assert answer["results"] == []
        assert datetime.fromisoformat(answer["refreshed_at"]) == refresh.refreshed_at


def test_only_supervisors_and_staff_see_figures(world: Cast, client_of: ClientOf) -> None:
    for url in (DIALOGUES, VOLUME):
        assert client_of(world.sven).get(url).status_code == 200
        assert client_of(world.ada).get(url).status_code == 200
        for user in (world.mira, world.gil, world.ana):
            assert client_of(user).get(url).status_code == 403
        assert ContractClient().get(url).status_code == 401


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_page_shows_charts_and_the_same_numbers_as_tables(mixed: Book, world: Cast) -> None:
    Book.objects.filter(pk=mixed.pk).update(title="The <script>alert(1)</script> Lamp")
    refresh_all()
    url = "/analytics/?date_from=2026-03-10&date_to=2026-03-15"
    answer = signed_in(world.sven).get(url)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "style-src" not in answer.headers["Content-Security-Policy"], "the strict policy"
    for refused in ("style=", "<style", "<script>", "onload=", "<?xml", "xlink"):
        assert refused not in text, refused
    assert text.count('role="img"') == 3, "no message was written"
    assert "<title>14 Mar, book, 4</title>" in text
    assert '<th scope="row">14 Mar</th><td>2</td><td>4</td><td>2</td><td>1</td><td>9</td>' in text
    assert text.count("As of <time") == 5
    only_book = signed_in(world.sven).get(f"{url}&book={mixed.pk}&type=character")
    assert '<th scope="row">14 Mar</th><td>2</td>' in only_book.content.decode()


@pytest.mark.parametrize("days", [7, 100, 700, 5000])
def test_the_page_shows_any_stretch_of_days(mixed: Book, world: Cast, days: int) -> None:
    refresh_all()
    first = date(2026, 3, 20) - timedelta(days=days)
    answer = signed_in(world.ada).get(f"/analytics/?date_from={first}&date_to=2026-03-20")
    assert answer.status_code == 200
    assert "<dt>Dialogues begun</dt><dd>10</dd>" in answer.content.decode()


def test_the_page_says_what_is_wrong_with_a_choice(world: Cast) -> None:
    client = signed_in(world.sven)
    for query in ("date_from=9999-12-31", "date_from=2026-02-02&date_to=2026-02-01", "type=x"):
        answer = client.get(f"/analytics/?{query}")
        assert answer.status_code == 400, query
        assert "errorlist" in answer.content.decode(), query


def test_the_page_is_for_whoever_may_see_figures(world: Cast) -> None:
    refresh_all()
    assert signed_in(world.mira).get("/analytics/").status_code == 403
    assert Client().get("/analytics/").status_code == 302
    assert b"No dialogue began" in signed_in(world.ada).get("/analytics/").content


def test_the_page_costs_the_same_with_many_rows(mixed: Book, world: Cast) -> None:
    client = signed_in(world.ada)
    for number in range(2):
        for day in range(number * 12):
            session(world.mira, NOON - timedelta(days=day), type="book", book=mixed)
        refresh_all()
        # 15 queries: session · user · books to choose · age of dialogues, of messages ·
        # totals of dialogues, of messages · begun, cost, written by day · books ·
        # age and days of support · what robots took · the rows
        with assert_queries(15):
            client.get("/analytics/?date_from=2026-03-01&date_to=2026-03-15")


def test_the_command_says_what_it_did(world: Cast) -> None:
    out = StringIO()
    call_command("refresh_analytics", json=True, view=["message_volume"], stdout=out)
    report = json.loads(out.getvalue())
    assert [line["view"] for line in report["refreshed"]] == ["message_volume"]
    assert report["problems"] == []
    out = StringIO()
    call_command("refresh_analytics", stdout=out)
    assert [line.split(":")[0] for line in out.getvalue().splitlines()] == list(VIEWS)
    with pytest.raises(NoSuchView, match="is not a view of ours"):
        refresh_view("users")


@pytest.fixture
def shared(committed: None) -> Iterator[Cast]:
    """Committed rows, and afterwards views that hold none of them."""
    yield make_cast()
    empty_tables()
    refresh_all()


@pytest.fixture
def another(shared: Cast) -> Iterator[DatabaseWrapper]:
    """A second connection; one that waits for a lock gives up after a second."""
    other = cast("DatabaseWrapper", connection.copy())
    with other.cursor() as cursor:
        cursor.execute("SET statement_timeout = '1s'")
    yield other
    other.rollback() if not other.get_autocommit() else None
    with other.cursor() as cursor:
        cursor.execute("RESET statement_timeout")
    other.close()


def counted(reader: DatabaseWrapper) -> int:
    with reader.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(session_count), 0) FROM dialogue_analytics")
        return int(cursor.fetchone()[0])


def test_readers_go_on_while_a_refresh_is_at_work(shared: Cast, another: DatabaseWrapper) -> None:
    refresh_all()
    session(shared.mira, NOON)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("REFRESH MATERIALIZED VIEW dialogue_analytics")
        with pytest.raises(OperationalError, match="timeout"):
            counted(another)  # the premise: without CONCURRENTLY a reader waits
        transaction.set_rollback(True)
    with transaction.atomic():
        refresh_view("dialogue_analytics")
        assert counted(another) == 0, "the reader sees what stood before, at once"
    assert counted(another) == 1


def test_a_refresh_goes_on_while_somebody_reads(shared: Cast, another: DatabaseWrapper) -> None:
    refresh_all()
    session(shared.mira, NOON)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM dialogue_analytics")
        with another.cursor() as refresher:
            refresher.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY dialogue_analytics")
    assert counted(another) == 1


def test_a_second_refresh_gives_up_after_its_time(shared: Cast, another: DatabaseWrapper) -> None:
    another.set_autocommit(False)
    with another.cursor() as cursor:
        cursor.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY dialogue_analytics")
    with pytest.raises(RefreshUnderWay):
        refresh_view("dialogue_analytics", lock_timeout_ms=100)
    with pytest.raises(CommandError, match="another refresh is at work"):
        call_command("refresh_analytics", lock_timeout=0.1, stdout=StringIO())
    assert Refresh.objects.filter(view="message_volume").exists(), "the other view is refreshed"
    another.rollback()
    refresh_views()
    assert Refresh.objects.count() == len(VIEWS)


def test_a_view_that_was_never_filled_is_filled(shared: Cast) -> None:
    """As a restored dump may leave it."""
    session(shared.mira, NOON)
    with connection.cursor() as cursor:
        cursor.execute("REFRESH MATERIALIZED VIEW dialogue_analytics WITH NO DATA")
    refresh_view("dialogue_analytics")
    assert counted(cast("DatabaseWrapper", connection)) == 1
