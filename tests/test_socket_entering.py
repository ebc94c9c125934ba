"""Who gets onto the socket, in which ways, and who does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser

from chatcore.errors import Unavailable
from chatcore.models import AccountStatus, Login, User
from chatcore.selectors.logins import parse_access_token
from chatcore.services.logins import revoke_login
from chatcore.services.tickets import issue_socket_ticket
from chatcore.services.users import set_account_status
from tests.live import Client, Stage
from tests.world import access_for


def session_cookie(user: User) -> str:
    browser = Browser()
    browser.force_login(user)
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def greeted(client: Client) -> Any:
    with client:
        ready = client.expect(op="ready")
        assert ready["server_time"].endswith("Z")
        assert client.pings()
        return ready["user"]["username"]


def refused(client: Client, seconds: float = 5) -> bool:
    with client:
        code = client.close_code(seconds)
        assert [frame.get("code") for frame in client.waiting] == ["not_authenticated"]
        return code == 4003


def test_a_bearer_token_opens_it(stage: Stage) -> None:
    assert greeted(Client(stage.port, access=access_for(stage.world.mira))) == "mira"


def test_the_first_frame_opens_it(stage: Stage) -> None:
    client = Client(stage.port)
    client.send(op="auth", token=access_for(stage.world.mira))
    assert greeted(client) == "mira"


def test_a_ticket_opens_it_once(stage: Stage) -> None:
    login = Login.objects.create(user=stage.world.mira)
    ticket = issue_socket_ticket(stage.world.mira.pk, login.pk)
    assert greeted(Client(stage.port, query=f"?ticket={ticket}")) == "mira"
    client = Client(stage.port, query=f"?ticket={ticket}")
    client.send(op="ping")
    assert refused(client)


def test_a_cookie_opens_it_from_our_own_pages(stage: Stage) -> None:
    headers = {"Cookie": session_cookie(stage.world.mira)}
    origin: Any = f"http://127.0.0.1:{stage.port}"
    assert greeted(Client(stage.port, headers=headers, origin=origin)) == "mira"


@pytest.mark.parametrize(
    "origin", ["https://elsewhere.test", "null", "http://127.0.0.1:1", "file://", "", "http://["]
)
def test_a_cookie_from_another_page_is_refused(stage: Stage, origin: str) -> None:
    headers = {"Cookie": session_cookie(stage.world.mira)}
    if origin:
        headers["Origin"] = origin
    client = Client(stage.port, headers=headers)
    client.send(op="ping")
    assert refused(client)


def test_a_cookie_that_is_none_of_ours_is_refused(stage: Stage) -> None:
    origin: Any = f"http://127.0.0.1:{stage.port}"
    nul = f'{settings.SESSION_COOKIE_NAME}="\\000aaaaaaaa"'
    for cookie in (nul, f"{settings.SESSION_COOKIE_NAME}=nonsense", "=;=;"):
        client = Client(stage.port, headers={"Cookie": cookie}, origin=origin)
        client.send(op="ping")
        assert refused(client)


@pytest.mark.parametrize(
    "first",
    [
        {"op": "ping"},
        {"op": "auth", "token": "nonsense"},
        {"op": "auth"},
        {"op": "auth", "token": 5},
        {"op": "subscribe", "topic": "me"},
        [],
        None,
    ],
)
def test_who_does_not_sign_in_first_is_sent_away(stage: Stage, first: object) -> None:
    client = Client(stage.port)
    client.send_text(json.dumps(first))
    assert refused(client)


@pytest.mark.parametrize("noise", ["{", b"\xff\xfe", "", "[" * 5000])
def test_noise_instead_of_a_first_frame_is_sent_away(stage: Stage, noise: str | bytes) -> None:
    client = Client(stage.port)
    client.send_text(noise)
    assert refused(client)


def test_who_says_nothing_is_sent_away(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatcore.consumers.AUTH_SECONDS", 0.2)
    assert refused(Client(stage.port), 2)


def test_who_leaves_before_signing_in_harms_nobody(stage: Stage, caplog: Any) -> None:
    for _ in range(3):
        Client(stage.port).connection.socket.close()
    assert greeted(Client(stage.port, access=access_for(stage.world.mira))) == "mira"
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_a_revoked_login_opens_nothing(stage: Stage) -> None:
    token = access_for(stage.world.mira)
    claims = parse_access_token(token)
    assert claims
    revoke_login(Login.objects.get(pk=claims.login_id), because="test")
    client = Client(stage.port, access=token)
    client.send(op="ping")
    assert refused(client)


def test_a_suspended_account_opens_nothing(stage: Stage) -> None:
    token, cookie = access_for(stage.world.gil), session_cookie(stage.world.gil)
    set_account_status(stage.world.gil, AccountStatus.SUSPENDED)
    origin: Any = f"http://127.0.0.1:{stage.port}"
    for client in (
        Client(stage.port, access=token),
        Client(stage.port, headers={"Cookie": cookie}, origin=origin),
    ):
        client.send(op="ping")
        assert refused(client)
    set_account_status(stage.world.gil, AccountStatus.ACTIVE)


def test_signing_in_twice_is_an_error_and_no_more(stage: Stage) -> None:
    with stage.client(stage.world.mira) as mira:
        mira.send(op="auth", token=access_for(stage.world.otto))
        assert mira.error()["code"] == "already_signed_in"
        assert mira.pings()


def test_who_comes_while_the_database_is_away_is_asked_to_come_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("The database is not reachable for the moment.")

    token = access_for(stage.world.mira)
    monkeypatch.setattr("chatcore.live.identity.fetch", away)
    with Client(stage.port, access=token) as client:
        assert client.error()["code"] == "unavailable"
        assert client.close_code() == 1013
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
