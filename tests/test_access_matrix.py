"""Who may do what: every HTTP operation and every socket op, by every kind of user.

The table is `contract/access.json`: operation, outcome, and the kinds of user who get it. A new route
without a row fails. `ACCESS_WRITE=1` writes what is found; read the difference as a reviewer would.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

import pytest
from django.core.cache import cache as memory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test.client import MULTIPART_CONTENT

from chatcore.live.client_frames import AnyFrame
from chatcore.models import User
from rooms.models import ChatRoom, RoomParticipant
from tests.access import KINDS, QUERIES, Things, bodies, ids, things, token_of
from tests.client import API, ContractClient, document
from tests.live import Client, Json, Stage
from tests.rooms import said
from tests.world import Cast

TABLE = Path(__file__).parent / "contract" / "access.json"
Row = dict[str, str]
SOCKET_OPS = sorted(frame.model_fields["op"].annotation.__args__[0] for frame in get_args(AnyFrame))
TOPICS = ("room", "dialogue", "me")


@cache
def table() -> dict[str, Row]:
    found: dict[str, Row] = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    return found


def operations() -> list[str]:
    return [
        f"{method.upper()} {path.removeprefix(API + '/')}"
        for path, methods in document()["paths"].items()
        for method in methods
    ]


def socket_rows() -> list[str]:
    with_topic = set(SOCKET_OPS) - {"ping", "auth"}
    return [f"SOCKET {op} {topic}" for op in sorted(with_topic) for topic in TOPICS] + [
        "SOCKET auth",
        "SOCKET ping",
    ]


def row_of(outcomes: dict[str, str]) -> Row:
    """By outcome, the kinds who get it."""
    got = dict.fromkeys(outcomes[kind] for kind in KINDS)
    return {each: ", ".join(kind for kind in KINDS if outcomes[kind] == each) for each in got}


def compare(found: dict[str, Row]) -> None:
    """Each row with the table; all differences at once."""
    if os.environ.get("ACCESS_WRITE"):
        stored = {**(json.loads(TABLE.read_text()) if TABLE.exists() else {}), **found}
        wanted = {*operations(), *socket_rows()}
        kept = {name: row for name, row in stored.items() if name in wanted}
        TABLE.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
        return
    wrong = [
        f"{name}\n  is     {row}\n  should {table().get(name, 'have a row: ACCESS_WRITE=1 helps')}"
        for name, row in found.items()
        if row != table().get(name)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_operation_and_op_has_its_row() -> None:
    assert set(table()) == {*operations(), *socket_rows()}


# -- HTTP --


@pytest.fixture
def there(world: Cast) -> Things:
    memory.clear()
    return things(world)


def ask(operation: str, there: Things, user: User | None, **other_ids: object) -> Any:
    method, _, path = operation.partition(" ")
    query = QUERIES.get(operation, "").format(member=there.people["member"].pk)
    address = f"{API}/{path.format(**{**ids(there, operation), **other_ids})}{query}"
    client = ContractClient(access=token_of(user) if user else "", raise_request_exception=True)
    if operation == "POST books/":
        return client.generic(method, address, b"", "multipart/form-data; boundary=x")
    if operation == "POST rooms/{room_id}/attachments/":
        return client.post(address, {"file": SimpleUploadedFile("b", b"b")}, MULTIPART_CONTENT)
    body = bodies(there).get(operation, {})
    data = b"" if method in {"GET", "DELETE"} else json.dumps(body, default=str).encode()
    return client.generic(method, address, data, "application/json")


def outcome(answer: Any) -> str:
    if answer.status_code < 400:
        return str(answer.status_code)
    return f"{answer.status_code} {answer.json()['code']}"


@pytest.mark.django_db
def test_http(there: Things) -> None:
    compare(
        {
            operation: row_of({kind: _rolled_back(operation, there, kind) for kind in KINDS})
            for operation in operations()
        }
    )


def _rolled_back(operation: str, there: Things, kind: str) -> str:
    return outcome(_undone(operation, there, there.people.get(kind), {}))


def _undone(operation: str, there: Things, user: User | None, other_ids: dict[str, object]) -> Any:
    """The answer, with nothing done that the next one would find."""
    mark = transaction.savepoint()
    try:
        return ask(operation, there, user, **other_ids)
    finally:
        transaction.savepoint_rollback(mark)


@pytest.mark.django_db
def test_what_is_not_yours_looks_like_what_is_not_there(there: Things) -> None:
    """Byte for byte, for everybody who gets a 404, whether one of the ids is missing or all are."""
    for operation in operations():
        named = [name for name in ids(there, operation) if f"{{{name}}}" in operation]
        missing: dict[str, object] = {n: 99 if n == "number" else uuid4() for n in named}
        for kind in ("outsider", "removed", "guest", "admin") if named else ():
            user = there.people[kind]
            real = _undone(operation, there, user, {})
            if real.status_code == 404:
                for nothing in (missing, {named[0]: missing[named[0]]}):
                    assert _undone(operation, there, user, nothing).content == real.content, (
                        f"{operation} tells {kind} something"
                    )


# -- the socket --


@pytest.fixture(scope="module")
def live(stage: Stage) -> Things:
    return things(stage.world)


FIELDS: dict[str, Json] = {
    "subscribe": {},
    "unsubscribe": {},
    "send": {"content": "words"},
    "edit": {"content": "words"},
    "delete": {},
    "read": {"seq": 1},
    "typing": {"on": True},
    "cancel": {},
}


@pytest.mark.parametrize("topic", [*TOPICS, ""])
def test_socket(stage: Stage, live: Things, topic: str) -> None:
    rows = [row for row in socket_rows() if "".join(row.split()[2:]) == topic]
    assert rows
    compare(
        {row: row_of({kind: _on_socket(stage, live, row, kind) for kind in KINDS}) for row in rows}
    )


def _on_socket(stage: Stage, live: Things, row: str, kind: str) -> str:
    _, op, *topics = row.split()
    user = live.people.get(kind)
    if user is None:
        with Client(stage.port) as client:
            client.send(op=op, **({"token": "nonsense"} if op == "auth" else {}))
            return f"closed {client.close_code()}"
    with stage.client(user) as client:
        if op == "auth":
            client.send(op="auth", token=token_of(user))
        elif op == "ping":
            client.send(op="ping")
        else:
            topic = _topic(live, topics[0])
            if op == "typing":  # who may follow may type
                client.subscribe(topic)
            client.send(op=op, topic=topic, **_fields(live, op))
        return _answer(client, op)


def _topic(live: Things, kind: str) -> str:
    # Asking an open dialogue would set an answer going.
    known = {"room": f"room:{live.room.pk}", "dialogue": f"dialogue:{live.ended_dialogue}"}
    return known.get(kind, "me")


def _fields(live: Things, op: str) -> Json:
    fields = dict(FIELDS[op])
    if op in {"send", "edit", "delete"}:
        fields["ref"] = str(uuid4())
    if op in {"edit", "delete"}:  # a fresh one of the member's each time
        fields["id"] = str(said(live.room, live.people["member"]).id)
    return fields


def _answer(client: Client, op: str) -> str:
    """What comes back; silence before the pong is what `read` and `typing` answer when they may."""
    client.send(op="ping")
    answers = {"ack", "error", "subscribed", "unsubscribed"}
    heard: list[Json] = []
    while not heard or heard[-1]["op"] not in answers | {"pong"}:
        heard.append(client.receive())
    if heard[-1]["op"] == "pong" and op in {"send", "edit", "delete"}:
        heard.append(client.receive())  # an ack comes by its own, after the commit
    last = heard[-1]
    return f"error {last['code']}" if last["op"] == "error" else str(last["op"])


def test_the_premise_holds(live: Things) -> None:
    """The kinds stand where the table says they stand."""
    present = RoomParticipant.objects.filter(room=live.room, status__in=["active", "muted"])
    names = {live.people[kind].pk for kind in ("guest", "member", "muted", "observer", "moderator")}
    assert set(present.values_list("user_id", flat=True)) == names
    assert ChatRoom.objects.get(pk=live.room.pk).status == "active"
