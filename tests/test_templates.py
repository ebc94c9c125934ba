"""Templates: who keeps them, what a dialogue takes from one, and that their counts stay true."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Avg

from dialogues.models import DialogueMessage, DialogueSession, DialogueTemplate
from dialogues.services.characters import put_character
from dialogues.services.context import question_for
from dialogues.services.sessions import create_dialogue
from dialogues.services.turns import ask, claim_turn
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.dialogues import Json, asked_and_answered, lighthouse, template_of
from tests.test_admin import page, signed_in, staff_account
from tests.test_web_pages import browser_of
from tests.world import Cast

ClientOf = Callable[..., ContractClient]
URL = "/api/v1/templates/"
BODY = {"name": "Study", "type": "book", "system_prompt": "Read closely."}


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


@pytest.fixture
def ada(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.ada)


def begun(client: ContractClient, template: DialogueTemplate, **body: object) -> Json:
    book = body.pop("book", None) or lighthouse().pk
    response = client.post(
        "/api/v1/dialogues/",
        {"type": "book", "book": str(book), "template": str(template.pk), **body},
    )
    assert response.status_code == 201, response.content
    found: Json = response.json()
    return found


def test_staff_keep_templates(ada: ContractClient) -> None:
    starters = [{"role": "assistant", "content": "Where shall we begin?"}]
    made = ada.post(
        URL,
        {
            **BODY,
            "description": "Slowly.",
            "category": "study",
            "initial_messages": starters,
            "suggested_questions": ["Who keeps the lamp?"],
            "temperature": 0.3,
            "model_preference": "small",
        },
    )
    assert made.status_code == 201
    template = made.json()
    assert template["initial_messages"] == starters
    assert (template["usage_count"], template["rating"], template["is_active"]) == (0, 0.0, True)
    url = f"{URL}{template['id']}/"
    assert ada.get(url).json() == template
    changed = ada.patch(url, {"name": "Close reading", "is_active": False}).json()
    assert (changed["name"], changed["is_active"]) == ("Close reading", False)
    assert ada.delete(url).status_code == 204
    assert ada.get(url).status_code == 404


@pytest.mark.parametrize("who", ["mira", "gil", "ana", "sven"])
def test_others_read_and_do_not_write(world: Cast, client_of: ClientOf, who: str) -> None:
    template = template_of(world.ada)
    client, url = client_of(getattr(world, who)), f"{URL}{template.pk}/"
    assert client.get(URL).json()["results"][0]["id"] == str(template.pk)
    assert client.get(url).status_code == 200
    answers = [client.post(URL, BODY), client.patch(url, {"name": "Mine"}), client.delete(url)]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert DialogueTemplate.objects.get().name == "Close reading"


def test_strangers_see_nothing(world: Cast, anonymous: ContractClient) -> None:
    template = template_of(world.ada)
    assert anonymous.get(URL).status_code == 401
    assert anonymous.get(f"{URL}{template.pk}/").status_code == 401


def test_a_retired_template_is_seen_by_its_keepers_alone(
    world: Cast, mira: ContractClient, ada: ContractClient
) -> None:
    url = f"{URL}{template_of(world.ada, is_active=False).pk}/"
    assert (ada.get(url).status_code, mira.get(url).status_code) == (200, 404)
    assert mira.get(URL).json()["results"] == []
    assert len(ada.get(URL).json()["results"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "companion"}, "type"),
        ({"system_prompt": " "}, "system_prompt"),
        ({"temperature": 2.5}, "temperature"),
        ({"initial_messages": [{"role": "user", "content": "Hi"}]}, "initial_messages"),
        ({"initial_messages": [{"role": "system", "content": " "}]}, "initial_messages"),
        ({"initial_messages": [{"role": "system"}]}, "initial_messages"),
        ({"initial_messages": "Hello"}, "initial_messages"),
        ({"initial_messages": [{"role": "system", "content": "x"}] * 11}, "initial_messages"),
        ({"suggested_questions": ["x" * 301]}, "suggested_questions"),
        ({"usage_count": 9}, "usage_count"),
    ],
)
def test_what_cannot_be_kept_names_the_field(ada: ContractClient, body: Json, field: str) -> None:
    response = ada.post(URL, {**BODY, **body})
    assert response.status_code == 400
    assert any(name.startswith(field) for name in response.json()["errors"])


def test_the_list_is_narrowed_and_the_most_used_come_first(
    world: Cast, mira: ContractClient
) -> None:
    rare, often, play = (
        template_of(world.ada, name="rare"),
        template_of(world.ada, name="often"),
        template_of(world.ada, name="play", type="character", category="play"),
    )
    book = lighthouse().pk
    for template in (often, often, rare):
        begun(mira, template, book=book)

    def names(query: str) -> list[str]:
        return [row["name"] for row in mira.get(f"{URL}{query}").json()["results"]]

    assert names("") == ["often", "rare", "play"]
    assert names("?type=book") == ["often", "rare"]
    assert names("?category=play") == [play.name]
    assert mira.get(f"{URL}?type=nonsense").status_code == 400


def test_pages_of_the_list_go_back_and_forth(world: Cast, mira: ContractClient) -> None:
    made = [template_of(world.ada, name=f"{n}") for n in range(5)]
    DialogueTemplate.objects.filter(pk__in=[made[1].pk, made[3].pk]).update(usage_count=2**31 - 1)
    order = ["3", "1", "4", "2", "0"]
    first = mira.get(f"{URL}?limit=2").json()
    second = mira.get(first["next"]).json()
    third = mira.get(second["next"]).json()
    pages = [[row["name"] for row in page["results"]] for page in (first, second, third)]
    assert pages == [order[:2], order[2:4], order[4:]]
    assert third["next"] is None
    assert mira.get(third["previous"]).json()["results"] == second["results"]
    for cursor in ("x", "a" * 34, "A" * 34, "_" * 34):
        assert mira.get(f"{URL}?cursor={cursor}").status_code == 400


def test_the_list_costs_as_much_for_twenty_as_for_two(world: Cast, mira: ContractClient) -> None:
    for count in (2, 18):
        for number in range(count):
            template_of(world.ada, name=str(number))
        # 3 queries: who is asking · may they keep templates · the page
        with assert_queries(3):
            mira.get(URL)


def test_a_dialogue_takes_over_what_its_template_says(world: Cast, mira: ContractClient) -> None:
    template = template_of(world.ada, model_preference="small")
    found = begun(mira, template)
    assert found["template"] == str(template.pk)
    assert (found["system_prompt"], found["temperature"]) == ("Read closely.", 0.3)
    assert found["model_name"] == "small"
    messages = mira.get(f"/api/v1/dialogues/{found['id']}/messages/").json()["results"]
    assert [(m["seq"], m["role"], m["content"]) for m in messages] == [
        (1, "system", "Mind the sea."),
        (2, "assistant", "Where shall we begin?"),
    ]
    assert (found["message_count"], found["last_seq"], found["version"]) == (2, 2, 2)
    template.refresh_from_db()
    assert template.usage_count == 1


def test_what_one_says_oneself_wins_over_the_template(world: Cast, mira: ContractClient) -> None:
    own = {"system_prompt": "Be brief.", "temperature": 1.1, "model_name": "mine"}
    found = begun(mira, template_of(world.ada, model_preference="small"), **own)
    assert {name: found[name] for name in own} == own


def test_the_first_question_comes_after_the_starters_and_gives_the_title(
    world: Cast, mira: ContractClient
) -> None:
    found = begun(mira, template_of(world.ada), initial_question="Who keeps the lamp?")
    assert (found["title"], found["last_seq"]) == ("Who keeps the lamp?", 3)
    later = begun(mira, template_of(world.ada))
    ask(world.mira, DialogueSession.objects.get(pk=later["id"]).pk, "What is in the chest?")
    title = mira.get(f"/api/v1/dialogues/{later['id']}/").json()["title"]
    assert title == "What is in the chest?"


def test_the_answerer_is_told_what_the_template_said(world: Cast) -> None:
    template = template_of(world.ada)
    session = create_dialogue(world.mira, type="book", book=lighthouse().pk, template=template.pk)
    ask(world.mira, session.pk, "Who keeps the lamp?")
    turn = claim_turn(session.pk)
    assert turn
    question = question_for(turn).question
    assert question.system_prompt == "Read closely."
    assert [(said.role, said.content) for said in question.history] == [
        ("system", "Mind the sea."),
        ("assistant", "Where shall we begin?"),
    ]


def test_a_character_begins_from_a_template_of_its_kind(world: Cast, mira: ContractClient) -> None:
    marten = put_character(lighthouse(), {"name": "Marten"}, by=world.ada)
    template = template_of(world.ada, type="character")
    body = {"type": "character", "character": str(marten.pk), "template": str(template.pk)}
    assert mira.post("/api/v1/dialogues/", body).json()["template"] == str(template.pk)


def test_a_template_that_is_not_to_be_had_begins_nothing(world: Cast, mira: ContractClient) -> None:
    book = str(lighthouse().pk)
    retired = template_of(world.ada, is_active=False)
    other = template_of(world.ada, type="character")
    for template in (retired.pk, other.pk, uuid4()):
        body = {"type": "book", "book": book, "template": str(template)}
        response = mira.post("/api/v1/dialogues/", body)
        assert response.status_code == 400
        assert "template" in response.json()["errors"]
    assert not DialogueSession.objects.exists()
    assert not DialogueMessage.objects.exists()
    assert set(DialogueTemplate.objects.values_list("usage_count", flat=True)) == {0}


def test_a_dialogue_that_fails_to_begin_counts_no_use(world: Cast, mira: ContractClient) -> None:
    template = template_of(world.ada)
    body = {"type": "book", "template": str(template.pk)}
    assert mira.post("/api/v1/dialogues/", body).status_code == 400
    template.refresh_from_db()
    assert template.usage_count == 0


def test_a_dialogues_rating_feeds_its_templates(
    world: Cast, mira: ContractClient, client_of: ClientOf
) -> None:
    template, book = template_of(world.ada), lighthouse().pk
    otto = client_of(world.otto)
    hers, his = begun(mira, template, book=book), begun(otto, template, book=book)

    def rate(client: ContractClient, dialogue: Json, rating: int) -> None:
        url = f"/api/v1/dialogues/{dialogue['id']}/rating/"
        assert client.put(url, {"user_rating": rating}).status_code == 200
        template.refresh_from_db()
        recounted = DialogueSession.objects.filter(template=template).aggregate(
            mean=Avg("user_rating")
        )["mean"]
        assert float(template.rating) == pytest.approx(recounted, abs=0.05)

    rate(mira, hers, 5)
    rate(otto, his, 2)
    rate(otto, his, 2)
    rate(mira, hers, 4)
    assert (template.rating_count, template.rating_sum, float(template.rating)) == (2, 6, 3.0)
    assert mira.get(f"{URL}{template.pk}/").json()["rating"] == 3.0


def test_a_deleted_template_leaves_its_dialogues(
    world: Cast, mira: ContractClient, ada: ContractClient
) -> None:
    template = template_of(world.ada)
    found = begun(mira, template)
    assert ada.delete(f"{URL}{template.pk}/").status_code == 204
    after = mira.get(f"/api/v1/dialogues/{found['id']}/").json()
    assert (after["template"], after["system_prompt"]) == (None, "Read closely.")


@pytest.mark.parametrize(
    "columns",
    [
        {"type": "chat"},
        {"temperature": "2.1"},
        {"rating": "5.1"},
        {"usage_count": -1},
        {"name": ""},
        {"system_prompt": ""},
    ],
)
def test_the_database_refuses_what_the_seed_forbids(world: Cast, columns: Json) -> None:
    template = template_of(world.ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        DialogueTemplate.objects.filter(pk=template.pk).update(**columns)


def test_its_maker_may_go(world: Cast) -> None:
    template = template_of(world.ada)
    world.ada.delete()
    template.refresh_from_db()
    assert template.created_by is None


def test_the_page_of_a_new_dialogue_offers_templates(world: Cast) -> None:
    template, book = template_of(world.ada, description="Slowly."), lighthouse()
    template_of(world.ada, name="Retired", is_active=False)
    hers = browser_of(world.mira)
    offered = hers.get("/dialogues/new/").content.decode()
    assert "Close reading" in offered
    assert "Retired" not in offered
    begun = hers.post("/dialogues/new/", {"book": str(book.pk), "template": str(template.pk)})
    shown = hers.get(begun["Location"]).content.decode()
    assert "Where shall we begin?" in shown
    assert "Mind the sea." not in shown, "a system message is for the model"
    for question in template.suggested_questions:
        assert f'name="content" value="{question}"' in shown

    session = DialogueSession.objects.get()
    hers.post(f"/dialogues/{session.pk}/ask/", {"content": template.suggested_questions[0]})
    assert "data-suggestions" not in hers.get(begun["Location"]).content.decode()
    assert DialogueMessage.objects.get(role="user").content == template.suggested_questions[0]


def test_a_bad_template_is_told_in_the_form(world: Cast) -> None:
    fields = {"book": str(lighthouse().pk), "template": str(uuid4())}
    answer = browser_of(world.mira).post("/dialogues/new/", fields)
    assert answer.status_code == 200
    assert not DialogueSession.objects.exists()


def test_the_librarian_still_says_what_it_is(world: Cast) -> None:
    session = create_dialogue(
        world.mira, type="book", book=lighthouse().pk, template=template_of(world.ada).pk
    )
    asked_and_answered(session, "What did Marten carry around his neck?")
    answer = DialogueMessage.objects.get(session=session, reply_to_message__isnull=False)
    assert answer.content.startswith("I am an index")


def test_staff_keep_templates_in_the_admin(world: Cast) -> None:
    template = template_of(world.ada)
    client = signed_in(staff_account(group="staff"))
    fields = {
        "name": "Play",
        "type": "character",
        "system_prompt": "Play along.",
        "initial_messages": '[{"role": "assistant", "content": "Good evening."}]',
        "suggested_questions": "Whom do you trust?",
        "temperature": "0.9",
        "is_active": "on",
    }
    assert client.post(page(DialogueTemplate, "add"), fields).status_code == 302
    made = DialogueTemplate.objects.get(name="Play")
    assert made.initial_messages == [{"role": "assistant", "content": "Good evening."}]
    assert made.created_by
    wrong = client.post(page(DialogueTemplate, "add"), {**fields, "initial_messages": '["Hi"]'})
    assert "A message has a role and a content" in wrong.content.decode()
    DialogueTemplate.objects.filter(pk=template.pk).update(usage_count=7)
    url = page(DialogueTemplate, "change", template.pk)
    assert client.post(url, {**fields, "name": "Played"}).status_code == 302
    template.refresh_from_db()
    assert (template.name, template.usage_count) == ("Played", 7)
