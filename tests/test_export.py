"""A dialogue to take away: JSON, Markdown, and the form that model servers take."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group

from chatcore.models import PermissionGrant
from dialogues.models import DialogueSession
from dialogues.services.messages import delete_message
from tests.client import ContractClient
from tests.dialogues import Json, asked_and_answered, dialogue_of, lighthouse
from tests.world import Cast

ClientOf = Callable[..., ContractClient]


@pytest.fixture
def mira(world: Cast, client_of: ClientOf) -> ContractClient:
    return client_of(world.mira)


@pytest.fixture
def session(world: Cast) -> DialogueSession:
    session = dialogue_of(world.mira, lighthouse())
    for question in ("What did Marten carry on a string?", "Which animal did he bring back?"):
        asked_and_answered(session, question)
    return session


def url(session: DialogueSession, query: str = "") -> str:
    return f"/api/v1/dialogues/{session.pk}/export/{query}"


def openai(client: ContractClient, session: DialogueSession, more: str = "") -> list[Json]:
    found: list[Json] = client.get(url(session, f"?format=openai{more}")).json()["messages"]
    return found


def test_json_is_everything_as_the_other_addresses_give_it(
    mira: ContractClient, session: DialogueSession
) -> None:
    answer = mira.get(url(session))
    found = answer.json()
    about = f"/api/v1/dialogues/{session.pk}/"
    assert found["dialogue"] == mira.get(about).json()
    assert found["messages"] == mira.get(f"{about}messages/").json()["results"]
    assert f'filename="dlg_{session.pk.hex}.json"' in answer["Content-Disposition"]
    assert mira.get(url(session, "?format=json")).json() == found


def test_markdown_is_there_to_be_read(mira: ContractClient, session: DialogueSession) -> None:
    answer = mira.get(url(session, "?format=markdown"))
    text = answer.content.decode()
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert text.startswith("# What did Marten carry on a string?\n\nAbout “The Keeper of the Lamp”")
    assert text.count("**You**") == text.count("**Answer**") == 2
    assert "(chapter 1, paragraph 1)" in text


def test_openai_is_what_may_be_sent_on(mira: ContractClient, session: DialogueSession) -> None:
    form = openai(mira, session)
    assert [message["role"] for message in form] == ["user", "assistant"] * 2
    assert all(set(message) == {"role", "content"} for message in form)
    assert openai(mira, session, "&last=2") == form[-2:]


def test_calls_and_results_stand_as_the_protocol_wants_them(
    world: Cast, mira: ContractClient
) -> None:
    session = dialogue_of(world.mira, system_prompt="Be kind.")
    asked_and_answered(session, "Add buy milk to my list")
    form = openai(mira, session)
    assert [message["role"] for message in form] == [
        "system", "user", "assistant", "tool", "assistant",
    ]  # fmt: skip
    (call,) = form[2]["tool_calls"]
    assert form[2]["content"] is None
    assert (call["type"], call["function"]["name"]) == ("function", "add_task")
    assert json.loads(call["function"]["arguments"]) == {"title": "Buy milk"}
    assert form[3]["tool_call_id"] == call["id"]
    assert form[4]["content"] == "✅ I've created a new task: 'Buy milk' (Task #1)"


def test_what_was_deleted_is_left_out(mira: ContractClient, session: DialogueSession) -> None:
    first = mira.get(url(session)).json()["messages"][0]
    delete_message(session, first["id"])
    assert first["content"] not in [message["content"] for message in openai(mira, session)]
    assert first["content"] not in mira.get(url(session, "?format=markdown")).content.decode()[60:]


def test_it_is_for_its_person_alone_and_for_whoever_may(
    world: Cast, mira: ContractClient, session: DialogueSession, client_of: ClientOf
) -> None:
    assert mira.get(url(session)).status_code == 200
    assert client_of(world.otto).get(url(session)).status_code == 404
    PermissionGrant.objects.filter(
        group=Group.objects.get(name="members"), action="export"
    ).delete()
    assert mira.get(url(session, "?format=markdown")).json()["code"] == "permission_denied"


@pytest.mark.parametrize("query", ["?format=pdf", "?format=", "?last=0", "?last=x", "?size=3"])
def test_what_it_does_not_know_is_refused(
    mira: ContractClient, session: DialogueSession, query: str
) -> None:
    assert mira.get(url(session, query)).status_code == 400
