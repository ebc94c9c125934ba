"""What robots' answers take of a model, exactly; what a budget stops; no talk without end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.models import User
from dialogues.models import ModelPrice
from rooms.models import Robot, RobotInteraction, RobotSpending, RoomMessage
from rooms.services.robot_answers import answer_room
from tests.client import ContractClient
from tests.llm_server import LlmServer
from tests.robots import answered, robot_of, room_with, turn_of
from tests.rooms import room_of, said
from tests.test_web_pages import browser_of
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
TODAY = timezone.now().date()
# 120 tokens at 2.5 dollars a million, 30 at 10.
COST = Decimal("0.0006")


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with LlmServer() as running:
        yield running


@pytest.fixture
def llm(server: LlmServer, settings: Settings, db: None) -> LlmServer:
    """A model that takes 120 tokens and gives 30, at prices of yesterday on."""
    server.start_over()
    settings.LLM_BASE_URL, settings.LLM_MODEL = server.base_url, "parrot"
    settings.LLM_API_KEY = server.key
    for since, prompt in ((TODAY - timedelta(days=1), "2.5"), (TODAY + timedelta(days=1), "99")):
        ModelPrice.objects.create(
            model="parrot*",
            valid_from=since,
            prompt_price=Decimal(prompt),
            completion_price=Decimal(10),
        )
    return server


def asked(world: Cast, **columns: Any) -> RobotInteraction:
    """A robot with these columns has been asked once, and has answered or not."""
    room = room_with(robot_of(**columns), room_of(world.otto))
    turn = turn_of(room, world.otto, "@robo hello")
    answer_room(room.pk)
    turn.refresh_from_db()
    return turn


def test_an_answer_has_its_tokens_its_model_and_its_exact_cost(
    world: Cast, llm: LlmServer, client_of: ClientOf
) -> None:
    turn = asked(world)
    assert (turn.model_used, turn.tokens_used, turn.cost) == ("parrot", 150, COST)
    answered(turn.room, world.otto, "@robo again")
    spent = RobotSpending.objects.get()
    assert (spent.day, spent.answers, spent.tokens, spent.cost) == (TODAY, 2, 300, 2 * COST)
    path = f"/api/v1/robot-interactions/{turn.pk}/"
    assert client_of(world.ada).get(path).json()["cost"] == float(COST)
    assert client_of(world.otto).get(path).json()["cost"] is None, "the house's, not the customer's"


def test_attempts_that_failed_cost_too_and_an_unknown_price_is_no_price(
    world: Cast, llm: LlmServer
) -> None:
    llm.will_say("Half", 0)
    turn = asked(world)
    first = turn.cost
    assert (turn.status, turn.model_used) == ("pending", "parrot")
    assert first
    assert turn.tokens_used < 150, "what was heard of it is counted"
    RobotInteraction.objects.update(due_at=None)
    ModelPrice.objects.all().delete()
    answer_room(turn.room_id)
    tokens = turn.tokens_used
    turn.refresh_from_db()
    assert (turn.status, turn.cost, turn.tokens_used) == ("completed", first, tokens + 150)


def test_without_a_model_nothing_is_charged(world: Cast) -> None:
    turn = asked(world)
    assert (turn.status, turn.model_used) == ("completed", "")
    assert RobotInteraction.objects.filter(pk=turn.pk, cost__isnull=True).exists()
    assert not RobotSpending.objects.exists()


@pytest.mark.parametrize("limit", ["day_usd", "month_usd"])
def test_a_spent_budget_asks_no_model_says_so_and_offers_a_person(
    world: Cast, llm: LlmServer, limit: str
) -> None:
    turn = asked(world, **{limit: Decimal("0.001")})
    answered(turn.room, world.otto, "@robo again")
    before = len(llm.requests)
    RobotSpending.objects.filter(day=TODAY).update(cost=Decimal("0.001"))
    last = turn_of(turn.room, world.otto, "@robo and again")
    answer_room(turn.room_id)
    last.refresh_from_db()
    assert len(llm.requests) == before
    assert last.status == "failed"
    assert last.response_data == {"code": "budget_spent"}
    assert last.answer
    assert "used up" in last.answer.content
    assert last.answer.content_metadata["offers_person"]
    yesterday = TODAY - timedelta(days=1)
    if limit == "day_usd":  # another day, another budget
        RobotSpending.objects.update(day=yesterday)
        assert answered(turn.room, world.otto, "@robo now?").content == "Hello."


def test_the_last_cents_buy_a_shorter_answer(world: Cast, llm: LlmServer) -> None:
    asked(world, day_usd=Decimal("0.002"))
    assert llm.requests[-1]["max_tokens"] <= 200


def test_a_robot_without_limits_of_its_own_has_those_of_the_house(
    world: Cast, llm: LlmServer, client_of: ClientOf, settings: Settings
) -> None:
    settings.BUDGET_ROBOT_DAY_USD, settings.BUDGET_ROBOT_MONTH_USD = Decimal(1), Decimal(0)
    turn = asked(world)
    admin, path = client_of(world.ada), "/api/v1/robots/robo/"
    told = admin.get(f"{path}usage/").json()
    assert told["limits"] == {"day_usd": 1.0, "month_usd": None}
    assert (told["tokens"], told["cost"], told["answers"]) == (150, float(COST), 1)
    assert [day["day"] for day in told["by_day"]] == [str(TODAY)]
    assert admin.get(f"{path}usage/?month=2020-01").json()["by_day"] == []
    assert client_of(world.mira).get(f"{path}usage/").status_code == 403
    assert admin.patch(path, {"day_usd": "-1"}).status_code == 400
    assert admin.patch(path, {"day_usd": "0.0001"}).json()["day_usd"] == 0.0001
    assert client_of(world.mira).get(path).json()["day_usd"] is None
    last = turn_of(turn.room, world.otto, "@robo again")
    answer_room(turn.room_id)
    last.refresh_from_db()
    assert last.response_data == {"code": "budget_spent"}


def test_the_admin_and_the_dashboard_show_what_robots_took(world: Cast, llm: LlmServer) -> None:
    asked(world)
    browser = browser_of(world.ada)
    for page in ("robot", "robotinteraction", "robotspending"):
        shown = browser.get(f"/admin/rooms/{page}/").content.decode()
        assert "0.0006" in shown, page
    dashboard = browser.get("/analytics/").content.decode()
    assert "Models asked by robots" in dashboard
    assert "0.0006" in dashboard


def test_two_programs_do_not_talk_with_each_other_without_end(
    world: Cast, settings: Settings
) -> None:
    """Robots are no askers; but a program may speak by the key of an account that is none."""
    settings.ROBOT_TURNS_A_MINUTE = 3
    room = room_with(robot_of(), room_of(world.otto))
    answers = 0
    for _ in range(6):  # each answer is answered at once
        turn_of(room, world.otto, "@robo and you?")
        answer_room(room.pk)
        answers = RoomMessage.objects.filter(room=room, message_type="robot").count()
    assert answers == 3
    silent = RobotInteraction.objects.filter(response_data={"silent": "too_many_turns"})
    assert silent.count() == 3
    robot = Robot.objects.get()
    said(room, robot.user, "@robo my own words")
    assert RobotInteraction.objects.count() == 6, "a robot asks nobody"
