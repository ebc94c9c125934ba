"""Monthly partitions: made ahead in UTC, never in the way of an insert, mended when something strayed."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from time_machine import travel

from chatcore.health import NotWell, _partitions
from chatcore.ids import uuid7, uuid7_floor
from chatcore.partitions.months import Month, months_ahead
from chatcore.partitions.tables import (
    default_holds_rows,
    ensure_months,
    partitioned_models,
    partitions_of,
)
from chatcore.services.append import Draft, append
from chatcore.services.partitions import create_partitions, partition_problems, repair_partitions
from dialogues.models import DialogueMessage, DialogueSession, MessageReference
from dialogues.services.timeline import DIALOGUE_TIMELINE
from rooms.models import RoomMessage
from tests.rooms import room_of, said
from tests.world import Cast

pytestmark = pytest.mark.django_db
TABLES = {"dialogue_messages", "room_messages"}


def run(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("partitions", "--json", *words, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def partition_holding(message: UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM room_messages WHERE id = %s", [message]
        )
        return str(cursor.fetchone()[0])


def drop(*names: str) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE {name}")


def test_two_tables_are_partitioned() -> None:
    assert {model._meta.db_table for model in partitioned_models()} == TABLES


def test_a_year_is_made_ahead_after_migrate() -> None:
    for model in partitioned_models():
        assert months_ahead(partitions_of(model), datetime.now(UTC)) >= 12
    assert partition_problems() == []
    assert _partitions()


@pytest.mark.parametrize("hour", ["00:00:00", "11:59:59", "22:30:00", "23:59:59"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_bounds_are_the_first_of_the_month_whatever_the_hour(
    hour: str, zone: str, settings: Any
) -> None:
    settings.TIME_ZONE = zone
    with travel(f"2031-03-31T{hour}Z", tick=False):
        names = create_partitions(2)
    assert names == [
        f"{table}_2031_{month}" for table in sorted(TABLES) for month in ("03", "04", "05")
    ]
    for model in partitioned_models():
        made = {p.name: p for p in partitions_of(model)}
        april = made[f"{model._meta.db_table}_2031_04"]
        assert april.lower == uuid7_floor(datetime(2031, 4, 1, tzinfo=UTC))
        assert april.upper == uuid7_floor(datetime(2031, 5, 1, tzinfo=UTC))
        assert made[f"{model._meta.db_table}_2031_03"].upper == april.lower


def test_making_them_twice_makes_nothing() -> None:
    assert create_partitions() == []
    assert create_partitions(14)
    assert create_partitions(14) == []


def test_months_count_without_a_gap() -> None:
    now = datetime(2030, 11, 30, 23, 59, tzinfo=UTC)
    november = Month.of(now)
    assert november.plus(2) == Month(2031, 1)
    assert list(november.until(Month(2031, 1))) == [november, Month(2030, 12), Month(2031, 1)]
    with travel(now, tick=False):
        create_partitions(4)
    partitions = partitions_of(RoomMessage)
    assert months_ahead(partitions, now) == 4
    gap = [p for p in partitions if p.month != Month(2031, 1)]
    assert months_ahead(gap, now) == 1
    assert months_ahead([], now) == -1


def test_new_year_passes_unnoticed(world: Cast) -> None:
    """From a second before midnight on into January; the clock of one process steps back once."""
    year = datetime.now(UTC).year + 1
    midnight = datetime(year, 1, 1, tzinfo=UTC)
    assert months_ahead(partitions_of(RoomMessage), midnight) >= 0
    room = room_of(world.mira)
    session = DialogueSession.objects.create(user=world.mira, type="assistant")
    found = []
    for seconds in (-1, -0.001, 0, 0.001, -0.5, 1, 3600, 86_400 * 20, -2, 86_400 * 31 + 1):
        with travel(midnight + timedelta(seconds=seconds), tick=False):
            found.append(said(room, world.mira))
            (answer,) = append(DIALOGUE_TIMELINE, [Draft(session.pk, world.mira.pk, "x", uuid4())])
            assert answer.refused is None
    assert [message.seq for message in found] == list(range(1, 11))
    assert [message.id for message in found] == sorted(message.id for message in found)
    held = [partition_holding(message.id) for message in found]
    assert held == [f"room_messages_{year - 1}_12"] * 2 + [f"room_messages_{year}_01"] * 7 + [
        f"room_messages_{year}_02"
    ]
    assert not any(default_holds_rows(model) for model in partitioned_models())
    seqs = RoomMessage.objects.filter(room=room).order_by("id").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, 11))


def test_a_month_that_is_not_there_fails_no_insert(world: Cast) -> None:
    room = room_of(world.mira)
    with travel("2041-06-15T12:00Z", tick=False):
        stray = said(room, world.mira)
        assert partition_holding(stray.id) == "room_messages_default"
        assert len(partition_problems()) == 3  # DEFAULT, and both tables without months ahead
        with pytest.raises(NotWell, match="DEFAULT"):
            _partitions()


def strays(world: Cast) -> tuple[list[UUID], UUID]:
    """Messages in DEFAULT that point at each other, and a dialogue's message with a reference."""
    room = room_of(world.mira)
    said(room, world.mira, "in its month")
    ids = []
    for month in ("05", "06", "06"):
        with travel(f"2041-{month}-15T12:00Z", tick=False):
            ids.append(said(room, world.mira, f"stray {month}").id)
    RoomMessage.objects.filter(pk=ids[2]).update(reply_to_message=ids[0])
    session = DialogueSession.objects.create(user=world.mira, type="assistant")
    with travel("2041-07-01T00:00Z", tick=False):
        (answer,) = append(DIALOGUE_TIMELINE, [Draft(session.pk, world.mira.pk, "words", uuid4())])
        MessageReference.objects.create(
            message_id=answer.id,
            position=0,
            reference_type="paragraph",
            paragraph_index=1,
            source_text="words",
            highlighted_text="words",
        )
    _as_after_commit()
    return ids, answer.id


def _as_after_commit() -> None:
    """The foreign keys of what was written are checked, as they are when a test's transaction is not
    around everything."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_strays_are_moved_with_all_that_points_at_them(world: Cast) -> None:
    ids, answer = strays(world)
    before = list(RoomMessage.objects.order_by("seq").values())
    spoken = list(DialogueMessage.objects.values())
    would = run("--repair", "--dry-run")
    assert would["moved"] == {
        "room_messages": {"2041_05": 1, "2041_06": 2},
        "dialogue_messages": {"2041_07": 1},
    }
    assert default_holds_rows(RoomMessage)

    assert repair_partitions() == would["moved"]

    assert not any(default_holds_rows(model) for model in partitioned_models())
    assert [partition_holding(id_) for id_ in ids] == [
        "room_messages_2041_05",
        "room_messages_2041_06",
        "room_messages_2041_06",
    ]
    assert list(RoomMessage.objects.order_by("seq").values()) == before
    assert list(DialogueMessage.objects.values()) == spoken
    assert MessageReference.objects.get().message_id == answer
    assert repair_partitions() == {}


def test_the_foreign_keys_hold_after_a_repair(world: Cast) -> None:
    before = _foreign_keys()
    strays(world)
    repair_partitions()
    assert _foreign_keys() == before
    with pytest.raises(IntegrityError, match="foreign key"):
        _point_at_nothing()


@transaction.atomic
def _point_at_nothing() -> None:
    MessageReference.objects.update(message_id=uuid7())
    _as_after_commit()


def _foreign_keys() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conparentid = 0"
            " AND confrelid IN ('room_messages'::regclass, 'dialogue_messages'::regclass)"
            " ORDER BY 1, 2"
        )
        return list(cursor.fetchall())


def test_a_stray_in_a_month_that_exists_by_now_is_moved_there(world: Cast) -> None:
    """PostgreSQL refuses to make a month whose rows lie in DEFAULT: only the repair does."""
    room = room_of(world.mira)
    with travel("2041-06-15T12:00Z", tick=False):
        stray = said(room, world.mira).id
    _as_after_commit()
    with pytest.raises(Exception, match="would be violated"), transaction.atomic():
        ensure_months(RoomMessage, Month(2041, 6), Month(2041, 6))
    assert repair_partitions() == {"room_messages": {"2041_06": 1}}
    assert partition_holding(stray) == "room_messages_2041_06"


@pytest.fixture
def nearly_over() -> Iterator[None]:
    """One month is left after the present one."""
    last = max(p.month for p in partitions_of(RoomMessage) if p.month)
    with travel(last.plus(-1).start + timedelta(days=3), tick=False):
        yield


def test_it_is_red_below_two_months(nearly_over: None) -> None:
    problems = partition_problems()
    assert len(problems) == 2
    assert all("1 months ahead" in p or "1 month ahead" in p for p in problems)
    assert all("--create" in p for p in problems)
    with pytest.raises(NotWell):
        _partitions()


def test_the_command_lists_creates_and_says_when_it_is_red(nearly_over: None) -> None:
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("partitions", stdout=out)
    assert "RED" in out.getvalue()
    would = run("--create", "--months", "3", "--dry-run")
    assert len(would["created"]) == 4
    assert would["problems"]
    done = run("--create", "--months", "3")
    assert (done["created"], done["problems"]) == (would["created"], [])
    assert {table["table"] for table in done["tables"]} == TABLES
    assert {table["months_ahead"] for table in done["tables"]} == {3}


def test_old_messages_get_the_months_they_need() -> None:
    first = Month(2019, 11)
    made = ensure_months(RoomMessage, first, first.plus(2))
    assert made == [f"room_messages_{m}" for m in ("2019_11", "2019_12", "2020_01")]
    assert ensure_months(RoomMessage, first, first.plus(2)) == []


def test_a_look_up_by_id_reads_one_partition(world: Cast) -> None:
    message = said(room_of(world.mira), world.mira)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN SELECT 1 FROM room_messages WHERE id = %s", [message.id])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("room_messages_2") == plan.count(partition_holding(message.id)) > 0
