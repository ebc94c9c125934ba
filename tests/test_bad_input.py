"""Whatever is sent, the answer is a documented problem and never a 5xx."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chatcore.models import User
from tests.client import ContractClient
from tests.world import Cast

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], ContractClient]
ME, TOKEN, SIGN_UP = "/api/v1/users/me/", "/api/v1/auth/token/", "/api/v1/auth/signup/"
NAME = b'{"display_name": %b}'

BAD_BODIES = {
    "NUL": NAME % rb'"a\u0000b"',
    "NUL in a key": rb'{"a\u0000": 1}',
    "lone surrogate": NAME % rb'"\ud800"',
    "broken UTF-8": NAME % b'"\xff\xfe"',
    "UTF-16": '{"display_name": "x"}'.encode("utf-16"),
    "not JSON": b"{",
    "empty": b" ",
    "NaN": NAME % b"NaN",
    "Infinity": NAME % b"1e999",
    "huge number": NAME % (b"9" * 5_000),
    "huge number inside": b'{"chat_preferences": {"size": 100000000000000000000}}',
    "huge float inside": b'{"chat_preferences": {"size": [-1e300]}}',
    "deep list": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 600 + b"1" + b"}" * 600,
    "moderately deep": b'{"chat_preferences":' * 40 + b"{}" + b"}" * 40,
    "a list": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "wrong type": NAME % b'{"a": 1}',
    "list for text": NAME % b"[1]",
    "true for text": NAME % b"true",
    "number for text": NAME % b"5",
    "long text": NAME % (b'"' + b"x" * 1_000_000 + b'"'),
    "unknown field": b'{"nonsense": 1}',
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_bad_body_is_a_400(world: Cast, client_of: ClientOf, body: bytes) -> None:
    mira = client_of(world.mira)
    assert mira.patch(ME, NAME % b'"fine"', "application/json").status_code == 200
    response = mira.patch(ME, body, "application/json")
    assert response.status_code == 400, response.content
    assert response.json()["code"] in {"malformed", "invalid"}


def test_ten_megabytes_are_a_413(world: Cast, client_of: ClientOf) -> None:
    body = NAME % (b'"' + b"x" * 10_000_000 + b'"')
    response = client_of(world.mira).patch(ME, body, "application/json")
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "",
        "nonsense",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ],
)
def test_another_content_type_is_a_415(world: Cast, client_of: ClientOf, kind: str) -> None:
    response = client_of(world.mira).generic("PATCH", ME, b"a=1", kind)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=x",
        "limit=" + "9" * 400,
        "limit=1.5",
        "limit=%D9%A3",
        "limit=",
        "cursor=x",
        "cursor=%FF",
        "cursor=YQ",
        "cursor=" + "A" * 5000,
        "q=%00",
        "q=a%00b",
        "cursor=%00",
    ],
)
def test_a_bad_query_is_a_400(world: Cast, client_of: ClientOf, query: str) -> None:
    mira = client_of(world.mira)
    assert mira.get("/api/v1/users/").status_code == 200
    assert mira.get(f"/api/v1/users/?{query}").status_code == 400


@pytest.mark.parametrize("query", ["q=%FF%FE", "q=" + "x" * 5_000, "q=%25_%5C", "q=%F0%9F%92%A9"])
def test_strange_words_find_nobody(world: Cast, client_of: ClientOf, query: str) -> None:
    assert client_of(world.mira).get(f"/api/v1/users/?{query}").json()["results"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing/",
        "/api/v1/users/1/",
        "/api/v1/users/00000000-0000-0000-0000-000000000000/",
        "/api/v1/users/%FF/",
        "/api/v1/users/x%20y/",
        "/api/v1/jobs/mine/",
    ],
)
def test_a_strange_address_is_a_404_problem(world: Cast, client_of: ClientOf, path: str) -> None:
    response = client_of(world.mira).get(path)
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_found"


def test_nul_in_an_address_is_a_400(world: Cast, client_of: ClientOf) -> None:
    assert client_of(world.mira).get("/api/v1/users/%00/").status_code == 400


def test_another_method_is_a_405_that_names_the_right_ones(
    world: Cast, client_of: ClientOf
) -> None:
    response = client_of(world.mira).generic("PUT", ME, b"{}", "application/json")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert "PATCH" in response.headers["Allow"]


@pytest.mark.parametrize("value", ["Bearer", "Bearer ", "Bearer x", "Bearer \xff", "Bearer a b c"])
def test_a_strange_authorization_is_a_401(world: Cast, value: str) -> None:
    response = ContractClient().get(ME, headers={"Authorization": value})
    assert response.status_code == 401
    assert response.json()["code"] in {"invalid_token", "not_authenticated"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "mira"},
        {"username": "mira", "email": "m", "password": "x"},
        {"username": ["mira"], "password": "x"},
        {"username": "mira", "password": None},
        {"username": "mira", "password": {"$ne": 1}},
        {"username": 5, "password": True},
        {"username": "m" * 10_000, "password": "x"},
        {"username": "mira", "password": "x" * 10_000},
    ],
)
def test_bad_credentials_are_a_400(
    world: Cast, anonymous: ContractClient, body: dict[str, object]
) -> None:
    assert anonymous.post(TOKEN, body).status_code == 400


def test_an_id_of_somebody_elses_job_is_a_404(world: Cast, client_of: ClientOf) -> None:
    from chatcore.services.jobs import create_job

    job = create_job("test", created_by=world.mira)
    assert client_of(world.mira).get(f"/api/v1/jobs/{job.pk}/").status_code == 200
    assert client_of(world.otto).get(f"/api/v1/jobs/{job.pk}/").status_code == 404


def test_every_answer_carries_a_request_id_and_safe_headers(anonymous: ContractClient) -> None:
    response = anonymous.get("/api/v1/nothing/", headers={"X-Request-Id": "abc-12345678"})
    assert response.headers["X-Request-Id"] == "abc-12345678"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert anonymous.get(ME, headers={"X-Request-Id": "bad id\n"}).headers["X-Request-Id"] != "bad"
