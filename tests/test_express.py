"""The express lane and the ordinary door give one answer; only the way there differs."""

from __future__ import annotations

import httpx
import pytest

from chatcore.models import User
from chatcore.services.logins import sign_out
from rooms.models import ChatRoom
from rooms.services.messages import delete_message, edit_message
from tests.client import ContractClient
from tests.live import Stage
from tests.rooms import room_of, said
from tests.world import access_for

QUERIES = [
    "",
    "limit=2",
    "limit=",
    "limit=0",
    "limit=201",
    "limit=1&limit=2",
    "before_seq=3",
    "before_seq=",
    "after_seq=1&limit=1",
    "after_version=3",
    "after_version=3&limit=1",
    "before_seq=2&after_seq=1",
    "before_seq=-1",
    "before_seq=99999999999999999999",
    "after_seq=%D9%A3",
    "after_seq=%FF",
    "nonsense=1",
    "&&=&",
]


@pytest.fixture(scope="module")
def room(stage: Stage) -> ChatRoom:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(mira, otto)
    first, second, *_ = (said(room, otto, f"Grüße {n}") for n in range(4))
    edit_message(user=otto, room=room.pk, message=first.id, content="edited")
    delete_message(user=otto, room=room.pk, message=second.id)
    return room


def both(stage: Stage, path: str, access: str) -> tuple[httpx.Response, httpx.Response]:
    """Through the real server, where the lane is, and through Django alone."""
    ordinary = ContractClient(access=access).get(path)
    quick = httpx.get(
        f"http://127.0.0.1:{stage.port}{path}", headers={"Authorization": f"Bearer {access}"}
    )
    return quick, httpx.Response(
        ordinary.status_code, headers=dict(ordinary.items()), content=ordinary.content
    )


def messages_of(room: ChatRoom, query: str = "") -> str:
    return f"/api/v1/rooms/{room.pk}/messages/?{query}"


@pytest.mark.parametrize("query", QUERIES)
def test_both_doors_give_one_page(stage: Stage, room: ChatRoom, query: str) -> None:
    quick, ordinary = both(stage, messages_of(room, query), access_for(stage.world.mira))
    assert quick.status_code == ordinary.status_code
    assert quick.content == ordinary.content
    for name in ("Content-Type", "Cache-Control"):
        assert quick.headers[name] == ordinary.headers[name], name
    assert quick.headers["X-Request-Id"]


@pytest.mark.parametrize("who", ["gil", "otto"])
def test_both_doors_are_shut_for_the_same_people(stage: Stage, who: str) -> None:
    user: User = getattr(stage.world, who)
    path = messages_of(room_of(stage.world.mira))
    assert both(stage, path, access_for(stage.world.mira))[0].status_code == 200
    quick, ordinary = both(stage, path, access_for(user))
    assert (quick.status_code, quick.content) == (404, ordinary.content)


def test_both_doors_ask_whether_the_sign_in_still_stands(stage: Stage, room: ChatRoom) -> None:
    access = access_for(stage.world.mira)
    assert both(stage, messages_of(room), access)[0].status_code == 200
    for login in stage.world.mira.logins.all():
        sign_out(login_id=login.pk)
    quick, ordinary = both(stage, messages_of(room), access)
    assert (quick.status_code, quick.content) == (401, ordinary.content)
