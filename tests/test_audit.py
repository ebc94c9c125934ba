"""The audit trail is complete: whatever writes to a core table, its history table has it.

Each tracked table is written to as its services do and by raw SQL, and its history compared. A model
that is neither tracked nor named below with its reason fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pghistory.models
import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, connection, models, transaction

from chatcore.models import User
from rooms.models import ChatRoom, RobotInteraction, RoomParticipant, WebhookEndpoint
from rooms.services.webhooks import create_webhook
from tests.client import ContractClient
from tests.robots import robot_of, room_with, turn_of
from tests.rooms import room_of
from tests.test_admin import full  # noqa: F401
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
APPS = ("chatcore", "dialogues", "rooms", "analytics")
# Columns that may change without a row of history. Nobody decides these: counters, marks and clocks.
UNNOTICED = {
    "chatcore.ApiKey": "last_used_at",
    "chatcore.User": "last_login current_status last_seen_at",
    "dialogues.DialogueSession": (
        "last_seq version own_version last_message_id last_message_at message_count human_messages"
        " ai_messages total_tokens_used conversation_summary"
    ),
    "dialogues.DialogueTemplate": "usage_count rating rating_sum rating_count",
    "rooms.CannedResponse": "use_count",
    "rooms.ChatRoom": (
        "last_seq version own_version last_message_id last_message_at guest_hidden member_hidden"
    ),
    "rooms.Escalation": "heard_seq source_version target_version",
    "rooms.Macro": "use_count",
    "rooms.RoomMessage": "version created_version client_ref",
    "rooms.RoomParticipant": "last_read_seq read_guest_hidden read_member_hidden last_read_at version",
    "rooms.SupportProfile": "load last_assigned_at",
    "rooms.WebhookEndpoint": "failing_since",
    # What was said is kept; how it was answered is written while the answer is.
    "dialogues.DialogueMessage": (
        "seq version created_version client_ref created_at edited_at session_id role"
        " reply_to_message_id replaced_by_id tokens_used cost model_used response_time_ms"
        " confidence_score error_code error_message retry_count message_type metadata"
        " context_snapshot tool_calls"
    ),
    # Each of its states is kept; the rest is how far the work has got.
    "rooms.RobotInteraction": (
        "message_id room_id robot_id answer_id request_data observation_data response_data"
        " error_message model_used tokens_used cost attempts replays due_at lease_until started_at"
        " completed_at created_at"
    ),
}
# What has no history, and why.
LOG = "is itself a log that is only added to"
DERIVED = "can be made again from what is tracked"
PASSING = "is how far a piece of work has got"
SECRET = "is short-lived and about one sign-in"
LIBRARY = "is imported whole and not changed"
WITHOUT_HISTORY = {
    "chatcore.DemoObject": DERIVED,
    "chatcore.Job": PASSING,
    "chatcore.Login": SECRET,
    "chatcore.RefreshToken": SECRET,
    "chatcore.StaffReading": LOG,
    "dialogues.Book": LIBRARY,
    "dialogues.BookChapter": LIBRARY,
    "dialogues.BookPassage": LIBRARY,
    "dialogues.BookLexeme": DERIVED,
    "dialogues.Character": LIBRARY,
    "dialogues.PassageVector": DERIVED,
    "dialogues.Spending": LOG,
    "dialogues.DialogueContext": DERIVED,
    "dialogues.DialogueMessageRef": LOG,
    "dialogues.MessageReference": LOG,
    "dialogues.RememberedFact": DERIVED,
    "dialogues.KeyDialogue": DERIVED,
    "dialogues.LegacyImport": LOG,
    "dialogues.DialogueMessageWords": DERIVED,
    "dialogues.DialogueSearchMark": PASSING,
    "dialogues.TaskCounter": DERIVED,
    "dialogues.DialogueTurn": PASSING,
    "rooms.SlaClock": DERIVED,
    "rooms.EscalationEvent": LOG,
    "rooms.EscalationWatcher": "is who wants to hear of it",
    "rooms.RoomMessageRef": LOG,
    "rooms.RoomMention": DERIVED,
    "rooms.StoredFile": "has its bytes elsewhere; the attachment is tracked",
    "rooms.RoomMessageWords": DERIVED,
    "rooms.RoomSearchMark": PASSING,
    "rooms.RobotSpending": LOG,
    "rooms.WebhookDelivery": LOG,
    "rooms.WebhookAttempt": LOG,
    "rooms.IncomingMail": LOG,
    "rooms.OutgoingMail": PASSING,
    "analytics.Refresh": LOG,
}


def managed() -> Iterator[type[models.Model]]:
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            if model._meta.managed and not hasattr(model, "pgh_tracked_model"):
                yield model


def events_of(model: type[models.Model]) -> type[models.Model] | None:
    """The history model of a tracked one."""
    for other in apps.get_models():
        if getattr(other, "pgh_tracked_model", None) is model:
            return other
    return None


TRACKED = [model for model in managed() if events_of(model) is not None]


def operations(model: type[models.Model]) -> set[str]:
    return {str(trigger.operation) for trigger in model._meta.triggers}  # type: ignore[attr-defined]


def test_every_core_model_has_a_history_or_a_reason_for_none() -> None:
    untracked = {model._meta.label for model in managed()} - {m._meta.label for m in TRACKED}
    assert untracked == set(WITHOUT_HISTORY), "track it, or say why not"
    for model in TRACKED:
        assert operations(model) & {"UPDATE", "INSERT"}, model
        assert "DELETE" in operations(model), model


def test_every_change_by_whatever_hand_is_in_the_history(full: Cast) -> None:  # noqa: F811
    _robots_and_webhooks(full)
    unnoticed = {}
    for model in TRACKED:
        row = model._default_manager.order_by("pk").first()
        assert row is not None, f"no row of {model._meta.label} to try it on"
        if silent := _silent_columns(model, row.pk):
            unnoticed[model._meta.label] = silent
        _expect_deletion(model, row.pk)
    assert unnoticed == UNNOTICED


def _robots_and_webhooks(world: Cast) -> None:
    """What the admin's tests may do without."""
    room = room_of(world.mira, name="Robots")
    if not RobotInteraction.objects.exists():
        turn_of(room_with(robot_of(), room), world.mira, "@robo who are you?")
    if not WebhookEndpoint.objects.exists():
        where = "https://hooks.test/"
        create_webhook(by=world.ada, name="Ours", url=where, event_types=["message.created"])


def _silent_columns(model: type[models.Model], key: Any) -> str:
    """The columns that can be changed by raw SQL without a row of history; of the others, each change
    makes one, and a change of nothing none. Where a check refuses every value, nothing is said."""
    table, own, silent = model._meta.db_table, model._meta.pk.column, []
    nothing = f'UPDATE "{table}" SET "{own}" = "{own}" WHERE "{own}" = %s'  # noqa: S608
    assert _rows_after(model, key, nothing) == 0
    for field in model._meta.concrete_fields:
        if field.primary_key or field.name == "updated_at":
            continue
        column = f'"{field.column}"'
        for value in (_other(field), "NULL", "1", "'T2'"):
            sql = (
                f'UPDATE "{table}" SET {column} = {value}'  # noqa: S608
                f' WHERE "{own}" = %s AND {column} IS DISTINCT FROM {value}'
            )
            made = _rows_after(model, key, sql)
            assert made in {None, 0, 1}, field
            if made is not None:
                break
        if made == 0:
            silent.append(str(field.column))
    return " ".join(silent)


def _expect_deletion(model: type[models.Model], key: Any) -> None:
    """Raw deletion is one row more; raw insertion, where it is tracked, another."""
    if "DELETE" not in operations(model):
        return
    table, own = model._meta.db_table, model._meta.pk.column
    assert _rows_after(model, key, f'DELETE FROM "{table}" WHERE "{own}" = %s') == 1, model  # noqa: S608
    if "INSERT" not in operations(model):
        return
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    again = f'CREATE TEMP TABLE again AS SELECT {columns} FROM "{table}" WHERE "{own}" = %s'  # noqa: S608
    away = f'DELETE FROM "{table}" WHERE "{own}" IN (SELECT "{own}" FROM again)'  # noqa: S608
    put = f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM again'  # noqa: S608
    assert _rows_after(model, key, again, away, put) == 2, model


def _rows_after(model: type[models.Model], key: Any, first: str, *more: str) -> int | None:
    """How many rows of history the statements add, undone again; None where the table refuses them or
    the first one changes nothing."""
    history = events_of(model)
    assert history is not None
    rows = history._default_manager.filter(**{model._meta.pk.attname: key})
    before = rows.count()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(first, [key])
                if not cursor.rowcount:
                    return None
                for sql in more:
                    cursor.execute(sql)
            _undo(rows.count() - before)
    except _Undone as undone:
        return undone.made
    except DatabaseError:
        return None


def _undo(made: int) -> NoReturn:
    raise _Undone(made)


class _Undone(Exception):
    """Carries the count out of the transaction that is rolled back."""

    def __init__(self, made: int) -> None:
        super().__init__(made)
        self.made = made


def _other(field: models.Field[Any, Any]) -> str:
    """SQL for another value of a column."""
    column = f'"{field.column}"'
    if field.choices:
        values = [value for value, _ in field.flatchoices]
        if isinstance(values[0], str) and len(values) > 1:
            return f"CASE {column} WHEN '{values[0]}' THEN '{values[1]}' ELSE '{values[0]}' END"
    if isinstance(field, models.BooleanField):
        return f"NOT coalesce({column}, false)"
    if isinstance(field, models.CharField | models.TextField):
        return f"left(coalesce({column}, '') || 'x', {field.max_length or 100})"
    if isinstance(field, models.IntegerField | models.DecimalField | models.FloatField):
        return f"coalesce({column}, 0) + 1"
    kind = str(field.db_type(connection))
    if isinstance(field, models.DateField):
        return f"coalesce({column} + interval '1 day', now())::{kind}"
    if isinstance(field, ArrayField):
        return f"array_append({column}, 'x')"
    return _OTHERS[kind.partition("(")[0]]


_OTHERS = {
    "uuid": "gen_random_uuid()",
    "jsonb": "'{\"x\": 1}'",
    "integer": "2147483647",
    "varchar": "'x'",
}


@pytest.mark.parametrize("model", [ChatRoom, RoomParticipant])
def test_history_says_who_from_where_and_in_which_request(
    world: Cast, client_of: ClientOf, model: type[models.Model]
) -> None:
    room = room_of(world.mira, world.otto, name="Tea")
    hers: ContractClient = client_of(world.mira)
    base = f"/api/v1/rooms/{room.pk}/"
    hers.patch(base, {"name": "Coffee"})
    hers.patch(f"{base}participants/{world.otto.pk}/", {"status": "muted"})
    history = events_of(model)
    assert history is not None
    last = history._default_manager.order_by("-pgh_id").first()
    assert last is not None
    told = last.pgh_context.metadata  # type: ignore[attr-defined]
    assert told["user"] == str(world.mira.pk)
    assert told["url"].startswith(base)
    assert told["address"] == "127.0.0.1"
    assert told["request"]


def test_a_context_without_a_request_is_not_made_up(world: Cast) -> None:
    before = pghistory.models.Context.objects.count()
    room_of(world.mira, name="Tea")
    assert pghistory.models.Context.objects.count() == before
