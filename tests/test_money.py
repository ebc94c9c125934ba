"""What answers cost, what is counted of it, and what a budget stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.models import User
from dialogues.answerers.port import Usage
from dialogues.models import (
    Budget,
    DialogueMessage,
    DialogueSession,
    DialogueTurn,
    ModelPrice,
    Spending,
)
from dialogues.selectors.budgets import month_of
from dialogues.selectors.prices import price_of
from dialogues.services import answering
from dialogues.services.answering import answer_next
from dialogues.services.billing import cost_of
from dialogues.services.companion import companion_of
from dialogues.services.regenerating import regenerate
from dialogues.services.turns import ask
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import Json, asked_and_answered, dialogue_of, lighthouse
from tests.llm_server import Call, LlmServer
from tests.test_web_pages import browser_of
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
COSTS = ("exact_cost", "total_cost")
TODAY = timezone.now().date()


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


@pytest.fixture
def llm(server: LlmServer, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> LlmServer:
    """A model that takes 120 tokens and gives 30, if nothing else is said."""
    server.start_over()
    settings.LLM_BASE_URL, settings.LLM_MODEL = server.base_url, "parrot-2"
    settings.LLM_API_KEY = server.key
    monkeypatch.setattr(answering, "BACK_OFF_SECONDS", (0.0, 0.0))
    return server


@pytest.fixture
def session(world: Cast) -> DialogueSession:
    return dialogue_of(world.mira)


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


def price(model: str, prompt: str, completion: str, since: date = TODAY) -> ModelPrice:
    return ModelPrice.objects.create(
        model=model,
        valid_from=since,
        prompt_price=Decimal(prompt),
        completion_price=Decimal(completion),
    )


def answered(client: ContractClient, session: DialogueSession, content: str = "Well?") -> Json:
    """The answer as the API shows it."""
    asked_and_answered(session, content)
    return messages(client, session)[-1]


def messages(client: ContractClient, session: DialogueSession) -> list[Json]:
    found: list[Json] = client.get(f"/api/v1/dialogues/{session.pk}/messages/").json()["results"]
    return found


# -- prices --


def test_the_longest_name_that_fits_decides_and_of_it_the_newest_that_has_begun(
    world: Cast,
) -> None:
    yesterday, tomorrow = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
    everything = price("*", "9", "9", yesterday)
    family = price("parrot-*", "1", "2", yesterday)
    mini = price("parrot-2-mini*", "0.1", "0.2", yesterday)
    dearer = price("parrot-2-mini*", "0.3", "0.4", tomorrow)
    exact = price("parrot-2", "5", "6", TODAY)
    assert price_of("parrot-2", TODAY) == exact
    assert price_of("parrot-2", yesterday) == family
    assert price_of("parrot-2-mini-2026", TODAY) == mini
    assert price_of("parrot-2-mini-2026", tomorrow) == dearer
    assert price_of("owl", TODAY) == everything
    assert price_of("owl", yesterday - timedelta(days=1)) is None


def test_a_model_has_one_price_a_day(world: Cast) -> None:
    price("parrot", "1", "2")
    for wrong in ({"model": "parrot"}, {"model": ""}, {"model": "x", "prompt_price": "-1"}):
        given: dict[str, Any] = {"valid_from": TODAY, "prompt_price": 1, "completion_price": 1}
        with pytest.raises(IntegrityError), transaction.atomic():
            ModelPrice.objects.create(**{**given, **wrong})


# -- costs --


def test_an_answer_costs_its_tokens_at_the_price_of_the_day(
    mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    price("parrot*", "0.15", "0.60")
    reply = answered(mira, session)
    assert reply["metadata"]["tokens"] == {"prompt": 120, "completion": 30}
    assert (reply["tokens_used"], reply["cost"]) == (150, 0.000036)
    assert messages(mira, session)[0]["cost"] is None
    session.refresh_from_db()
    assert (session.exact_cost, session.total_cost) == (Decimal("0.000036"), Decimal("0.0000"))


def test_a_thousand_cheap_answers_add_up_without_drifting(
    mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    price("parrot*", "0.15", "0.60")
    for _ in range(7):
        answered(mira, session)
    about = mira.get(f"/api/v1/dialogues/{session.pk}/").json()
    session.refresh_from_db()
    assert session.exact_cost == 7 * Decimal("0.000036")
    assert about["total_cost"] == float(session.total_cost) == 0.0003
    with pytest.raises(IntegrityError), transaction.atomic():
        DialogueSession.objects.filter(pk=session.pk).update(total_cost=1)


def test_without_a_price_the_cost_is_not_known(
    mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    reply = answered(mira, session)
    assert (reply["tokens_used"], reply["cost"]) == (150, None)


def test_the_librarian_costs_nothing(mira: ContractClient, world: Cast) -> None:
    reply = answered(mira, dialogue_of(world.mira, lighthouse()), "Who kept the lamp?")
    assert (reply["model_used"], reply["tokens_used"], reply["cost"]) == ("librarian", 0, 0)


def test_every_round_and_every_attempt_is_paid_for(
    mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    price("parrot*", "1", "2")
    llm.will_say(503)  # nothing was taken
    llm.will_say("Half a senten", 0)  # breaks off, and does not say what it took
    llm.will_say("One moment.", Call("add_task", ('{"title": "milk"}',)))
    llm.will_say("Done.")
    reply = answered(mira, session, "Do not let me forget the milk.")
    tokens = reply["metadata"]["tokens"]
    assert tokens["counted"] == "estimated"
    assert tokens["prompt"] > 2 * 120
    assert 2 * 30 < tokens["completion"] < 2 * 30 + 10
    assert reply["tokens_used"] == tokens["prompt"] + tokens["completion"]
    assert reply["cost"] == (tokens["prompt"] + 2 * tokens["completion"]) / 1_000_000


def test_where_the_server_tells_no_usage_it_is_counted(
    mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    llm.tells_usage = False
    llm.will_say("The quick brown fox.")
    tokens = answered(mira, session)["metadata"]["tokens"]
    assert tokens == {"prompt": tokens["prompt"], "completion": 5, "counted": "estimated"}
    assert 10 < tokens["prompt"] < 5_000


def test_a_server_that_tells_nonsense_stops_nothing(
    mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    price("parrot*", "100000", "100000")
    llm.usage = (10**15, -5)
    reply = answered(mira, session)
    assert reply["tokens_used"] == 100_000_000
    nearly = {"total_tokens_used": 2_147_483_000, **dict.fromkeys(COSTS, Decimal(999999))}
    DialogueSession.objects.filter(pk=session.pk).update(**nearly)
    answered(mira, session)
    session.refresh_from_db()
    assert session.total_tokens_used == 2_147_483_647
    assert session.total_cost == Decimal("999999.9999")


def test_a_failed_answer_costs_what_it_took(
    mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    price("parrot*", "1", "2")
    for _ in range(3):
        llm.will_say("Half a senten", 0)
    reply = answered(mira, session)
    assert (reply["error_code"], reply["model_used"]) == ("llm_unreachable", "parrot-2")
    assert reply["cost"] > 0


def test_costs_are_exact(world: Cast) -> None:
    price("parrot", "0.075", "0.3")
    assert cost_of([Usage("parrot", 1, 1), Usage("parrot", 2, 0)], TODAY) == Decimal("0.000000525")
    assert cost_of([Usage("parrot", 1, 1), Usage("owl", 1, 1)], TODAY) is None
    assert cost_of([], TODAY) == 0


# -- what is spent --


def recounted(user: User) -> dict[tuple[date, Any], tuple[int, Decimal]]:
    """A person's spending by month, from the messages."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT date_trunc('month', m.created_at AT TIME ZONE 'UTC')::date,"
            " coalesce(sum(m.tokens_used), 0), coalesce(sum(m.cost), 0)"
            " FROM dialogue_messages m JOIN dialogue_sessions s ON s.id = m.session_id"
            " WHERE s.user_id = %s GROUP BY 1",
            [user.pk],
        )
        return {month: (tokens, cost) for month, tokens, cost in cursor.fetchall()}


def test_the_spending_of_a_month_is_what_a_recount_of_the_messages_finds(
    world: Cast, mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    price("parrot*", "0.15", "0.60")
    for _ in range(3):
        answered(mira, session)
    answered(mira, dialogue_of(world.mira))
    regenerate(world.mira, session.pk, messages(mira, session)[0]["id"])
    answer_next(session.pk)
    asked_and_answered(dialogue_of(world.otto), "And I?")
    for person in (world.mira, world.otto):
        kept = Spending.objects.filter(user=person)
        assert {s.month: (s.tokens, s.cost) for s in kept} == recounted(person)
    assert Spending.objects.get(user=world.mira).cost == 5 * Decimal("0.000036")


def test_my_usage_is_shown_by_model_and_by_day(
    world: Cast, mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    price("parrot*", "0.15", "0.60")
    Budget.objects.create(user=world.mira, month_usd=Decimal(5))
    for _ in range(2):
        answered(mira, session)
    asked_and_answered(dialogue_of(world.otto), "And I?")
    with assert_queries(4):
        # 1. who asks; 2. the month's messages; 3. what was spent; 4. limits of one's own.
        found = mira.get("/api/v1/usage/").json()
    sums = {"answers": 2, "tokens": 300, "cost": 0.000072, "unpriced_tokens": 0}
    assert found == {
        "month": f"{TODAY:%Y-%m}",
        "tokens": 300,
        "cost": 0.000072,
        "limits": {
            "month_usd": 5.0,
            "month_tokens": None,
            "session_usd": None,
            "session_tokens": None,
        },
        "by_model": [{"model": "parrot-2", **sums}],
        "by_day": [{"day": str(TODAY), **sums}],
    }
    earlier = mira.get("/api/v1/usage/?month=2020-02").json()
    assert (earlier["month"], earlier["tokens"], earlier["by_day"]) == ("2020-02", 0, [])
    assert mira.get("/api/v1/usage/?month=never").status_code == 400
    page = browser_of(world.mira).get("/usage/").content.decode()
    assert "parrot-2" in page
    assert "of 5.00" in page


# -- budgets --


def spend(user: User, cost: str = "0", tokens: int = 0) -> None:
    Spending.objects.create(
        id=user.pk, user=user, month=month_of(timezone.now()), cost=Decimal(cost), tokens=tokens
    )


LIMITS = pytest.mark.parametrize(
    ("limit", "own"),
    [
        ({"BUDGET_USER_MONTH_USD": Decimal(1)}, {}),
        ({"BUDGET_USER_MONTH_TOKENS": 1_000}, {}),
        ({}, {"month_usd": 1}),
        ({"BUDGET_USER_MONTH_USD": Decimal(100)}, {"month_usd": 1}),
    ],
)


@LIMITS
@pytest.mark.usefixtures("llm")
def test_a_turn_past_the_budget_is_refused(
    world: Cast, mira: ContractClient, settings: Settings, limit: Json, own: Json
) -> None:
    for name, value in limit.items():
        setattr(settings, name, value)
    if own:
        Budget.objects.create(user=world.mira, **own)
    spend(world.mira, "1.00", 1_000)
    session = dialogue_of(world.mira)
    path = f"/api/v1/dialogues/{session.pk}/messages/"
    refused = mira.post(path, {"content": "One more?"})
    assert (refused.status_code, refused.json()["code"]) == (402, "budget_spent")
    assert "for this month are used up" in refused.json()["detail"]
    assert messages(mira, session) == []
    begun = mira.post("/api/v1/dialogues/", {"type": "assistant", "initial_question": "One more?"})
    assert begun.status_code == 402


def test_a_spent_budget_does_not_stop_what_is_free(
    world: Cast, mira: ContractClient, settings: Settings, llm: LlmServer
) -> None:
    """The librarian, the reader of commands and the companion's listener ask no model."""
    Budget.objects.create(user=world.mira, month_tokens=1)
    spend(world.mira, tokens=1_000)
    book = lighthouse()
    librarian = dialogue_of(world.mira, book, model_name="librarian")
    assert answered(mira, librarian, "Who kept the lamp?")["error_code"] == ""
    settings.LLM_BASE_URL = ""
    for free in (dialogue_of(world.mira, book), dialogue_of(world.mira), companion_of(world.mira)):
        assert answered(mira, free, "Who kept the lamp?")["error_code"] == ""
        again = mira.post(
            f"/api/v1/dialogues/{free.pk}/messages/{messages(mira, free)[0]['id']}/regenerate/"
        )
        assert again.status_code in (200, 201, 202)
        assert answer_next(free.pk) == 1
        assert messages(mira, free)[-1]["error_code"] == ""
    settings.LLM_BASE_URL = llm.base_url
    question = messages(mira, free)[0]["id"]
    refused = mira.post(f"/api/v1/dialogues/{free.pk}/messages/{question}/regenerate/")
    assert (refused.status_code, refused.json()["code"]) == (402, "budget_spent")
    assert llm.requests == []


def test_a_budget_of_ones_own_may_be_wider_or_none(
    world: Cast, session: DialogueSession, llm: LlmServer, settings: Settings
) -> None:
    settings.BUDGET_USER_MONTH_USD = Decimal(1)
    spend(world.mira, "1.00")
    own = Budget.objects.create(user=world.mira, month_usd=Decimal(2))
    ask(world.mira, session.pk, "Within?")
    Budget.objects.filter(pk=own.pk).update(month_usd=0)
    ask(world.mira, session.pk, "Without?")


def test_a_new_month_begins_anew(
    world: Cast, session: DialogueSession, llm: LlmServer, settings: Settings
) -> None:
    settings.BUDGET_USER_MONTH_USD = Decimal(1)
    spend(world.mira, "1.00")
    before = month_of(timezone.now() - timedelta(days=31))
    Spending.objects.filter(user=world.mira).update(month=before)
    ask(world.mira, session.pk, "Again?")


def test_one_dialogue_has_a_budget_of_its_own(
    world: Cast, mira: ContractClient, session: DialogueSession, llm: LlmServer, settings: Settings
) -> None:
    settings.BUDGET_SESSION_TOKENS = 1_000
    llm.usage = (990, 10)
    answered(mira, session)
    refused = mira.post(f"/api/v1/dialogues/{session.pk}/messages/", {"content": "More?"})
    assert (refused.status_code, refused.json()["code"]) == (402, "budget_spent")
    assert "this dialogue" in refused.json()["detail"]
    ask(world.mira, dialogue_of(world.mira).pk, "Elsewhere?")


def test_a_question_that_waited_until_the_budget_was_spent_is_kept(
    world: Cast, mira: ContractClient, session: DialogueSession, llm: LlmServer, settings: Settings
) -> None:
    settings.BUDGET_SESSION_TOKENS = 1_000
    llm.usage = (990, 10)
    for content in ("First?", "Second?"):
        ask(world.mira, session.pk, content)
    assert answer_next(session.pk) == 2
    _, second, answer, failed = messages(mira, session)
    assert (second["content"], failed["reply_to_message"]) == ("Second?", second["id"])
    assert (answer["error_code"], failed["error_code"]) == ("", "budget_spent")
    assert "used up" in failed["error_message"]
    assert len(llm.requests) == 1
    turn = DialogueTurn.objects.get(question_id=second["id"])
    assert (turn.status, turn.error_code) == ("failed", "budget_spent")
    settings.BUDGET_SESSION_TOKENS = 0
    regenerate(world.mira, session.pk, second["id"])
    answer_next(session.pk)
    assert messages(mira, session)[-1]["error_code"] == ""


def test_the_last_of_a_budget_buys_a_shorter_answer(
    world: Cast, mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    price("parrot*", "1", "2")
    answered(mira, session)
    usual = llm.requests[-1]["max_tokens"]
    Budget.objects.create(user=world.mira, session_usd=Decimal("0.0010"))
    answered(mira, session)
    assert 8 <= llm.requests[-1]["max_tokens"] < min(usual, 500)
    Budget.objects.update(session_usd=Decimal("0.0004"))
    reply = answered(mira, session)
    assert (reply["error_code"], len(llm.requests)) == ("budget_spent", 2)


def test_messages_keep_their_cost_when_prices_change(
    mira: ContractClient, session: DialogueSession, llm: LlmServer
) -> None:
    kept = price("parrot*", "1", "2")
    first = answered(mira, session)
    kept.prompt_price = Decimal(100)
    kept.save()
    assert messages(mira, session)[-1] == first
    stored = DialogueMessage.objects.get(pk=first["id"])
    assert stored.cost == Decimal("0.000180")
