"""Signing in and staying signed in, as a client of the API sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from time_machine import travel

from chatcore.models import AccountStatus, User
from chatcore.selectors.logins import LOGIN_ALIVE_SQL, login_for_access_token, parse_access_token
from chatcore.services.logins import forget_outlived_logins
from chatcore.services.tickets import redeem_socket_ticket
from chatcore.services.users import change_password, set_account_status
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.world import PASSWORD, Cast, code_for

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], ContractClient]
TOKEN, REFRESH, ME = "/api/v1/auth/token/", "/api/v1/auth/token/refresh/", "/api/v1/users/me/"


def signed_in(anonymous: ContractClient, **body: str) -> dict[str, Any]:
    response = anonymous.post(TOKEN, {"password": PASSWORD, **body})
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def me(access: str) -> Any:
    return ContractClient(access=access).get(ME)


@pytest.mark.parametrize("name", [{"username": "Mira"}, {"email": "MIRA@example.test"}])
def test_it_signs_in_by_username_or_mail_whatever_the_case(
    world: Cast, anonymous: ContractClient, name: dict[str, str]
) -> None:
    tokens = signed_in(anonymous, **name)
    assert tokens["expires_in"] <= 600
    assert me(tokens["access"]).json()["username"] == "mira"


def test_unknown_name_and_wrong_password_get_one_answer(
    world: Cast, anonymous: ContractClient
) -> None:
    unknown = anonymous.post(TOKEN, {"username": "nobody", "password": PASSWORD})
    wrong = anonymous.post(TOKEN, {"username": "mira", "password": "wrong"})
    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json() == wrong.json()
    assert wrong.json()["code"] == "invalid_credentials"
    assert wrong.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (AccountStatus.PENDING_VERIFICATION, "email_not_verified"),
        (AccountStatus.SUSPENDED, "account_suspended"),
        (AccountStatus.DEACTIVATED, "account_deactivated"),
    ],
)
def test_a_shut_account_learns_why_only_with_its_password(
    world: Cast, anonymous: ContractClient, status: AccountStatus, code: str
) -> None:
    set_account_status(world.mira, status)
    right = anonymous.post(TOKEN, {"username": "mira", "password": PASSWORD})
    assert (right.status_code, right.json()["code"]) == (403, code)
    wrong = anonymous.post(TOKEN, {"username": "mira", "password": "wrong"})
    assert wrong.json()["code"] == "invalid_credentials"


def test_a_refresh_gives_new_tokens_once(world: Cast, anonymous: ContractClient) -> None:
    first = signed_in(anonymous, username="mira")
    second = anonymous.post(REFRESH, {"refresh": first["refresh"]})
    assert second.status_code == 200
    assert second.json()["refresh"] != first["refresh"]
    assert me(second.json()["access"]).status_code == 200


def test_a_replayed_refresh_revokes_its_family_and_no_other(
    world: Cast, anonymous: ContractClient
) -> None:
    other = signed_in(anonymous, username="mira")
    first = signed_in(anonymous, username="mira")
    second = anonymous.post(REFRESH, {"refresh": first["refresh"]}).json()
    assert me(second["access"]).status_code == 200

    replay = anonymous.post(REFRESH, {"refresh": first["refresh"]})

    assert (replay.status_code, replay.json()["code"]) == (401, "refresh_replayed")
    assert me(first["access"]).status_code == me(second["access"]).status_code == 401
    assert anonymous.post(REFRESH, {"refresh": second["refresh"]}).status_code == 401
    assert me(other["access"]).status_code == 200


def test_logout_refuses_both_tokens_at_once(world: Cast, anonymous: ContractClient) -> None:
    tokens = signed_in(anonymous, username="mira")
    assert me(tokens["access"]).status_code == 200
    assert ContractClient(access=tokens["access"]).post("/api/v1/auth/logout/").status_code == 204
    refused = me(tokens["access"])
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
    assert anonymous.post(REFRESH, {"refresh": tokens["refresh"]}).status_code == 401


def test_logout_with_nothing_but_the_refresh_token(world: Cast, anonymous: ContractClient) -> None:
    tokens = signed_in(anonymous, username="mira")
    gone = anonymous.post("/api/v1/auth/logout/", {"refresh": tokens["refresh"]})
    assert gone.status_code == 204
    assert me(tokens["access"]).status_code == 401


def test_access_runs_out_and_refresh_outlives_it(world: Cast, anonymous: ContractClient) -> None:
    with travel("2026-12-01 12:00:00Z", tick=False) as clock:
        tokens = signed_in(anonymous, username="mira")
        clock.shift(settings.ACCESS_TOKEN_SECONDS - 1)
        assert me(tokens["access"]).status_code == 200
        clock.shift(1)
        assert me(tokens["access"]).status_code == 401
        assert anonymous.post(REFRESH, {"refresh": tokens["refresh"]}).status_code == 200
        clock.shift(settings.REFRESH_TOKEN_DAYS * 86_400)
        assert anonymous.post(REFRESH, {"refresh": tokens["refresh"]}).status_code == 401


@pytest.mark.parametrize("end", ["password", "suspension", "erasure"])
def test_every_sign_in_ends_with(world: Cast, anonymous: ContractClient, end: str) -> None:
    tokens = signed_in(anonymous, username="mira")
    assert me(tokens["access"]).status_code == 200
    if end == "password":
        change_password(world.mira, "another-long-password")
    elif end == "suspension":
        set_account_status(world.mira, AccountStatus.SUSPENDED)
    else:
        assert ContractClient(access=tokens["access"]).delete(ME).status_code == 204
    assert me(tokens["access"]).status_code == 401
    assert anonymous.post(REFRESH, {"refresh": tokens["refresh"]}).status_code == 401


@pytest.mark.parametrize(
    "token", ["", "x", "a:b", "é", "AAAA:BBBB", "ccr_123", "a" * 10_000, "%00", "\x00"]
)
def test_what_is_no_token_is_refused(world: Cast, token: str) -> None:
    assert parse_access_token(token) is None
    assert login_for_access_token(token) is None


def test_a_token_of_another_key_is_refused(
    world: Cast, anonymous: ContractClient, settings: Any
) -> None:
    token = signed_in(anonymous, username="mira")["access"]
    assert parse_access_token(token)
    settings.SECRET_KEY = "another"
    assert parse_access_token(token) is None


def test_a_request_looks_at_its_login_in_one_query(world: Cast, anonymous: ContractClient) -> None:
    token = signed_in(anonymous, username="mira")["access"]
    # 1. the account, if its login stands
    with assert_queries(1):
        assert me(token).status_code == 200
    # 1. LOGIN_ALIVE_SQL
    with assert_queries(1):
        assert login_for_access_token(token)
    assert "revoked_at" in LOGIN_ALIVE_SQL


def test_mfa_asks_for_a_code_and_takes_it_once(world: Cast, anonymous: ContractClient) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    TOTP.activate(world.mira, secret)
    asked = anonymous.post(TOKEN, {"username": "mira", "password": PASSWORD})
    assert (asked.status_code, asked.json()["code"]) == (401, "mfa_required")
    wrong = anonymous.post(TOKEN, {"username": "mira", "password": PASSWORD, "code": "000000"})
    assert wrong.json()["code"] == "mfa_invalid"
    code = code_for(secret)
    assert signed_in(anonymous, username="mira", code=code)["access"]
    again = anonymous.post(TOKEN, {"username": "mira", "password": PASSWORD, "code": code})
    assert again.json()["code"] == "mfa_invalid"


def test_mfa_takes_a_recovery_code_once(world: Cast, anonymous: ContractClient) -> None:
    TOTP.activate(world.mira, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    code = RecoveryCodes.activate(world.mira).get_unused_codes()[0]
    assert signed_in(anonymous, username="mira", code=code)["access"]
    again = anonymous.post(TOKEN, {"username": "mira", "password": PASSWORD, "code": code})
    assert again.json()["code"] == "mfa_invalid"


def test_a_guest_gets_an_account_where_guests_are_allowed(
    db: None, anonymous: ContractClient, settings: Any
) -> None:
    guest = anonymous.post("/api/v1/auth/guest/", {"display_name": "Gil"})
    assert guest.status_code == 201
    account = me(guest.json()["access"]).json()
    assert (account["account_type"], account["display_name"]) == ("guest", "Gil")
    settings.GUESTS_ALLOWED = False
    refused = anonymous.post("/api/v1/auth/guest/")
    assert (refused.status_code, refused.json()["code"]) == (403, "guests_not_allowed")


def test_a_socket_ticket_is_good_once_and_for_30_seconds(world: Cast, client_of: ClientOf) -> None:
    with travel("2026-12-01 12:00:00Z", tick=False) as clock:
        mira, path = client_of(world.mira), "/api/v1/auth/socket-ticket/"
        ticket = mira.post(path).json()["ticket"]
        claims = redeem_socket_ticket(ticket)
        assert claims is not None
        assert (claims.user_id, bool(claims.login_id)) == (world.mira.pk, True)
        assert redeem_socket_ticket(ticket) is None
        late = mira.post(path).json()["ticket"]
        clock.shift(31)
        assert redeem_socket_ticket(late) is None
        assert redeem_socket_ticket("nonsense") is None


def test_a_browser_needs_its_csrf_token(world: Cast) -> None:
    browser = ContractClient(enforce_csrf_checks=True)
    browser.force_login(world.mira)
    assert browser.get(ME).status_code == 200
    refused = browser.patch(ME, {"display_name": "M"}, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    browser.get("/accounts/password/change/")
    token = browser.cookies["csrftoken"].value
    allowed = browser.patch(
        ME, {"display_name": "M"}, "application/json", headers={"X-CSRFToken": token}
    )
    assert allowed.json()["display_name"] == "M"


def test_sign_ins_that_have_run_out_are_forgotten(world: Cast, anonymous: ContractClient) -> None:
    with travel("2026-12-01 12:00:00Z", tick=False) as clock:
        signed_in(anonymous, username="mira")
        clock.shift(20 * 86_400)
        kept = signed_in(anonymous, username="mira")
        clock.shift(20 * 86_400)
        assert forget_outlived_logins() == 1
        assert anonymous.post(REFRESH, {"refresh": kept["refresh"]}).status_code == 200
