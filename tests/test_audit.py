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
# What has no history, and why.
LOG = "is itself a log that is only added to"
DERIVED = "can be made again from what is tracked"
PASSING = "is how far a piece of work has got"
SECRET = "is short-lived and about one sign-in"
LIBRARY = "is imported whole and not changed"
GIVEN = "names who gave it and when; taking it away is in the log of the admin"
TOOL = "is wording or a rule of staff, with its own author and time"
WITHOUT_HISTORY = {
    "chatcore.DemoObject": DERIVED,
    "chatcore.Job": PASSING,
    "chatcore.Login": SECRET,
    "chatcore.RefreshToken": SECRET,
    "chatcore.PermissionDomain": LIBRARY,
    "chatcore.PermissionGrant": GIVEN,
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
    "rooms.BusinessCalendar": TOOL,
    "rooms.CalendarHoliday": TOOL,
    "rooms.SlaPolicy": "has its content in its versions, which are tracked",
    "rooms.SlaClock": DERIVED,
    "rooms.EscalationEvent": LOG,
    "rooms.EscalationWatcher": "is who wants to hear of it",
    "rooms.RoomMessageRef": LOG,
    "rooms.RoomMention": DERIVED,
    "rooms.StoredFile": "has its bytes elsewhere; the attachment is tracked",
    "rooms.CannedResponse": TOOL,
    "rooms.Macro": TOOL,
    "rooms.RoomMessageWords": DERIVED,
    "rooms.RoomSearchMark": PASSING,
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
        assert "DELETE" in operations(model) or model._meta.label == "rooms.SupportProfile", model


def test_every_change_by_whatever_hand_is_in_the_history(full: Cast) -> None:  # noqa: F811
    _robots_and_webhooks(full)
    seen = []
    for model in TRACKED:
        row = model._default_manager.order_by("pk").first()
        if row is None:
            continue
        seen.append(model._meta.label)
        _expect_updates(model, row.pk)
        _expect_deletion(model, row.pk)
    assert {model._meta.label for model in TRACKED} - set(seen) == set(), "no row to try it on"


def _robots_and_webhooks(world: Cast) -> None:
    """What the admin's tests may do without."""
    room = room_of(world.mira, name="Robots")
    if not RobotInteraction.objects.exists():
        turn_of(room_with(robot_of(), room), world.mira, "@robo who are you?")
    if not WebhookEndpoint.objects.exists():
        where = "https://hooks.test/"
        create_webhook(by=world.ada, name="Ours", url=where, event_types=["message.created"])


def _expect_updates(model: type[models.Model], key: Any) -> None:
    """At least one column, changed by raw SQL, makes one row of history; a change of nothing none."""
    if "UPDATE" not in operations(model):
        return
    table, own, kept = model._meta.db_table, model._meta.pk.column, 0
    nothing = f'UPDATE "{table}" SET "{own}" = "{own}" WHERE "{own}" = %s'  # noqa: S608
    assert _rows_after(model, key, nothing) == 0
    for field in model._meta.concrete_fields:
        value = _other(field)
        if value is None or field.primary_key:
            continue
        sql = f'UPDATE "{table}" SET "{field.column}" = {value} WHERE "{own}" = %s'  # noqa: S608
        made = _rows_after(model, key, sql)
        assert made in {None, 0, 1}, field
        kept += made or 0
    assert kept, f"{model._meta.label}: no change is in its history"


def _expect_deletion(model: type[models.Model], key: Any) -> None:
    """Raw deletion is one row more; raw insertion, where it is tracked, another."""
    if "DELETE" not in operations(model):
        return
    table = model._meta.db_table
    assert _rows_after(model, key, f'DELETE FROM "{table}" WHERE id = %s') == 1, model  # noqa: S608
    if "INSERT" not in operations(model):
        return
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    again = f'CREATE TEMP TABLE again AS SELECT {columns} FROM "{table}" WHERE id = %s'  # noqa: S608
    away = f'DELETE FROM "{table}" WHERE id IN (SELECT id FROM again)'  # noqa: S608
    put = f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM again'  # noqa: S608
    assert _rows_after(model, key, again, away, put) == 2, model


def _rows_after(model: type[models.Model], key: Any, first: str, *more: str) -> int | None:
    """How many rows of history the statements add, undone again; None where the table refuses them."""
    history = events_of(model)
    assert history is not None
    rows = history._default_manager.filter(pgh_obj_id=key)
    before = rows.count()
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(first, [key])
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


def _other(field: models.Field[Any, Any]) -> str | None:
    """SQL for another value of a column, where its type has an obvious one."""
    column = f'"{field.column}"'
    if field.choices:
        values = [value for value, _ in field.flatchoices]
        if isinstance(values[0], str) and len(values) > 1:
            return f"CASE {column} WHEN '{values[0]}' THEN '{values[1]}' ELSE '{values[0]}' END"
    if isinstance(field, models.BooleanField):
        return f"NOT coalesce({column}, false)"
    if isinstance(field, models.CharField | models.TextField):
        return f"left(coalesce({column}, '') || 'x', {field.max_length or 100})"
    if isinstance(field, models.IntegerField | models.DecimalField) and not field.is_relation:
        return f"coalesce({column}, 0) + 1"
    return None


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
