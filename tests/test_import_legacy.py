"""Old conversations come along once, in order, into their own months, and nothing is lost unsaid."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError
from django.db import connection

from chatcore.ids import uuid_time
from chatcore.models import User
from chatcore.partitions.months import Month
from chatcore.partitions.tables import default_holds_rows
from dialogues.models import (
    DialogueMessage,
    DialogueSearchMark,
    DialogueSession,
    LegacyImport,
    Task,
)
from dialogues.services.companion import change_companion, companion_of
from dialogues.services.task_list import add_task
from tests.client import ContractClient
from tests.dialogues import asked_and_answered
from tests.legacy import (
    SEED_001,
    SEED_002,
    SEED_004,
    csv_file,
    json_lines,
    node,
    old_system,
    run,
    tree,
    url,
)
from tests.live import ROOT, eventually, own_environment
from tests.world import Cast, cast

ClientOf = Callable[[User], ContractClient]
Json = dict[str, Any]


@pytest.fixture(autouse=True)
def _reports_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"


def messages_seen(client: ContractClient, dialogue: Json) -> list[Json]:
    found: list[Json] = client.get(f"/api/v1/dialogues/{dialogue['id']}/messages/").json()[
        "results"
    ]
    return found


def dialogues_seen(client: ContractClient) -> list[Json]:
    found: list[Json] = client.get("/api/v1/dialogues/").json()["results"]
    return found


def report_of(told: Json) -> list[Json]:
    return [json.loads(line) for line in Path(told["report"]).read_text().splitlines()]


def two_files(folder: Path, owner: str, *contents: str) -> Path:
    """002's form as CSV: one conversation with these messages, a minute apart."""
    csv_file(
        folder / "conversations.csv",
        "id,user_id,title,created_at",
        ["c1", owner, "", "2024-12-28T10:30:00Z"],
    )
    csv_file(
        folder / "messages.csv",
        "id,conversation_id,role,content,created_at",
        *(
            [
                f"m{n}",
                "c1",
                "user" if n % 2 else "assistant",
                content,
                f"2024-12-28T10:{30 + n}:00Z",
            ]
            for n, content in enumerate(contents, 1)
        ),
    )
    return folder


def test_002_from_postgresql(world: Cast, client_of: ClientOf) -> None:
    with old_system(SEED_002) as old:
        old.execute("INSERT INTO users VALUES ('user_abc123', 'mira@example.test', 'Mira')")
        old.execute(
            "INSERT INTO conversations VALUES ('550e8400-e29b-41d4-a716-446655440000', 'user_abc123',"
            " 'Task planning for today', '2024-12-28T10:30:00Z', '2024-12-28T10:35:00Z')"
        )
        old.execute(
            "INSERT INTO messages VALUES ('750e8400-e29b-41d4-a716-446655440002',"
            " '550e8400-e29b-41d4-a716-446655440000', 'assistant',"
            """ '✅ I''ve created a new task: ''Buy groceries'' (Task #15)',
            '{"tools_used": ["add_task"], "processing_time_ms": 1200, "model": "gpt-4"}',"""
            " '2024-12-28T10:30:02Z'), ('650e8400-e29b-41d4-a716-446655440001',"
            " '550e8400-e29b-41d4-a716-446655440000', 'user', 'Add task to buy groceries', '{}',"
            " '2024-12-28T10:30:00Z')"
        )
        told = run(url(), "--schema", "old_system")
        again = run(url(), "--schema", "old_system")
    assert (told["form"], told["dialogues"], told["messages"]) == ("assistant", 1, 2)
    assert (again["dialogues"], again["messages"], again["already"]) == (0, 0, 2)
    client = client_of(world.mira)
    (dialogue,) = dialogues_seen(client)
    assert (dialogue["type"], dialogue["title"]) == ("assistant", "Task planning for today")
    assert (dialogue["message_count"], dialogue["last_seq"]) == (2, 2)
    assert dialogue["created_at"] == "2024-12-28T10:30:00Z"
    assert dialogue["last_message_at"] == dialogue["updated_at"] == "2024-12-28T10:30:02Z"
    asked, answered = messages_seen(client, dialogue)
    assert (asked["seq"], asked["role"], asked["content"]) == (
        1,
        "user",
        "Add task to buy groceries",
    )
    assert answered["content"].endswith("(Task #15)")
    assert (answered["response_time_ms"], answered["model_used"]) == (1200, "gpt-4")
    assert answered["metadata"]["tools_used"] == ["add_task"]
    assert answered["metadata"]["imported"]["key"] == "750e8400-e29b-41d4-a716-446655440002"


def test_004_from_postgresql_with_tasks(world: Cast, client_of: ClientOf) -> None:
    for title in ("One", "Two"):
        add_task(world.mira, title=title)
    with old_system(SEED_004) as old:
        old.execute(
            "INSERT INTO conversations (user_id, created_at) VALUES ('mira@example.test', '2025-01-17')"
        )
        old.execute(
            "INSERT INTO messages (conversation_id, user_id, role, content, tool_calls, created_at) VALUES"
            " (1, 'mira@example.test', 'user', 'Add buy groceries to my list', NULL, '2025-01-17 09:00'),"
            " (1, 'mira@example.test', 'assistant', '✅ Task added successfully! [1] ⬜ Buy groceries',"
            """ '{"function": "add_task", "arguments": {"title": "Buy groceries"}}', NULL)"""
        )
        old.execute(
            "INSERT INTO tasks VALUES (2, 'mira@example.test', 'Buy groceries', '', true, '2025-01-17'),"
            " (15, 'mira@example.test', 'Call Ines', 'about the letters', false, '2025-01-18')"
        )
        told = run(url(), "--schema", "old_system")
        again = run(url(), "--schema", "old_system")
    assert (told["tasks"], again["tasks"], again["messages"]) == (2, 0, 0)
    client = client_of(world.mira)
    (dialogue,) = dialogues_seen(client)
    assert dialogue["title"] == "Add buy groceries to my list"
    _, answered = messages_seen(client, dialogue)
    assert answered["created_at"] == "2025-01-17T09:00:00Z", "its neighbour's, as UTC"
    assert answered["tool_calls"] == [
        {"id": "call_1", "function": "add_task", "arguments": {"title": "Buy groceries"}}
    ]
    tasks = {task.number: task for task in Task.objects.filter(user=world.mira)}
    assert sorted(tasks) == [1, 2, 15, 16], "2 was given here before, so the old one has the next"
    assert (tasks[15].title, tasks[15].description) == ("Call Ines", "about the letters")
    assert (tasks[16].title, tasks[16].completed) == ("Buy groceries", True)
    assert tasks[15].created_at == datetime(2025, 1, 18, tzinfo=UTC)
    assert add_task(world.mira, title="Next").number == 17
    told_of = {line["reason"]: line for line in report_of(told)}
    assert told_of["number"]["place"] == "tasks id=2"
    assert told_of["time_of_neighbour"]["place"] == "messages id=2"


def test_001_from_postgresql(world: Cast) -> None:
    mira = world.mira.pk
    snapshot = {"username": "mira", "current_energy": 40}
    with old_system(SEED_001) as old:
        old.execute(
            "INSERT INTO user_conversations (user_id, title, personality_settings) VALUES"
            """ (%s, 'With Nirva', '{"tone": "warm"}')""",
            [mira],
        )
        old.execute(
            "INSERT INTO conversation_context (user_id, facts, mental_state_summary) VALUES"
            """ (%s, '{"preferences": {"communication_style": "direct"}}', 'tired')""",
            [mira],
        )
        old.execute(
            "INSERT INTO conversation_messages (user_id, role, content, context_snapshot, timestamp,"
            " response_time_ms) VALUES (%s, 1, 'I slept badly.', %s, '2025-09-12T05:06:12.627973Z', NULL),"
            " (%s, 2, 'Then go slowly.', NULL, '2025-09-12T05:06:15Z', 900)",
            [mira, json.dumps(snapshot), mira],
        )
        old.execute(
            "INSERT INTO chat_messages (user_id, role, content, attachments, timestamp) VALUES"
            " (%(u)s, 'system', 'You are Nirva.', '[]', '2025-08-01T00:00:00Z'),"
            " (%(u)s, 'human', 'Hello', '[{\"name\": \"a.png\"}]', '2025-08-01T00:00:01Z'),"
            " (%(u)s, 'ai', 'Hello Mira', '[]', '2025-08-01T00:00:02Z'),"
            " (%(u)s, 'narrator', 'Night falls.', '[]', '2025-08-01T00:00:03Z'),"
            " (%(u)s, 'human', 'I slept badly.', '[]', '2025-09-12T05:06:12.627973Z')",
            {"u": mira},
        )
        told = run(url(), "--schema", "old_system")
    assert (told["form"], told["messages"], told["memories"]) == ("companion", 6, 1)
    assert told["skipped"] == {"twice": 1}
    assert told["changed"] == {"role": 1}
    companion = DialogueSession.objects.get(user=world.mira, type="companion")
    assert (companion.title, companion.personality_settings) == ("With Nirva", {"tone": "warm"})
    rows = list(DialogueMessage.objects.filter(session=companion).order_by("seq"))
    assert [row.role for row in rows] == [
        "system",
        "user",
        "assistant",
        "user",
        "user",
        "assistant",
    ]
    assert [row.pk for row in rows] == sorted(row.pk for row in rows)
    assert rows[4].context_snapshot == snapshot
    assert rows[5].response_time_ms == 900
    assert rows[1].metadata["imported"]["attachments"] == [{"name": "a.png"}]
    assert rows[3].metadata["imported"]["role"] == "narrator"
    assert companion.context.mental_state_summary == "tired"


def test_an_empty_companion_takes_the_old_words_and_a_used_one_keeps_its_own(
    world: Cast, client_of: ClientOf, tmp_path: Path
) -> None:
    empty = companion_of(world.mira)
    change_companion(empty, title="Mine")
    DialogueSearchMark.objects.create(conversation=empty, version=1, configs=[])
    used = DialogueSession.objects.create(user=world.otto, type="companion")
    asked_and_answered(used, "I am here already")
    header = "id,user_id,role,content,timestamp"
    said = [
        [uuid4(), name, role, f"{role} of {name}", f"2024-03-0{day}T00:00:00Z"]
        for name in ("mira", "otto")
        for day, role in enumerate(("human", "ai"), 1)
    ]
    source = csv_file(tmp_path / "chat_messages.csv", header, *said)
    told = run(source)
    companion = DialogueSession.objects.get(user=world.mira, type="companion")
    assert companion.title == "Mine"
    assert companion.created_at == datetime(2024, 3, 1, tzinfo=UTC)
    assert DialogueSearchMark.objects.get().conversation_id == companion.context.pk == companion.pk
    assert not DialogueSession.objects.filter(pk=empty.pk).exists(), "it is as old as its messages"
    seen = messages_seen(client_of(world.mira), {"id": companion.pk})
    assert [one["content"] for one in seen] == ["human of mira", "ai of mira"]
    assert told["changed"] == {"other_dialogue": 1}
    used.refresh_from_db()
    assert used.message_count == 2
    (beside,) = DialogueSession.objects.filter(user=world.otto).exclude(pk=used.pk)
    assert (beside.status, beside.type, beside.message_count) == ("archived", "assistant", 2)
    assert run(source)["messages"] == 0


def test_json_lines_and_an_array_say_the_same(world: Cast, tmp_path: Path) -> None:
    rows: list[Json] = [
        {"id": 1, "conversation_id": 7, "user_id": "mira", "role": "user", "content": "Hi",
         "created_at": 1_735_381_800},
        {"id": 2, "conversation_id": 7, "user_id": "mira", "role": "assistant", "content": "Hello",
         "created_at": "2024-12-28T10:30:01+00:00", "tool_calls": [
             {"id": "a", "type": "function",
              "function": {"name": "list_tasks", "arguments": "{\"completed\": false}"}}]},
    ]  # fmt: skip
    told = run(json_lines(tmp_path / "messages.jsonl", *rows))
    assert (told["messages"], told["changed"]) == (2, {"no_conversation": 1})
    (tmp_path / "messages.jsonl").unlink()
    (tmp_path / "messages.json").write_text(json.dumps(rows))
    assert run(tmp_path / "messages.json")["already"] == 2
    answered = DialogueMessage.objects.get(role="assistant")
    assert answered.tool_calls == [
        {"id": "a", "function": "list_tasks", "arguments": {"completed": False}}
    ]


def test_old_words_lie_in_their_own_months(world: Cast, tmp_path: Path) -> None:
    header = "id,conversation_id,user_id,role,content,created_at"
    edges = ["2021-01-31 23:59:59.999", "2021-02-01 00:00:00", "2021-02-01 00:30:00+02"]
    rows = [[n, n, "mira", "user", f"at {edge}", edge] for n, edge in enumerate(edges, 1)]
    told = run(csv_file(tmp_path / "messages.csv", header, *rows))
    assert told["months"] == ["2021_01", "2021_02"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT content, tableoid::regclass::text FROM dialogue_messages")
        where = {content.removeprefix("at "): table for content, table in cursor.fetchall()}
    months = ["2021_01", "2021_02", "2021_01"]
    assert where == {e: f"dialogue_messages_{m}" for e, m in zip(edges, months, strict=True)}
    assert not default_holds_rows(DialogueMessage)
    for message in DialogueMessage.objects.all():
        assert Month.of(uuid_time(message.pk)) == Month.of(message.created_at)


def test_a_dry_run_tells_the_same_and_writes_nothing(world: Cast, tmp_path: Path) -> None:
    source = two_files(tmp_path, "mira", "One", "x" * 25_000, "\x00")
    (tmp_path / "tasks.csv").write_text(
        "id,user_id,title\n4,mira,Water the plants\n5,nobody,Sing\n"
    )
    would = run(source, "--dry-run")
    assert (LegacyImport.objects.count(), DialogueSession.objects.count()) == (0, 0)
    assert not Task.objects.exists()
    assert would["report"] is None
    assert not (tmp_path / "data").exists()
    did = run(source)
    for name in (
        "dialogues",
        "messages",
        "stored",
        "tasks",
        "months",
        "skipped",
        "changed",
        "first",
    ):
        assert would[name] == did[name], name
    assert did["skipped"] == {"empty": 1, "unknown_person": 1}
    assert run(source, "--dry-run")["already"] == 3


def test_what_is_too_long_or_broken_is_mended_and_said(
    world: Cast, client_of: ClientOf, tmp_path: Path
) -> None:
    long = " ".join(f"word{n}" for n in range(4_000))
    source = two_files(tmp_path, "mira", long, "a\x00b")
    with (source / "messages.csv").open("ab") as file:
        file.write(b"m3,c1,user,caf\xe9,2024-12-28T10:40:00Z\r\nm4,c1,user\r\n")
    told = run(source)
    client = client_of(world.mira)
    seen = messages_seen(client, dialogues_seen(client)[0])
    parts = [one for one in seen if "parts" in one["metadata"]["imported"]]
    assert "".join(one["content"] for one in parts) == long
    assert [one["metadata"]["imported"]["part"] for one in parts] == list(range(1, len(parts) + 1))
    assert [one["content"] for one in seen[-2:]] == ["ab", "caf\ufffd"]
    assert told["skipped"] == {"unreadable": 1}
    assert told["changed"] == {"parts": 1, "mended_text": 2}
    places = {(line["reason"], line["place"]) for line in report_of(told)}
    assert ("unreadable", "messages.csv:5") in places
    assert ("mended_text", "messages.csv:4") in places
    assert run(source, "--encoding", "cp1252", "--name", "again")["messages"] == 3
    assert DialogueMessage.objects.filter(content="café").exists()


def test_times_that_cannot_be_are_refused_or_lent(world: Cast, tmp_path: Path) -> None:
    header = "id,conversation_id,user_id,role,content,created_at"
    soon = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    rows = [
        [1, 1, "mira", "user", "first", ""],
        [2, 1, "mira", "user", "second", "2023-05-05T12:00:00"],
        [3, 1, "mira", "user", "third", "1970-01-01"],
        [4, 1, "mira", "user", "fourth", "yesterday"],
        [5, 1, "mira", "user", "fifth", soon],
    ]
    told = run(csv_file(tmp_path / "messages.csv", header, *rows))
    found = DialogueMessage.objects.order_by("seq")
    assert [message.content for message in found] == ["first", "second", "third", "fourth"]
    assert {message.created_at for message in found} == {datetime(2023, 5, 5, 12, tzinfo=UTC)}
    assert told["changed"]["time_of_neighbour"] == 3
    assert told["skipped"] == {"in_the_future": 1}


def test_people_are_found_mapped_or_made(world: Cast, tmp_path: Path) -> None:
    header = "id,conversation_id,user_id,role,content,created_at"
    owners = [
        str(world.mira.pk),
        "OTTO",
        "ana@example.test",
        "legacy-7",
        "new@example.test",
        "user_x",
    ]
    rows = [[n, n, o, "user", "Hello", "2024-01-01"] for n, o in enumerate(owners)]
    source = csv_file(tmp_path / "messages.csv", header, *rows)
    (tmp_path / "map.csv").write_text("theirs,account\nlegacy-7,bela\n")
    told = run(source, "--users", str(tmp_path / "map.csv"))
    names = DialogueSession.objects.values_list("user__username", flat=True)
    assert sorted(names) == ["ana", "bela", "mira", "otto"]
    assert told["skipped"] == {"unknown_person": 2}
    told = run(source, "--users", str(tmp_path / "map.csv"), "--create-users")
    assert (told["accounts"], told["messages"]) == (["new@example.test", "user_x"], 2)
    made = User.objects.get(username="new")
    assert (made.email, made.account_type) == ("new@example.test", "member")
    assert not made.has_usable_password()
    assert run(source, "--create-users")["accounts"] == []


def test_a_chatgpt_export_follows_the_branch_last_read(
    world: Cast, client_of: ClientOf, tmp_path: Path
) -> None:
    picture = {
        "content_type": "image_asset_pointer",
        "asset_pointer": "file-service://file-abc",
        "width": 640,
        "height": 480,
    }
    hidden: Json = {"metadata": {"is_visually_hidden_from_conversation": True}}
    export = [
        tree(
            "11111111-1111-4111-8111-111111111111",
            "a2",
            node("root", None),
            node("s", "root", "system", ""),
            node("h", "s", "user", "Be brief.", **hidden),
            node("u1", "h", "user", picture, "Where is this?", at=1_700_000_000.25),
            node("a1", "u1", "assistant", "In Porto.", at=1_700_000_001.0),
            node("t", "u1", "tool", "Lisbon, 38.7 N", at=1_700_000_001.5),
            node("a2", "t", "assistant", "In Lisbon.", metadata={"model_slug": "gpt-4o"}),
        ),
        {"title": "no tree"},
        tree(
            "22222222-2222-4222-8222-222222222222",
            None,
            node("only", None, "user", "Alone", at=1.7e9),
        ),
    ]
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("conversations.json", json.dumps(export))
        archive.writestr("user.json", "{}")
    with pytest.raises(CommandError, match="--user USERNAME"):
        run(tmp_path / "export.zip")
    told = run(tmp_path / "export.zip", "--user", "mira")
    assert (told["form"], told["dialogues"], told["messages"]) == ("chatgpt", 2, 4)
    assert told["skipped"] == {"hidden": 2, "other_branch": 1, "unreadable": 1}
    assert told["changed"] == {"not_text": 1, "time_of_neighbour": 1, "branch": 1}
    client = client_of(world.mira)
    dialogue = next(d for d in dialogues_seen(client) if d["message_count"] == 3)
    assert dialogue["title"] == "A plan for Lisbon"
    seen = messages_seen(client, dialogue)
    assert [(one["role"], one["content"]) for one in seen] == [
        ("user", "[image: file-abc, 640×480]\n\nWhere is this?"),
        ("tool", "Lisbon, 38.7 N"),
        ("assistant", "In Lisbon."),
    ]
    assert seen[0]["created_at"] == "2023-11-14T22:13:20.250000Z"
    assert seen[0]["metadata"]["imported"]["parts"] == [picture]
    assert seen[2]["model_used"] == "gpt-4o"
    assert run(tmp_path / "export.zip", "--user", "mira")["messages"] == 0


@pytest.mark.parametrize(
    ("files", "options", "says"),
    [
        ({}, [], "None of the tables that are known is there"),
        ({"messages.csv": "1,2,user,Hello\n"}, [], "does not begin with the names of its columns"),
        ({"messages.csv": "id,role,content\n1,user,Hi\n"}, [], "no column conversation_id"),
        ({"messages.jsonl": "Hello\nWorld\n"}, [], "None of the 2 rows of messages could be read"),
        ({"messages.json": '[{"id": 1},'}, [], "is no JSON array"),
        ({"chat_messages.csv": "x", "tasks.csv": "y"}, [], "--from companion or --from assistant"),
        ({"tasks.csv": "id,user_id,title\n1,mira,x\n", "map.csv": "a,nobody"}, ["--users", "map.csv"],
         "no account here has this id"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_at_all_says_why_and_stores_nothing(
    world: Cast, tmp_path: Path, files: dict[str, str], options: list[str], says: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    options = [str(tmp_path / one) if one.endswith(".csv") else one for one in options]
    with pytest.raises(CommandError, match=says):
        run(tmp_path, *options)
    assert not LegacyImport.objects.exists()


def test_a_wrong_database_says_why(world: Cast) -> None:
    with pytest.raises(CommandError, match="no way to the database"):
        run("postgres://nobody:wrong@127.0.0.1:1/none")
    with pytest.raises(CommandError, match="Name another one with --schema"):
        run(url(), "--schema", "not_there")
    with (
        old_system("CREATE TABLE messages (id int, conversation_id int, text text);"),
        pytest.raises(CommandError, match="messages has no column role and no column content"),
    ):
        run(url(), "--schema", "old_system")


def test_the_same_number_of_another_system_is_not_taken_for_known(
    world: Cast, tmp_path: Path
) -> None:
    run(two_files(tmp_path, "mira", "The first system"))
    other = two_files(tmp_path, "mira", "The second system")
    assert run(other)["skipped"] == {"other_record": 1}
    assert run(other, "--name", "second")["messages"] == 1


def test_what_was_deleted_here_does_not_come_back(world: Cast, tmp_path: Path) -> None:
    run(two_files(tmp_path, "mira", "One"))
    DialogueSession.objects.all().delete()
    told = run(two_files(tmp_path, "mira", "One", "Two"))
    assert (told["messages"], told["already"], told["skipped"]) == (0, 1, {"deleted_here": 1})
    world.mira.delete()
    assert not LegacyImport.objects.exists(), "what is known of a person's import goes with them"


def test_an_import_is_no_persons_change(world: Cast, tmp_path: Path) -> None:
    run(two_files(tmp_path, "mira", "One"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM dialogue_sessions_history")
        assert cursor.fetchone() == (0,)


@pytest.fixture
def months_go_again(committed: None) -> Iterator[None]:
    """Takes away the months that a committed import made."""
    listed = (
        "SELECT relname FROM pg_class WHERE relispartition"
        " AND relname ~ '^dialogue_messages_[0-9]{4}_[0-9]{2}$' "
    )
    with connection.cursor() as cursor:
        cursor.execute(listed)
        before = {name for (name,) in cursor.fetchall()}
    yield
    with connection.cursor() as cursor:
        cursor.execute(listed)
        for name in {name for (name,) in cursor.fetchall()} - before:
            cursor.execute(f"ALTER TABLE dialogue_messages DETACH PARTITION {name}")
            cursor.execute(f"DROP TABLE {name}")


def test_a_run_that_is_killed_goes_on_where_it_was(months_go_again: None, tmp_path: Path) -> None:
    cast()
    count, each = 12_000, 400
    begin = datetime(2023, 1, 1, tzinfo=UTC)
    csv_file(
        tmp_path / "messages.csv",
        "id,conversation_id,user_id,role,content,created_at",
        *(
            [n, n // each, "mira", "user", f"word {n}", begin + timedelta(hours=n)]
            for n in range(count)
        ),
    )
    command = [sys.executable, "manage.py", "import_legacy", str(tmp_path), "--json"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **own_environment()})
    eventually(lambda: DialogueMessage.objects.count() > 0, 60)
    process.kill()
    process.wait()
    kept = DialogueMessage.objects.count()
    assert 0 < kept < count
    told = run(tmp_path)
    assert (told["already"], told["messages"]) == (kept, count - kept)
    assert DialogueMessage.objects.count() == count
    sessions = DialogueSession.objects.order_by("created_at")
    assert [session.message_count for session in sessions] == [each] * (count // each)
    for session in sessions:
        rows = DialogueMessage.objects.filter(session=session).order_by("seq")
        listed: list[tuple[int, UUID, datetime]] = list(rows.values_list("seq", "id", "created_at"))
        assert [seq for seq, _, _ in listed] == list(range(1, each + 1))
        assert [key for _, key, _ in listed] == sorted(key for _, key, _ in listed)
        assert session.last_message_at == listed[-1][2]
    assert run(tmp_path)["messages"] == 0
