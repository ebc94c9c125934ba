"""Noise: whatever comes over the socket or HTTP, nothing breaks.

A quick dose in every run; `FUZZ_FRAMES=50000 FUZZ_EXAMPLES=200 make test ARGS=tests/test_fuzz.py` for a
long one. Promised: never a 5xx, never a dead consumer, and every error has a documented code.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
import schemathesis
from django.core.cache import cache
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as some
from schemathesis import GenerationMode

from chatcore.models import User
from chatcore.services.append import Appended
from tests.access import Things, things
from tests.client import ContractClient, document
from tests.live import Client, Json, Stage
from tests.rooms import said
from tests.world import access_for

FRAMES = int(os.environ.get("FUZZ_FRAMES", "3000"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "6"))
SEED = int(os.environ.get("FUZZ_SEED", "0")) or random.SystemRandom().randrange(2**32)
OPS = "auth subscribe unsubscribe send edit delete read typing cancel ping heartbeat event ack".split()
# Every code that a frame may be refused with; docs/ tells what each means.
CODES = {
    "already_signed_in", "bad_json", "bad_message_type", "bad_reply_to", "dialogue_closed",
    "invalid", "invalid_frame", "message_deleted", "muted", "not_found", "not_possible",
    "not_subscribed", "not_yours", "permission_denied", "rate_limited", "read_only", "ref_conflict",
    "room_closed", "too_many_questions", "too_many_topics", "unknown_op",
}  # fmt: skip


@pytest.fixture(scope="module")
def live(stage: Stage) -> Things:
    return things(stage.world)


class Noise:
    """Frames near to good ones and far from them, from one seed."""

    def __init__(self, live: Things, message: Appended) -> None:
        self.random = random.Random(SEED)
        room, dialogue = live.room.pk, live.ended_dialogue
        self.topics = [
            f"room:{room}", f"dialogue:{dialogue}", "me", f"room:{uuid4()}", f"room:{room}".upper(),
            f"user:{live.people['member'].pk}", "room:", ":", "logins", "room:%s", "dialogue:../..",
        ]  # fmt: skip
        self.ids: list[Any] = [message.id, live.message, uuid4(), UUID(int=0), room, "x", ""]

    def frame(self) -> str | bytes:
        pick = self.random.random()
        if pick < 0.05:
            return self.random.randbytes(self.random.randrange(200))
        if pick < 0.10:
            return "".join(chr(self._point()) for _ in range(self.random.randrange(200)))
        text = json.dumps(self._body(), default=str)
        if pick < 0.25:  # a cut, a swap, a doubled piece
            at, to = sorted(self.random.randrange(len(text) + 1) for _ in range(2))
            return self.random.choice([text[:at], text[:at] + text[to:], text[:to] + text[at:]])
        return text

    def _body(self) -> Any:
        if self.random.random() < 0.05:
            return self.value()
        body: dict[str, Any] = {"op": self.random.choice(OPS)}
        for name, good in self._fields().items():
            if self.random.random() < 0.5:
                body[name] = good if self.random.random() < 0.8 else self.value()
        if self.random.random() < 0.1:
            body[self.random.choice(["extra", "sender", "version", "__class__", ""])] = self.value()
        return body

    def _fields(self) -> dict[str, Any]:
        return {
            "topic": self.random.choice(self.topics),
            "ref": self.random.choice([uuid4(), UUID(int=7)]),
            "id": self.random.choice(self.ids),
            "content": self.random.choice(
                ["words", "x" * 10_000, "\x00", "👋" * 99, "\u202e", " "]
            ),
            "after_version": self.random.choice([0, 1, 5, 10**6]),
            "seq": self.random.choice([0, 1, 2**62]),
            "on": True,
            "reply_to": self.random.choice(self.ids),
            "message_type": self.random.choice(["chat", "system", "x" * 21]),
        }

    def value(self, depth: int = 0) -> Any:
        kinds: list[Callable[[], Any]] = [
            lambda: None,
            lambda: self.random.choice([True, False]),
            lambda: self.random.choice([0, -1, 2**31, 2**63, 2**64, -(2**63), 10**30]),
            lambda: self.random.choice([0.1, -0.0, 1e308, float("nan"), float("inf")]),
            lambda: "".join(chr(self._point()) for _ in range(self.random.randrange(50))),
            lambda: [self.value(depth + 1) for _ in range(self.random.randrange(3))],
            lambda: {str(n): self.value(depth + 1) for n in range(self.random.randrange(3))},
        ]
        return self.random.choice(kinds[:5] if depth > 3 else kinds)()

    def _point(self) -> int:
        point = self.random.choice([self.random.randrange(128), self.random.randrange(0x110000)])
        return 0xFFFD if 0xD800 <= point < 0xE000 else point


def test_frames(stage: Stage, live: Things) -> None:
    """On one socket after the other; each still answers after every hundred frames."""
    print(f"FUZZ_SEED={SEED}")
    users = [live.people[kind] for kind in ("member", "moderator", "guest", "observer", "outsider")]
    noise = Noise(live, said(live.room, live.people["member"]))
    for _ in range(0, FRAMES, 500):
        with stage.client(noise.random.choice(users)) as client:
            for _ in range(5):
                _a_hundred(client, noise)
    with stage.client(live.people["member"]) as client:
        assert client.say(f"room:{live.room.pk}", "after the noise")["op"] == "ack"


def _a_hundred(client: Client, noise: Noise) -> None:
    for _ in range(100):
        client.send_text(noise.frame())
    for frame in _until_quiet(client):
        if frame["op"] == "error":
            assert frame["code"] in CODES, frame
            assert frame["detail"]


def _until_quiet(client: Client) -> Iterator[Json]:
    """What was answered, up to the answer to a frame that no noise holds."""
    client.send(op="unsubscribe", topic="end-of-noise")
    while True:
        frame = client.receive(10)
        if frame == {"op": "unsubscribed", "topic": "end-of-noise"}:
            return
        yield frame


@settings(max_examples=30 * EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(some.data())
def test_frames_that_shrink(stage: Stage, live: Things, data: some.DataObject) -> None:
    """The same by hypothesis, which finds the smallest frame that breaks something."""
    body = data.draw(
        some.dictionaries(
            some.sampled_from(["op", "topic", "ref", "content", "id", "seq", "on", "after_version"])
            | some.text(max_size=5),
            some.recursive(
                some.none() | some.booleans() | some.integers() | some.text(max_size=20),
                lambda inner: (
                    some.lists(inner, max_size=3)
                    | some.dictionaries(some.text(max_size=3), inner, max_size=3)
                ),
            )
            | some.sampled_from([*OPS, f"room:{live.room.pk}", str(live.message)]),
            max_size=8,
        )
    )
    with stage.client(live.people["member"]) as client:
        client.send_text(json.dumps(body))
        for frame in _until_quiet(client):
            assert frame["op"] != "error" or frame["code"] in CODES


# -- HTTP --

_schema = schemathesis.openapi.from_dict(document())
# It signs the asker out or away, and what follows would only ever be a 401.
_ENDS_THE_SIGN_IN = {"/api/v1/auth/logout/", "/api/v1/users/me/"}
# It waits for an answer that no worker gives here; the socket asks the same service above.
_WAITS = ("POST", "/api/v1/dialogues/{dialogue_id}/messages/")


def _operations() -> list[Any]:
    found = [each.ok() for each in _schema.get_all_operations()]  # type: ignore[union-attr]
    assert len(found) == sum(len(methods) for methods in document()["paths"].values())
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "operation", _operations(), ids=lambda operation: operation.label.replace("/api/v1/", "")
)
def test_http(world: Any, operation: Any) -> None:
    """No operation answers with a 5xx or against its own document, whatever it gets."""
    cache.clear()
    there = things(world)
    clients = [_client(there.people[kind]) for kind in ("moderator", "member", "admin")]
    known = _known_ids(there)

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=_good_and_bad(operation), chance=some.randoms(use_true_random=False))
    def noise(case: Any, chance: random.Random) -> None:
        for name in case.path_parameters or {}:
            if chance.random() < 0.7 and name in known:
                case.path_parameters[name] = known[name]
        if (case.method, case.path) == _WAITS:
            case.path_parameters["dialogue_id"] = str(there.ended_dialogue)
        answer = _ask(chance.choice(clients), case)
        assert answer.status_code < 500, (
            f"seed {SEED}: {case.as_curl_command()}\n{answer.content!r}"
        )

    noise()


def _good_and_bad(operation: Any) -> some.SearchStrategy[Any]:
    """What the document allows, and what it does not; some operations can't be asked wrongly."""
    modes = [GenerationMode.POSITIVE]
    if operation.body or operation.query or operation.path_parameters:
        modes.append(GenerationMode.NEGATIVE)
    return some.one_of(*[operation.as_strategy(generation_mode=mode) for mode in modes])


def _client(user: User) -> ContractClient:
    """Checks each answer against the document; an exception is a 500 as it is outside."""
    client = ContractClient(access=access_for(user))
    client.raise_request_exception = False
    return client


def _known_ids(there: Things) -> dict[str, str]:
    return {
        "room_id": str(there.room.pk),
        "message_id": str(there.message),
        "user_id": str(there.people["muted"].pk),
        "dialogue_id": str(there.dialogue),
        "book_id": str(there.book),
        "job_id": str(there.job),
        "number": "1",
    }


def _ask(client: ContractClient, case: Any) -> Any:
    if case.path in _ENDS_THE_SIGN_IN and case.method in {"POST", "DELETE"}:
        client = ContractClient()
        client.raise_request_exception = False
    sent = case.as_transport_kwargs(base_url="http://testserver")
    with _a_transaction_of_its_own():
        return _send(client, sent)


@contextmanager
def _a_transaction_of_its_own() -> Iterator[None]:
    """What the database refuses (a number or a date out of its range, answered by a 400) would spoil the
    transaction of the test for the next request, which the product's do not share."""
    begun = transaction.savepoint()
    yield
    try:
        transaction.savepoint_commit(begun)
    except DatabaseError:
        transaction.savepoint_rollback(begun)


def _send(client: ContractClient, sent: dict[str, Any]) -> Any:
    import requests

    prepared = requests.Request(
        sent["method"],
        sent["url"],
        params=sent.get("params"),
        json=sent.get("json"),
        data=sent.get("data"),
        files=sent.get("files"),
    ).prepare()
    body = prepared.body or b""
    return client.generic(
        str(prepared.method),
        str(prepared.path_url),
        body.encode() if isinstance(body, str) else body,
        prepared.headers.get("Content-Type", "application/json"),
    )
