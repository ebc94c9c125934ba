"""Who may do what at `/v1/`, which stands outside of the OpenAPI document and so of its matrix."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.http.limits import Rule
from chatcore.models import AccountStatus, ApiKey, User
from chatcore.services.api_keys import create_key, revoke_key
from chatcore.services.users import set_account_status
from dialogues.models import Book, DialogueSession
from dialogues.openai_door.errors import error_body, error_headers, status_of
from dialogues.services.books import import_book
from dialogues.services.budgets import BudgetSpent
from dialogues.services.sessions import end_dialogue
from tests.dialogues import dialogue_of, lighthouse
from tests.world import Cast, access_for

# Who sends what: a key of the owner of the dialogue, of somebody else, of an agent, …
CALLERS = {
    "anonymous": "401 401 401 401",
    "nonsense": "401 401 401 401",
    "access token": "401 401 401 401",
    "revoked": "401 401 401 401",
    "run out": "401 401 401 401",
    "suspended": "401 401 401 401",
    "owner": "200 200 404 409",
    "owner, scope api": "200 200 404 409",
    "other": "200 200 404 404",
    "agent": "200 200 404 404",
    "admin": "200 200 404 404",
}


def secret_of(world: Cast, caller: str) -> str:
    by_kind: dict[str, User] = {"other": world.otto, "agent": world.ana, "admin": world.ada}
    if caller == "access token":
        return access_for(world.mira)
    scope = "api" if "api" in caller else "answers"
    made = create_key(by_kind.get(caller, world.mira), name="x", scope=scope)
    if caller == "revoked":
        revoke_key(made.key)
    elif caller == "run out":
        ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif caller == "suspended":
        set_account_status(world.mira, AccountStatus.SUSPENDED)
    return {"anonymous": "", "nonsense": "ck_nonsense"}.get(caller, made.secret)


@pytest.mark.parametrize("caller", CALLERS)
def test_the_table_holds(world: Cast, client: Client, caller: str) -> None:
    book = lighthouse()
    text = b"Chapter 1\n\nNobody reads this.\n"
    withdrawn = import_book(text, "withdrawn.txt", title="Withdrawn").book
    Book.objects.filter(pk=withdrawn.pk).update(status=Book.Status.WITHDRAWN)
    # An ended one says at once that it heard; an open one would wait for its answer.
    ended = dialogue_of(world.mira)
    end_dialogue(ended)
    secret = secret_of(world, caller)
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    body = {
        "model": "assistant",
        "messages": [{"role": "user", "content": "words"}],
        "metadata": {"dialogue": ended.session_id},
    }
    got = [
        client.get("/v1/models", headers=headers),
        client.get(f"/v1/models/book:{book.slug}", headers=headers),
        client.get(f"/v1/models/book:{withdrawn.slug}", headers=headers),
        client.post("/v1/chat/completions", body, "application/json", headers=headers),
    ]
    assert " ".join(str(answer.status_code) for answer in got) == CALLERS[caller]
    for answer in got:
        if answer.status_code >= 400:
            assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert DialogueSession.objects.count() == 1, "nothing was begun"


def test_rates_and_budgets_are_told_as_openai_tells_them(
    world: Cast, client: Client, settings: Settings
) -> None:
    settings.RATE_LIMITS = True
    headers = {"Authorization": f"Bearer {create_key(world.mira, name='x').secret}"}
    many = int(Rule.ASK.value.text.partition("/")[0])
    answers: list[Any] = [
        client.post("/v1/chat/completions", {}, "application/json", headers=headers)
        for _ in range(many + 1)
    ]
    assert [answer.status_code for answer in answers[-2:]] == [400, 429]
    assert answers[-1].json()["error"]["code"] == "rate_limit_exceeded"
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "X-Should-Retry" not in answers[-1].headers

    spent = BudgetSpent("The budget is spent.")
    assert status_of(spent) == 429
    assert error_body(spent)["error"]["code"] == "insufficient_quota"
    assert error_body(spent)["error"]["type"] == "insufficient_quota"
    assert error_headers(spent)["X-Should-Retry"] == "false", "waiting does not help"
