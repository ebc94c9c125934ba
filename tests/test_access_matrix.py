"""Who may do what: every HTTP operation and every socket op, by every kind of user.

The table is `contract/access.json`: operation, outcome, and the kinds of user who get it. A new route
without a row fails. `ACCESS_WRITE=1` writes what is found; read the difference as a reviewer would.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, get_args
from uuid import uuid4

import pytest
from django.core.cache import cache as memory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test.client import MULTIPART_CONTENT

from chatcore.live.client_frames import AnyFrame
from rooms.models import ChatRoom, Escalation, RoomParticipant, RoomSupervision
from tests.access import (
    HANDS,
    KINDS,
    QUERIES,
    Things,
    bodies,
    bodies_in_hand,
    ids,
    in_hand,
    things,
    token_of,
)
from tests.access_table import AccessTable, row_of
from tests.client import API, ContractClient, document
from tests.live import Client, Json, Stage
from tests.rooms import said
from tests.world import Cast

SOCKET_OPS = sorted(frame.model_fields["op"].annotation.__args__[0] for frame in get_args(AnyFrame))
TOPICS = ("room", "dialogue", "me")


def operations() -> list[str]:
    return [
        f"{method.upper()} {path.removeprefix(API + '/')}"
        for path, methods in document()["paths"].items()
        for method in methods
    ]


def operations_in_hand() -> list[str]:
    """What one may do with an escalation, for which it matters whose it is."""
    return [each for each in operations() if "{escalation_id}" in each]


def socket_rows() -> list[str]:
    with_topic = set(SOCKET_OPS) - {"ping", "auth"}
    return [f"SOCKET {op} {topic}" for op in sorted(with_topic) for topic in TOPICS] + [
        "SOCKET auth",
        "SOCKET ping",
    ]


def all_rows() -> set[str]:
    return {*operations(), *map(in_hand, operations_in_hand()), *socket_rows()}


TABLE = AccessTable("access.json", all_rows)


def test_every_operation_and_op_has_its_row() -> None:
    assert set(TABLE.rows) == all_rows()


# -- HTTP --


@dataclass(frozen=True)
class Asking:
    """Everybody who asks, signed in once, and what they ask about. What one does is undone before the
    next one asks."""

    there: Things
    tokens: dict[str, str]

    def ask(self, operation: str, kind: str, body: Any, **other_ids: object) -> Any:
        mark = transaction.savepoint()
        try:
            return self._asked(operation, self.tokens[kind], body, other_ids)
        finally:
            transaction.savepoint_rollback(mark)

    def _asked(self, operation: str, access: str, body: Any, other_ids: dict[str, object]) -> Any:
        there = self.there
        method, _, path = operation.partition(" ")
        query = QUERIES.get(operation, "").format(member=there.people["member"].pk)
        address = f"{API}/{path.format(**{**ids(there, operation), **other_ids})}{query}"
        client = ContractClient(access=access, raise_request_exception=True)
        if operation == "POST books/":
            return client.generic(method, address, b"", "multipart/form-data; boundary=x")
        if operation == "POST rooms/{room_id}/attachments/":
            return client.post(address, {"file": SimpleUploadedFile("b", b"b")}, MULTIPART_CONTENT)
        data = b"" if method in {"GET", "DELETE"} else json.dumps(body or {}, default=str).encode()
        return client.generic(method, address, data, "application/json")


@pytest.fixture
def asking(world: Cast) -> Asking:
    memory.clear()
    there = things(world)
    everybody = {**there.people, **there.hands}
    tokens = {kind: token_of(user) for kind, user in everybody.items()}
    return Asking(there, {"anonymous": "", **tokens})


def outcome(answer: Any) -> str:
    if answer.status_code < 400:
        return str(answer.status_code)
    return f"{answer.status_code} {answer.json()['code']}"


@pytest.mark.django_db
def test_http(asking: Asking) -> None:
    """Every operation by everybody; and what is not theirs looks to them like what is not there."""
    good, found = bodies(asking.there), {}
    for operation in operations():
        answers = {kind: asking.ask(operation, kind, good.get(operation)) for kind in KINDS}
        found[operation] = row_of({kind: outcome(answer) for kind, answer in answers.items()})
        for kind in ("outsider", "removed", "guest", "admin"):
            _expect_it_tells_nothing(asking, operation, kind, answers[kind], good.get(operation))
    TABLE.compare(found)


def _expect_it_tells_nothing(
    asking: Asking, operation: str, kind: str, real: Any, body: Any
) -> None:
    """Byte for byte, whether one of the ids is missing or all are."""
    named = [name for name in ids(asking.there, operation) if f"{{{name}}}" in operation]
    if real.status_code != 404 or not named:
        return
    missing: dict[str, object] = {n: 99 if n == "number" else uuid4() for n in named}
    for nothing in (missing, {named[0]: missing[named[0]]}) if len(named) > 1 else (missing,):
        answer = asking.ask(operation, kind, body, **nothing)
        assert answer.content == real.content, f"{operation} tells {kind} something"


@pytest.mark.django_db
def test_what_somebody_has_in_hand(asking: Asking) -> None:
    """Every step of an escalation by everybody around it, while it is in an agent's hands."""
    good, found = bodies_in_hand(asking.there), {}
    for operation in operations_in_hand():
        body = good.get(operation)
        answers = {
            kind: asking.ask(operation, kind, body, escalation_id=asking.there.in_hand)
            for kind in HANDS
        }
        found[in_hand(operation)] = row_of({k: outcome(each) for k, each in answers.items()})
    TABLE.compare(found)


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
    TABLE.compare(
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
    assert set(live.people) == set(KINDS) - {"anonymous"}
    assert set(live.hands) == set(HANDS)
    looking = RoomSupervision.objects.get(room=live.room)
    assert (looking.supervisor_id, looking.ended_at) == (
        live.people["observing supervisor"].pk,
        None,
    )
    assert Escalation.objects.get(pk=live.in_hand).assigned_to_user == live.hands["assigned agent"]
    present = RoomParticipant.objects.filter(room=live.room, status__in=["active", "muted"])
    names = {live.people[kind].pk for kind in ("guest", "member", "muted", "observer", "moderator")}
    assert set(present.values_list("user_id", flat=True)) == names
    assert ChatRoom.objects.get(pk=live.room.pk).status == "active"
