"""The examples and test cases of seeds 002 and 004, one by one, through the public doors.

`docs/seeds.md` names, for every line of the seeds, where it lives and which test shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.ids import uuid7
from chatcore.models import User
from dialogues.models import DialogueMessage, DialogueSession
from dialogues.selectors.access import dialogue_for
from dialogues.selectors.openai_form import openai_history
from dialogues.services.answering import answer_next
from dialogues.services.retention import delete_old_dialogues
from dialogues.services.task_list import add_task
from dialogues.services.turns import ask
from tests.client import ContractClient
from tests.dialogues import Json
from tests.test_web_pages import browser_of
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
URL = "/api/v1/dialogues/"


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


def conversation(client: ContractClient, **more: object) -> Json:
    response = client.post(URL, {"type": "assistant", **more})
    assert response.status_code == 201, response.content
    found: Json = response.json()
    return found


def history(client: ContractClient, begun: Json, query: str = "") -> list[Json]:
    found: list[Json] = client.get(f"{URL}{begun['id']}/messages/{query}").json()["results"]
    return found


def told(client: ContractClient, first: str, *more: str) -> Json:
    """A conversation in which this was said, and answered."""
    begun = conversation(client, initial_question=first)
    answer_next(UUID(begun["id"]))
    for content in more:
        session = DialogueSession.objects.get(pk=begun["id"])
        ask(session.user, session.pk, content)
        answer_next(session.pk)
    return begun


# -- seed 002 --


def test_002_conversation_creation(mira: ContractClient) -> None:
    """`test_conversation_creation`: it has an id, its owner, an optional title and both times."""
    begun = conversation(mira)
    assert UUID(begun["id"]).version == 7
    assert begun["title"] == ""
    assert begun["created_at"]
    assert begun["updated_at"]
    assert conversation(mira, title="Task planning for today")["title"] == "Task planning for today"


def test_002_message_cascade_delete(mira: ContractClient, settings: Settings) -> None:
    """`test_message_cascade_delete`: gone for its reader at once, gone from the tables by the clean-up."""
    begun = told(mira, "Add task to buy milk")
    assert len(history(mira, begun)) == 3
    assert mira.delete(f"{URL}{begun['id']}/").status_code == 204
    assert mira.get(f"{URL}{begun['id']}/messages/").status_code == 404
    then = timezone.now() - timedelta(days=31)
    DialogueSession.objects.filter(pk=begun["id"]).update(deleted_at=then)
    delete_old_dialogues()
    assert DialogueMessage.objects.filter(session_id=begun["id"]).count() == 0


def test_002_example_records(world: Cast, mira: ContractClient) -> None:
    """The user's and the assistant's example messages, word for word: the fifteenth task."""
    for n in range(14):
        add_task(world.mira, title=f"Task {n}")
    asked, _, reply = history(mira, told(mira, "Add task to buy groceries"))
    assert (asked["role"], asked["content"]) == ("user", "Add task to buy groceries")
    assert asked["metadata"] == {}
    assert reply["role"] == "assistant"
    assert reply["content"] == "✅ I've created a new task: 'Buy groceries' (Task #15)"
    assert reply["metadata"]["tools_used"] == ["add_task"]
    assert reply["metadata"]["processing_time_ms"] >= 0
    assert reply["metadata"]["model"] == "commands"
    assert reply["created_at"] > asked["created_at"]


def test_002_seed_data_for_testing(mira: ContractClient) -> None:
    """ "Add task to buy milk" and an answer that names the task."""
    *_, reply = history(mira, told(mira, "Add task to buy milk"))
    assert "task: 'Buy milk'" in reply["content"]


def test_002_the_title_comes_from_the_first_message(mira: ContractClient) -> None:
    begun = told(mira, "Shopping list planning")
    assert mira.get(f"{URL}{begun['id']}/").json()["title"] == "Shopping list planning"


def test_002_updated_at_moves_with_every_message(mira: ContractClient) -> None:
    begun = conversation(mira)
    before = mira.get(f"{URL}{begun['id']}/").json()["updated_at"]
    session = DialogueSession.objects.get(pk=begun["id"])
    ask(session.user, session.pk, "Add task to buy groceries")
    after = mira.get(f"{URL}{begun['id']}/").json()
    assert after["updated_at"] > before
    assert after["last_message_at"] == history(mira, begun)[-1]["created_at"]


def test_002_the_list_of_conversations_is_by_last_activity(
    world: Cast, mira: ContractClient
) -> None:
    """Seed 002: `ORDER BY updated_at DESC LIMIT 20`: the shelf beside every page."""
    first = told(mira, "The first")
    told(mira, "The second")
    page = browser_of(world.mira).get("/").content.decode()
    assert page.index("The second") < page.index("The first")
    session = DialogueSession.objects.get(pk=first["id"])
    ask(session.user, session.pk, "Again")
    page = browser_of(world.mira).get("/").content.decode()
    assert page.index("The first") < page.index("The second")


def test_002_user_isolation(world: Cast, mira: ContractClient, client_of: ClientOf) -> None:
    """ "CRITICAL: always filter by user_id"."""
    begun = told(mira, "Add task to buy milk")
    assert mira.get(f"{URL}{begun['id']}/").status_code == 200
    otto = client_of(world.otto)
    for path in ("", "messages/", "export/?format=openai", "context/"):
        assert otto.get(f"{URL}{begun['id']}/{path}").status_code == 404
    assert otto.post(f"{URL}{begun['id']}/messages/", {"content": "hi"}).status_code == 404
    assert otto.get(URL).json()["results"] == []


def test_002_check_role(world: Cast) -> None:
    """`check_role`, with the two roles more that system prompts and tools need."""
    session = DialogueSession.objects.create(user=world.mira, type="assistant")
    now = timezone.now()
    row = {"session": session, "content": "x", "version": 1, "created_version": 1,
           "created_at": now, "updated_at": now}  # fmt: skip
    for seq, role in enumerate(("user", "assistant", "system", "tool"), start=1):
        DialogueMessage.objects.create(id=uuid7(), seq=seq, role=role, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        DialogueMessage.objects.create(id=uuid7(), seq=9, role="robot", **row)


def test_002_deleting_the_user_deletes_all(world: Cast, mira: ContractClient) -> None:
    """`fk_conversations_user ON DELETE CASCADE`."""
    begun = told(mira, "Add task to buy milk")
    User.all_objects.filter(pk=world.mira.pk).delete()
    assert not DialogueSession.objects.filter(pk=begun["id"]).exists()
    assert not DialogueMessage.objects.filter(session_id=begun["id"]).exists()


def test_002_cleanup_after_90_days(mira: ContractClient, settings: Settings) -> None:
    begun = told(mira, "Add task to buy milk")
    settings.ASSISTANT_KEPT_DAYS = 90
    assert delete_old_dialogues() == (0, 0)
    then = timezone.now() - timedelta(days=91)
    DialogueSession.objects.filter(pk=begun["id"]).update(updated_at=then)
    assert delete_old_dialogues() == (1, 0)
    assert mira.get(f"{URL}{begun['id']}/").status_code == 404


def test_002_no_uuid_is_no_query(mira: ContractClient) -> None:
    """ "Validate UUIDs before queries"."""
    for key in ("1 OR 1=1", "';--", "dlg_x"):
        assert mira.get(f"{URL}{key}/").status_code == 404


# -- seed 004 --


def test_004_test_1_create_and_query(mira: ContractClient) -> None:
    """Test 1: one message, "Hello"."""
    begun = conversation(mira, initial_question="Hello")
    messages = history(mira, begun)
    assert len(messages) == 1
    assert messages[0]["content"] == "Hello"


def test_004_test_2_cascade_delete(mira: ContractClient) -> None:
    """Test 2: by the database's own rows, not only for the reader."""
    begun = told(mira, "Hello")
    assert len(history(mira, begun)) == 2
    DialogueSession.objects.filter(pk=begun["id"]).delete()
    assert not DialogueMessage.objects.filter(session_id=begun["id"]).exists()


def test_004_the_example_data_flow(mira: ContractClient) -> None:
    """ "User opens chat for first time": the question, the call, the answer that holds it."""
    begun = conversation(mira)
    session = DialogueSession.objects.get(pk=begun["id"])
    ask(session.user, session.pk, "Add buy groceries to my list")
    answer_next(session.pk)
    *_, reply = history(mira, begun)
    (call,) = reply["tool_calls"]
    assert call["function"] == "add_task"
    assert call["arguments"] == {"title": "Buy groceries"}
    task = mira.get("/api/v1/tasks/").json()["results"][0]
    assert (task["number"], task["title"], task["completed"]) == (1, "Buy groceries", False)
    assert "[1] ⬜ Buy groceries" in history(mira, told(mira, "Show my tasks"))[-1]["content"]


def test_004_fetching_conversation_history(world: Cast, mira: ContractClient) -> None:
    """ "User returns to chat": the last 10 in order, and in OpenAI's form."""
    begun = told(mira, *(f"Sentence {n}" for n in range(8)))
    page = history(mira, begun, "?limit=10")
    assert [message["seq"] for message in page] == list(range(7, 17))
    form = openai_history(dialogue_for(world.mira, begun["id"]))
    assert form == [{"role": m["role"], "content": m["content"]} for m in page]
    door = mira.get(f"{URL}{begun['id']}/export/?format=openai&last=10").json()
    assert door == {"messages": form}


def test_004_get_users_conversations(mira: ContractClient) -> None:
    ids = [conversation(mira)["id"] for _ in range(12)]
    page = mira.get(f"{URL}?type=assistant&limit=10").json()
    assert [found["id"] for found in page["results"]] == ids[::-1][:10]
    assert page["next"]


def test_004_delete_old_conversations_of_30_days(mira: ContractClient, settings: Settings) -> None:
    settings.ASSISTANT_KEPT_DAYS = 30
    begun = [conversation(mira)["id"] for _ in range(2)]
    then = timezone.now() - timedelta(days=31)
    DialogueSession.objects.filter(pk=begun[0]).update(updated_at=then)
    delete_old_dialogues()
    left = mira.get(URL).json()["results"]
    assert [found["id"] for found in left] == begun[1:]


def test_004_content_of_10000_characters(mira: ContractClient) -> None:
    begun = conversation(mira, initial_question="é" * 10_000)
    assert history(mira, begun)[0]["content"] == "é" * 10_000
    too_long = mira.post(f"{URL}{begun['id']}/messages/", {"content": "x" * 10_001})
    assert too_long.status_code == 400


def test_004_conversations_are_unlimited_and_each_has_one_owner(
    world: Cast, mira: ContractClient
) -> None:
    for n in range(5):
        told(mira, f"Sentence {n}")
    owners = DialogueSession.objects.values_list("user", flat=True)
    assert list(owners) == [world.mira.pk] * 5


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("dialogue_sessions", "user_id"),
        ("dialogue_sessions", "created_at"),
        ("dialogue_messages", "session_id"),
        ("tasks", "user_id"),
    ],
)
def test_004_every_index_of_the_seeds_has_its_successor(
    world: Cast, table: str, column: str
) -> None:
    """`idx_user_id`, `idx_created_at`, `idx_conversation_id`: an index that begins with the column.
    Messages by time are read by `(session, seq)`, and the key itself is by time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
            " AND a.attnum = i.indkey[0] WHERE i.indrelid = %s::regclass",
            [table],
        )
        assert column in {name for (name,) in cursor.fetchall()}


def test_004_times_are_with_time_zone(mira: ContractClient) -> None:
    """Seed 004 has TIMESTAMP, seed 002 TIMESTAMP WITH TIME ZONE: the latter."""
    found = datetime.fromisoformat(conversation(mira)["created_at"])
    assert found.tzinfo is not None
    assert abs(found - datetime.now(UTC)) < timedelta(minutes=1)
