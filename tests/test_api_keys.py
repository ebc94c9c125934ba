"""Keys for programs: made once, shown once, good until revoked, and never for the account itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chatcore.models import AccountStatus, ApiKey, User
from chatcore.services.api_keys import MOST_KEYS, create_key
from chatcore.services.users import set_account_status
from tests.client import ContractClient
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
KEYS = "/api/v1/users/me/api-keys/"
ROOMS = "/api/v1/rooms/"


def made(client: ContractClient, **body: Any) -> dict[str, Any]:
    answer = client.post(KEYS, {"name": "My bot", **body})
    assert answer.status_code == 201, answer.content
    key: dict[str, Any] = answer.json()
    return key


def test_a_key_is_shown_once_and_kept_as_a_hash(world: Cast, client_of: ClientOf) -> None:
    mira = client_of(world.mira)
    key = made(mira)
    assert key["secret"].startswith(key["prefix"])
    (listed,) = mira.get(KEYS).json()["results"]
    assert listed == {name: value for name, value in key.items() if name != "secret"}
    stored = ApiKey.objects.get()
    assert key["secret"] not in repr(vars(stored))
    assert client_of(world.otto).get(KEYS).json()["results"] == []


def test_a_key_for_the_api_speaks_for_its_owner(world: Cast, client_of: ClientOf) -> None:
    program = ContractClient(access=made(client_of(world.mira), scope="api")["secret"])
    assert program.post(ROOMS, {"name": "Kitchen"}).status_code == 201
    assert program.get("/api/v1/users/me/").json()["username"] == "mira"
    assert ApiKey.objects.get().last_used_at is not None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", KEYS),
        ("post", KEYS),
        ("patch", "/api/v1/users/me/"),
        ("delete", "/api/v1/users/me/"),
        ("post", "/api/v1/auth/logout/"),
        ("post", "/api/v1/auth/socket-ticket/"),
    ],
)
def test_no_key_changes_the_account_or_its_keys(
    world: Cast, client_of: ClientOf, method: str, path: str
) -> None:
    program = ContractClient(access=made(client_of(world.mira), scope="api")["secret"])
    answer = getattr(program, method)(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "key_not_allowed")


def test_a_key_for_answers_does_not_open_the_api(world: Cast, client_of: ClientOf) -> None:
    program = ContractClient(access=made(client_of(world.mira))["secret"])
    assert program.get(ROOMS).status_code == 403


@pytest.mark.parametrize("why", ["revoked", "ran out", "suspended", "nonsense"])
def test_what_is_no_good_key_is_refused_at_once(world: Cast, client_of: ClientOf, why: str) -> None:
    mira = client_of(world.mira)
    key = made(mira, scope="api")
    program = ContractClient(access=key["secret"] + ("x" if why == "nonsense" else ""))
    if why != "nonsense":
        assert program.get(ROOMS).status_code == 200
    if why == "revoked":
        assert mira.delete(f"{KEYS}{key['id']}/").status_code == 204
    elif why == "ran out":
        ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif why == "suspended":
        set_account_status(world.mira, AccountStatus.SUSPENDED)
    answer = program.get(ROOMS)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


def test_other_peoples_keys_are_not_there(world: Cast, client_of: ClientOf) -> None:
    key = made(client_of(world.mira))
    assert client_of(world.otto).delete(f"{KEYS}{key['id']}/").status_code == 404
    assert ApiKey.objects.get().revoked_at is None


def test_guests_make_no_keys_and_nobody_makes_too_many(world: Cast, client_of: ClientOf) -> None:
    assert client_of(world.gil).post(KEYS, {"name": "x"}).status_code == 403
    for number in range(MOST_KEYS):
        create_key(world.mira, name=str(number))
    answer = client_of(world.mira).post(KEYS, {"name": "one more"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_keys")
    past = (timezone.now() - timedelta(days=1)).isoformat()
    assert client_of(world.otto).post(KEYS, {"name": "x", "expires_at": past}).status_code == 400


def test_history_tells_of_keys_and_not_their_secret(world: Cast, client_of: ClientOf) -> None:
    from django.apps import apps

    key = made(client_of(world.mira))
    client_of(world.mira).delete(f"{KEYS}{key['id']}/")
    history = apps.get_model("chatcore", "ApiKeyHistory")
    assert list(history.objects.values_list("pgh_label", flat=True)) == ["insert", "update"]
    assert "secret_sha256" not in {field.name for field in history._meta.fields}


def test_a_key_is_made_and_revoked_on_the_page(world: Cast, client: Client) -> None:
    client.force_login(world.mira)
    shown = client.post("/keys/", {"name": "<b>bot</b>", "scope": "answers"})
    key = ApiKey.objects.get()
    assert shown.content.decode().count(key.prefix) == 2, "in the list, and in the secret"
    assert "<b>bot" not in shown.content.decode()
    assert shown.headers["Cache-Control"] == "no-store"
    assert "never used" in client.get("/keys/").content.decode()
    client.post(f"/keys/{key.pk}/revoke/")
    key.refresh_from_db()
    assert key.revoked_at


def test_staff_revoke_keys_in_the_admin(world: Cast, client: Client) -> None:
    key = create_key(world.mira, name="bot").key
    client.force_login(world.ada)
    page = client.get("/admin/chatcore/apikey/").content.decode()
    assert key.prefix in page
    assert (
        key.secret_sha256
        not in client.get(f"/admin/chatcore/apikey/{key.pk}/change/").content.decode()
    )
    client.post("/admin/chatcore/apikey/", {"action": "revoke", "_selected_action": [str(key.pk)]})
    key.refresh_from_db()
    assert key.revoked_at
