"""Probes, figures and the doctor."""

import json
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from chatcore import health
from chatcore.management.examination import examine
from chatcore.services.partitions import create_partitions

PARTS = ["database", "cache", "channel_layer", "worker", "partitions"]


@pytest.fixture(autouse=True)
def fresh_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_last", (float("-inf"), []))
    monkeypatch.setattr(health, "_noted", float("-inf"))
    cache.delete(health.WORKER_KEY)


def readiness() -> tuple[int, dict[str, Any]]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.json()["parts"]


@pytest.mark.usefixtures("committed")
def test_every_part_is_named_and_well() -> None:
    create_partitions()
    health.note_worker_alive()
    status, parts = readiness()
    assert (status, [*parts]) == (200, PARTS)
    assert all(part["ok"] for part in parts.values())


@pytest.mark.usefixtures("committed")
def test_a_silent_worker_is_named_with_its_mend() -> None:
    status, parts = readiness()
    assert status == 503
    assert not parts["worker"]["ok"]
    assert "up --only worker" in parts["worker"]["mend"]


@pytest.mark.usefixtures("committed")
def test_too_few_months_ahead_are_named_with_their_mend(settings: Settings) -> None:
    create_partitions()
    settings.PARTITION_MONTHS_RED = 99
    status, parts = readiness()
    assert status == 503
    assert "room_messages" in parts["partitions"]["state"]
    assert "partitions --create" in parts["partitions"]["mend"]


@pytest.mark.usefixtures("committed")
def test_a_database_out_of_reach_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = psycopg.connect
    monkeypatch.setattr(psycopg, "connect", lambda **_: connect(host="127.0.0.1", port=1))
    status, parts = readiness()
    assert status == 503
    assert parts["database"]["state"] == "unreachable"
    assert parts["partitions"]["state"] == "unknown without the database"


def test_alive_asks_nobody_and_takes_any_host_name() -> None:
    answer = Client().get("/healthz", headers={"host": "10.1.2.3:8000"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.usefixtures("committed")
def test_figures_are_for_this_machine_or_for_the_token(settings: Settings) -> None:
    client = Client()
    assert b"chatcore_ready" in client.get("/metrics").content
    assert client.get("/metrics", headers={"x-forwarded-for": "10.1.2.3"}).status_code == 403
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 403

    settings.METRICS_TOKEN = "figures"
    assert client.get("/metrics").status_code == 403
    told = client.get("/metrics", headers={"authorization": "Bearer figures"})
    assert told.status_code == 200


@pytest.mark.usefixtures("committed")
def test_the_doctor_names_each_problem_with_its_fix() -> None:
    create_partitions()
    told = StringIO()
    with pytest.raises(SystemExit) as left:  # the tests run no worker
        call_command("doctor", json=True, stdout=told)
    assert left.value.code == 1
    report = json.loads(told.getvalue())
    problems = [finding for finding in report["findings"] if not finding["ok"]]
    assert "worker" in [finding["name"] for finding in problems]
    assert all(finding["mend"] for finding in problems)


@pytest.mark.usefixtures("committed")
def test_the_doctor_says_which_migration_is_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'sessions' RETURNING app, name, applied"
        )
        rows = cursor.fetchall()
    try:
        states = {finding.name: finding for finding in examine()}
        assert "sessions.0001_initial" in states["migrations"].state
        assert "prepare" in states["migrations"].mend
    finally:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", rows
            )
