"""A tour of how tests are written here. Everything in it passes; read it from the top.

Tests go through the public doors first, with a real PostgreSQL and Valkey underneath (tests/services.py
starts them). They are named as sentences. A negative test first shows its premise.
"""

from __future__ import annotations

from collections.abc import Callable

from chatcore.models import User
from rooms.models import RoomParticipant
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.live import Stage
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]


def test_the_cast_has_names(world: Cast) -> None:
    """`world` is everybody you need: Mira the member, Otto the outsider, Gil the guest, and the staff."""
    assert world.mira.account_type == "member"
    assert world.gil.account_type == "guest"


def test_it_answers_over_http(world: Cast, client_of: ClientOf) -> None:
    """`client_of(user)` signs in with a token and checks every answer against the OpenAPI document."""
    room = client_of(world.mira).post("/api/v1/rooms/", {"name": "Kitchen"}).json()
    assert room["unread_count"] == 0


def test_it_hides_what_is_not_yours(world: Cast, client_of: ClientOf) -> None:
    room = client_of(world.mira).post("/api/v1/rooms/", {"name": "Kitchen"}).json()
    members = RoomParticipant.objects.filter(room_id=room["id"])
    assert not members.filter(user=world.otto).exists(), (
        "Otto must be outside for this to mean anything"
    )

    answer = client_of(world.otto).get(f"/api/v1/rooms/{room['id']}/")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_it_counts_its_queries(world: Cast, client_of: ClientOf) -> None:
    """Written out as a list, and the same with 2 rows and with 20."""
    mira = client_of(world.mira)
    for count in (2, 18):
        for _ in range(count):
            mira.post("/api/v1/rooms/", {})
        # 2 queries: who is asking · the page of rooms with their unread counts
        with assert_queries(2):
            mira.get("/api/v1/rooms/")


def test_it_speaks_on_the_socket(stage: Stage) -> None:
    """`stage` is a running server with the cast on it; `stage.client` opens a socket, past `ready`."""
    mira = stage.world.mira
    with stage.client(mira) as socket:
        assert socket.pings()
        _, refused = socket.subscribe("room:00000000-0000-7000-8000-000000000000")
        assert refused["code"] == "not_found"
        assert socket.pings(), "a refused frame must not cost the socket"
