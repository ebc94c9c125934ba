"""Seed 000's own test cases, through the public doors. Its timings are in `benchmarks/`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from chatcore.ids import uuid7_floor
from chatcore.models import User
from chatcore.services.append import Draft, append
from dialogues.models import Book, DialogueMessage, DialogueSession
from dialogues.selectors.messages import BEFORE_SQL, page_parameters
from dialogues.services.answering import answer_next
from dialogues.services.characters import put_character
from dialogues.services.timeline import DIALOGUE_TIMELINE
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import Json, asked_and_answered, dialogue_of, lighthouse
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
DIALOGUES = "/api/v1/dialogues/"


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


@pytest.fixture
def book(world: Cast) -> Book:
    return lighthouse()


def begun(client: ContractClient, **body: Any) -> Json:
    response = client.post(DIALOGUES, body)
    assert response.status_code == 201, response.content
    found: Json = response.json()
    return found


def messages(client: ContractClient, dialogue: Json, query: str = "") -> list[Json]:
    path = f"{DIALOGUES}{dialogue['id']}/messages/{query}"
    found: list[Json] = client.get(path).json()["results"]
    return found


# -- test case 1: session creation --


def test_1_a_session_about_a_book_has_every_default_of_the_seed(
    mira: ContractClient, book: Book
) -> None:
    question = "What is the main theme of this book?"
    found = begun(mira, type="book", book=str(book.pk), initial_question=question)
    assert found["session_id"].startswith("dlg_")
    defaults = {
        "title": question, "initial_question": question, "status": "active",
        "context_window": 4000, "system_prompt": "", "temperature": 0.7, "model_name": "",
        "total_tokens_used": 0, "total_cost": 0.0, "user_rating": None, "ended_at": None,
        "character": None, "book_title": book.title,
    }  # fmt: skip
    assert {name: found[name] for name in defaults} == defaults
    assert (found["message_count"], found["last_message_at"] is not None) == (1, True)
    (asked,) = messages(mira, found)
    assert (asked["role"], asked["content"]) == ("user", question)


def test_1_a_dialogue_with_a_character(world: Cast, mira: ContractClient, book: Book) -> None:
    marten = put_character(book, {"name": "Marten"}, by=world.ada)
    found = begun(mira, type="character", character=str(marten.pk))
    assert (found["type"], found["character_name"]) == ("character", "Marten")
    assert found["book"] == str(book.pk), "the character brings its book along"


def test_1_every_setting_of_a_session_is_its_own(mira: ContractClient, book: Book) -> None:
    own = {"system_prompt": "Be brief.", "temperature": 0.2, "model_name": "m", "title": "Mine"}
    found = begun(mira, type="book", book=str(book.pk), context_window=8_000, **own)
    assert {name: found[name] for name in own} == own
    assert found["context_window"] == 8_000


@pytest.mark.parametrize("rating", [0, 6])
def test_1_the_database_checks_rating_type_and_status(world: Cast, rating: int) -> None:
    session = dialogue_of(world.mira)
    for wrong in ({"user_rating": rating}, {"type": "song"}, {"status": "lost"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            DialogueSession.objects.filter(pk=session.pk).update(**wrong)


def test_1_what_a_session_hangs_on_takes_it_along_or_lets_it_go(world: Cast, book: Book) -> None:
    marten = put_character(book, {"name": "Marten"}, by=world.ada)
    hers = dialogue_of(world.mira, book)
    his = dialogue_of(world.otto, book)
    DialogueSession.objects.filter(pk=his.pk).update(character=marten)
    marten.delete()
    assert DialogueSession.objects.get(pk=his.pk).character is None
    world.mira.delete()
    assert not DialogueSession.objects.filter(pk=hers.pk).exists()
    book.delete()
    assert not DialogueSession.objects.filter(pk=his.pk).exists()


# -- test case 2: message flow --


def test_2_a_question_an_answer_and_its_references(mira: ContractClient, book: Book) -> None:
    found = begun(mira, type="book", book=str(book.pk), initial_question="Who kept the lamp?")
    answer_next(found["id"])
    asked, answer = messages(mira, found)
    assert asked["code"].startswith("msg_")
    assert (answer["role"], answer["reply_to_message"]) == ("assistant", asked["id"])
    assert answer["model_used"] == "librarian"
    assert answer["response_time_ms"] >= 0
    assert 0 <= answer["confidence_score"] <= 1
    assert (answer["error_code"], answer["error_message"], answer["retry_count"]) == ("", "", 0)
    reference = answer["references"][0]
    assert (reference["reference_type"], reference["chapter_number"]) == ("paragraph", 1)
    assert reference["highlighted_text"] in reference["source_text"]


def test_2_counters_tokens_and_cost_are_what_the_messages_add_up_to(
    world: Cast, mira: ContractClient
) -> None:
    session = dialogue_of(world.mira)
    said(session, [("user", 50, None), ("assistant", 150, "0.00012345"), ("assistant", 1, "0.2")])
    found = mira.get(f"{DIALOGUES}{session.pk}/").json()
    assert (found["message_count"], found["total_tokens_used"]) == (3, 201)
    assert found["total_cost"] == 0.2001
    session.refresh_from_db()
    assert session.exact_cost == Decimal("0.20012345")


def said(session: DialogueSession, rows: list[tuple[str, int, str | None]]) -> None:
    drafts = [
        Draft(
            session.pk,
            session.user_id,
            f"{role} {number}",
            columns={"role": role, "tokens_used": tokens, "cost": cost},
            trusted=True,
        )
        for number, (role, tokens, cost) in enumerate(rows)
    ]
    append(DIALOGUE_TIMELINE, drafts)


# -- test case 3: context --


def test_3_a_session_has_its_context_from_the_beginning(mira: ContractClient, book: Book) -> None:
    found = begun(mira, type="book", book=str(book.pk), current_chapter=1)
    path = f"{DIALOGUES}{found['id']}/context/"
    assert mira.get(path).json()["current_chapter"] == 1
    assert mira.patch(path, {"current_chapter": 2}).json()["current_chapter"] == 2


def test_3_an_answer_adds_its_chapters_and_tokens(
    world: Cast, mira: ContractClient, book: Book
) -> None:
    session = dialogue_of(world.mira, book)
    asked_and_answered(session, "Which ship ran onto the reef?")
    context = mira.get(f"{DIALOGUES}{session.pk}/context/").json()
    assert 2 in context["discussed_chapters"]
    assert context["context_tokens"] > 0


# -- test case 4: a thousand messages, and its two queries --


def test_4_of_a_thousand_messages_the_newest_fifty(world: Cast, mira: ContractClient) -> None:
    session = dialogue_of(world.mira)
    said(session, [("user" if n % 2 == 0 else "assistant", 1, None) for n in range(1_000)])
    newest = messages(mira, {"id": session.pk})
    assert [message["seq"] for message in newest] == list(range(951, 1_001))
    earlier = messages(mira, {"id": session.pk}, "?before_seq=951&limit=20")
    assert earlier[0]["seq"] == 931


def test_4_the_last_seven_days_are_one_partition_or_two(world: Cast) -> None:
    session = dialogue_of(world.mira)
    said(session, [("user", 1, None)])
    week = timezone.now() - timedelta(days=7)
    parameters = page_parameters(session.pk, 2, 50) | {"first_id": uuid7_floor(week)}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {BEFORE_SQL}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    scanned = {
        line.split(" on ")[1].split()[0] for line in plan.splitlines() if " on dialogue_me" in line
    }
    assert 1 <= len(scanned) <= 2, plan


@pytest.mark.parametrize("count", [2, 20])
def test_4_history_with_references_is_two_queries(
    world: Cast, mira: ContractClient, book: Book, count: int
) -> None:
    session = dialogue_of(world.mira, book)
    for _ in range(count // 2):
        asked_and_answered(session, "Who kept the lamp?")
    path = f"{DIALOGUES}{session.pk}/messages/"
    with assert_queries(4):
        # 1. who asks; 2. the dialogue; 3. the messages; 4. their references.
        assert len(mira.get(path).json()["results"]) == count


@pytest.mark.parametrize("count", [2, 20])
def test_4_my_active_sessions_with_book_and_character_are_one_query(
    world: Cast, mira: ContractClient, book: Book, count: int
) -> None:
    for _ in range(count):
        dialogue_of(world.mira, book)
    with assert_queries(2):
        # 1. who asks; 2. the dialogues with their books and characters.
        found = mira.get(f"{DIALOGUES}?status=active").json()["results"]
    assert {one["book_author"] for one in found} == {book.author}
    assert len(found) == count


# -- test case 5: analytics --


def test_5_the_analytics_of_the_last_seven_days(
    world: Cast, client_of: ClientOf, book: Book
) -> None:
    asked_and_answered(dialogue_of(world.mira, book), "Who kept the lamp?")
    call_command("refresh_analytics")
    since = (timezone.now() - timedelta(days=7)).date()
    found = client_of(world.sven).get(f"/api/v1/analytics/dialogues/?date_from={since}").json()
    (row,) = found["results"]
    assert (row["session_count"], row["unique_users"]) == (1, 1)
    assert (row["avg_messages_per_session"], row["total_cost"]) == (2.0, 0.0)


# -- success criteria --


def test_every_message_lies_in_the_partition_of_its_month(world: Cast) -> None:
    session = dialogue_of(world.mira)
    said(session, [("user", 1, None)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM dialogue_messages")
        found = [name for (name,) in cursor.fetchall()]
    assert found == [f"dialogue_messages_{timezone.now():%Y_%m}"]
    assert DialogueMessage.objects.get(session=session).session_id == session.pk
