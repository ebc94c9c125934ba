"""Accounts: signing up, what one sees of oneself and of others, leaving."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from chatcore.models import AccountStatus, User
from chatcore.selectors.users import account_to_sign_in
from chatcore.services.users import begin_erasure
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.world import PASSWORD, Cast, code_for

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], ContractClient]
SIGN_UP, ME = "/api/v1/auth/signup/", "/api/v1/users/me/"
NINA = {"username": "nina", "email": "Nina@Example.test", "password": "a-long-word-salad"}


def test_a_new_account_waits_for_its_mail_to_be_opened(
    anonymous: ContractClient,
) -> None:
    made = anonymous.post(SIGN_UP, NINA)
    assert made.status_code == 201
    assert made.json()["account_status"] == "pending-verification"
    credentials = {"username": "nina", "password": NINA["password"]}
    assert anonymous.post("/api/v1/auth/token/", credentials).json()["code"] == "email_not_verified"

    link = re.search(r"http://\S+(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
    assert link
    assert Client().post(link[1]).status_code == 302

    assert anonymous.post("/api/v1/auth/token/", credentials).status_code == 200
    nina = User.objects.get(username="nina")
    assert nina.is_email_verified
    assert (nina.account_type, nina.email) == ("member", "nina@example.test")


def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(
    world: Cast, anonymous: ContractClient
) -> None:
    fresh = anonymous.post(SIGN_UP, NINA)
    known = anonymous.post(SIGN_UP, {**NINA, "username": "nina2", "email": "MIRA@example.test"})
    assert known.status_code == fresh.status_code == 201
    assert known.json().keys() == fresh.json().keys()
    assert not User.all_objects.filter(username="nina2").exists()
    assert mail.outbox[-1].to == ["mira@example.test"]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"username": "MIRA"}, 409, "username"),
        ({"username": "mira@x"}, 400, "username"),
        ({"username": "міra"}, 400, "username"),
        ({"password": "short"}, 400, "password"),
        ({"password": "password"}, 400, "password"),
        ({"email": "no"}, 400, "email"),
        ({"account_type": "staff"}, 400, "account_type"),
        ({"is_superuser": True}, 400, "is_superuser"),
    ],
)
def test_sign_up_refuses(
    world: Cast, anonymous: ContractClient, change: dict[str, Any], status: int, field: str
) -> None:
    refused = anonymous.post(SIGN_UP, {**NINA, **change})
    assert refused.status_code == status
    assert field in refused.json()["errors"]


def test_the_database_keeps_names_unique_whatever_the_case(world: Cast) -> None:
    for columns in ({"username": "MIRA"}, {"username": "x", "email": "Mira@Example.Test"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.all_objects.create_user(**columns)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=world.mira.pk).update(account_status="happy")


def test_i_see_all_of_me_and_change_what_is_mine(world: Cast, client_of: ClientOf) -> None:
    mira = client_of(world.mira)
    assert mira.get(ME).json()["email"] == "mira@example.test"
    changed = mira.patch(
        ME, {"display_name": "Mira M.", "chat_preferences": {"sound": False}}, "application/json"
    )
    assert changed.json()["display_name"] == "Mira M."
    assert mira.get(ME).json()["chat_preferences"] == {"sound": False}


@pytest.mark.parametrize(
    "change",
    [
        {"account_type": "staff"},
        {"email": "x@example.test"},
        {"is_staff": True},
        {"current_status": "asleep"},
        {"chat_preferences": []},
        {"display_name": "x" * 151},
        {"chat_preferences": {"x": "y" * 20_000}},
        {"avatar_url": "javascript:alert(1)"},
    ],
)
def test_a_profile_refuses(world: Cast, client_of: ClientOf, change: dict[str, Any]) -> None:
    refused = client_of(world.mira).patch(ME, change, "application/json")
    assert refused.status_code == 400
    assert refused.json()["errors"].keys() == change.keys()


def test_others_see_a_card_without_the_address(world: Cast, client_of: ClientOf) -> None:
    card = client_of(world.otto).get(f"/api/v1/users/{world.mira.pk}/").json()
    assert card["shown_name"] == "Mira"
    assert not {"email", "first_name", "chat_preferences", "account_status"} & card.keys()


def names(page: dict[str, Any]) -> list[str]:
    return [person["username"] for person in page["results"]]


def test_people_are_found_by_name_page_by_page(world: Cast, client_of: ClientOf) -> None:
    otto = client_of(world.otto)
    assert names(otto.get("/api/v1/users/?q=MIR").json()) == ["mira"]
    first = otto.get("/api/v1/users/?limit=4").json()
    assert names(first) == ["ada", "sven", "bela", "ana"]
    assert first["previous"] is None
    second = otto.get(first["next"]).json()
    assert (names(second), second["next"]) == (["otto", "mira"], None)
    assert names(otto.get(second["previous"]).json()) == names(first)


def test_a_guest_may_not_search_people(world: Cast, client_of: ClientOf) -> None:
    assert client_of(world.mira).get("/api/v1/users/").status_code == 200
    refused = client_of(world.gil).get("/api/v1/users/")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_of_people_takes_three_queries(
    world: Cast, client_of: ClientOf, count: int
) -> None:
    call_command("make_accounts", str(count), "--prefix", "crowd")
    otto = client_of(world.otto)
    # 1. the asker, 2. the asker's permissions, 3. the page
    with assert_queries(3):
        assert len(otto.get("/api/v1/users/?q=crowd").json()["results"]) == count


def test_who_leaves_is_gone_for_all_and_the_name_stays_reserved(
    world: Cast, client_of: ClientOf, anonymous: ContractClient
) -> None:
    path = f"/api/v1/users/{world.mira.pk}/"
    assert client_of(world.otto).get(path).status_code == 200
    begin_erasure(world.mira)
    assert client_of(world.otto).get(path).status_code == 404
    signing_in = {"username": "mira", "password": PASSWORD}
    assert anonymous.post("/api/v1/auth/token/", signing_in).json()["code"] == "invalid_credentials"
    assert anonymous.post(SIGN_UP, {**NINA, "username": "mira"}).status_code == 409


def test_the_last_superuser_cannot_leave(world: Cast, client_of: ClientOf) -> None:
    refused = client_of(world.ada).delete(ME)
    assert (refused.status_code, refused.json()["code"]) == (403, "last_admin")


def test_pages_sign_in_a_member_and_not_a_suspended_one(world: Cast) -> None:
    browser = Client()
    form = {"login": "mira", "password": PASSWORD}
    assert browser.post("/accounts/login/", form).status_code == 302
    assert browser.get(ME).status_code == 200
    User.objects.filter(pk=world.mira.pk).update(account_status=AccountStatus.SUSPENDED)
    assert browser.get(ME).status_code == 401


@pytest.mark.parametrize("page", ["signup", "login", "password/reset", "confirm-email", "inactive"])
def test_account_pages_stand_without_inline_script(db: None, page: str) -> None:
    response = Client().get(f"/accounts/{page}/")
    assert response.status_code == 200
    assert "unsafe-inline" not in response.headers["Content-Security-Policy"]
    body = response.content.decode()
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=\"", body)


def test_a_person_sets_up_two_steps_and_signs_in_with_them(world: Cast) -> None:
    browser = Client()
    sign_in = {"login": "mira", "password": PASSWORD}
    assert browser.post("/accounts/login/", sign_in).status_code == 302
    page = browser.get("/accounts/2fa/totp/activate/", follow=True)
    assert page.status_code == 200
    if "reauthenticate" in page.request["PATH_INFO"]:
        page = browser.post(page.request["PATH_INFO"], {"password": PASSWORD}, follow=True)
        page = browser.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    activated = browser.post(
        "/accounts/2fa/totp/activate/", {"code": code_for(secret)}, follow=True
    )
    codes = re.findall(r"<code>(\d+)</code>", activated.content.decode())
    assert len(codes) == 10
    assert "are left" in browser.get("/accounts/2fa/").content.decode()

    other = Client()
    asked = other.post("/accounts/login/", sign_in, follow=True)
    assert asked.request["PATH_INFO"] == "/accounts/2fa/authenticate/"
    assert other.get(ME).status_code == 401
    other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert other.get(ME).status_code == 200


def test_a_forgotten_password_is_set_anew_and_ends_every_sign_in(
    world: Cast, client_of: ClientOf
) -> None:
    phone = client_of(world.mira)
    assert phone.get(ME).status_code == 200
    browser = Client()
    browser.post("/accounts/password/reset/", {"email": "mira@example.test"})
    link = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert link
    form = browser.get(link[1], follow=True)
    new = {"password1": "a-new-word-salad", "password2": "a-new-word-salad"}
    assert browser.post(form.request["PATH_INFO"], new).status_code == 302
    assert phone.get(ME).status_code == 401
    world.mira.refresh_from_db()
    assert world.mira.check_password("a-new-word-salad")


def test_signing_up_on_the_page_ends_in_a_member(db: None) -> None:
    browser = Client()
    form = {
        "username": "nina",
        "email": NINA["email"],
        "password1": NINA["password"],
        "password2": NINA["password"],
    }
    sent = browser.post("/accounts/signup/", form, follow=True)
    assert sent.request["PATH_INFO"] == "/accounts/confirm-email/"
    nina = User.objects.get(username="nina")
    assert (nina.account_type, nina.account_status) == ("member", "pending-verification")


@pytest.mark.parametrize("identifier", ["mira", "MIRA@example.test"])
def test_an_account_is_found_by_an_index_whatever_the_case(world: Cast, identifier: str) -> None:
    assert account_to_sign_in(identifier) == world.mira
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        column = "email" if "@" in identifier else "username"
        found = User.objects.filter(**{f"{column}__iexact": identifier})
        assert f"using uq_users_{column}" in found.explain()
