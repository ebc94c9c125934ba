"""What only a real server shows: bodies without a length, bodies without an end, raw bytes."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.live import Stage

TOKEN = "/api/v1/auth/token/"
JSON = {"Content-Type": "application/json"}


def pieces(count: int, size: int = 64 * 1024) -> Iterator[bytes]:
    yield b'{"username": "'
    for _ in range(count):
        yield b"x" * size
    yield b'"}'


def post(stage: Stage, content: Iterator[bytes] | bytes) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{stage.port}{TOKEN}", content=content, headers=JSON)


def test_a_body_without_a_length_is_read(stage: Stage) -> None:
    response = post(stage, iter([b'{"username": "nobody", ', b'"password": "x"}']))
    assert (response.status_code, response.json()["code"]) == (401, "invalid_credentials")


def test_ten_megabytes_without_a_length_are_a_413(stage: Stage) -> None:
    response = post(stage, pieces(160))
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert post(stage, b"{}").status_code == 400


def test_a_length_that_says_too_much_is_a_413_at_once(stage: Stage) -> None:
    head = f"POST {TOKEN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
    assert raw(stage, head.encode()).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "head",
    [
        b"GET /api/v1/users/%ff%fe/ HTTP/1.1\r\nHost: localhost\r\n",
        b"GET /api/v1/users/?q=%00 HTTP/1.1\r\nHost: localhost\r\n",
        b"GET /api/v1/users/?q=\xff\xfe HTTP/1.1\r\nHost: localhost\r\n",
        b"GET /api/v1/users/me/ HTTP/1.1\r\nHost: evil.example\r\n",
        b"GET /api/v1/users/me/ HTTP/1.1\r\nHost: \r\n",
        b"GET /api/v1/users/me/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \xff\xfe\r\n",
        b"GET /api/v1/users/me/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=\xff%00;;;=\r\n",
        b'GET /api/v1/users/me/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid="\\000aaaaaaaa"\r\n',
        b"GET /api/v1/users/me/ HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: \xff,,\x01\r\n",
        b"GET /api/v1/users/me/ HTTP/1.1\r\nHost: localhost\r\nAccept: \xff/*;q=x\r\n",
        b"NONSENSE /api/v1/users/me/ HTTP/1.1\r\nHost: localhost\r\n",
        (
            b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data\r\n"
            b"Content-Length: 3\r\n"
        ),
        (
            b"POST /api/v1/auth/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
            b"Content-Type: application/json; charset=nonsense\r\n"
        ),
    ],
)
def test_strange_bytes_never_give_a_5xx(stage: Stage, head: bytes) -> None:
    answer = raw(stage, head + b"Connection: close\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 4"), answer[:200]


def raw(stage: Stage, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", stage.port), timeout=5) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
            if b"\r\n\r\n" in answer:
                break
        return answer
