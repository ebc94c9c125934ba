"""Private notes and robots' words reach whom they are for, and nobody else through any door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chatcore.models import User
from chatcore.services.append import Appended
from chatcore.services.permissions import revoke
from rooms.models import ChatRoom
from rooms.services.messages import add_note, say_robot, say_system
from tests.client import ContractClient
from tests.live import Stage
from tests.rooms import access_to, room_of, said, topic_of
from tests.world import Cast, access_for

ClientOf = Callable[[User], ContractClient]
SECRET = "he is a difficult one"


def note(room: ChatRoom, by: User, content: str = SECRET) -> Appended:
    return add_note(access=access_to(room, by), content=content)


def url(room: ChatRoom, more: str = "") -> str:
    return f"/api/v1/rooms/{room.pk}/{more}"


def contents(client: ContractClient, room: ChatRoom, query: str = "") -> list[str]:
    return [m["content"] for m in client.get(url(room, f"messages/{query}")).json()["results"]]


@pytest.fixture
def case(world: Cast) -> ChatRoom:
    """Mira and Gil are helped by Ana; she has noted something between two sentences."""
    room = room_of(world.mira, world.gil, world.ana)
    said(room, world.mira, "it is broken")
    note(room, world.ana)
    said(room, world.ana, "let me see")
    return room


@pytest.mark.parametrize("query", ["", "?after_seq=0", "?after_version=0", "?before_seq=9"])
def test_a_note_is_on_no_page_of_those_who_are_helped(
    world: Cast, client_of: ClientOf, case: ChatRoom, query: str
) -> None:
    assert SECRET in contents(client_of(world.ana), case, query)
    for customer in (world.mira, world.gil):
        assert contents(client_of(customer), case, query) == ["it is broken", "let me see"]


def test_a_note_is_not_there_for_them_by_its_id_either(
    world: Cast, client_of: ClientOf, case: ChatRoom
) -> None:
    secret = case.messages.get(content=SECRET)
    mira = client_of(world.mira)
    for more in (f"messages/{secret.pk}/", f"messages/{secret.pk}/history/"):
        assert client_of(world.ana).get(url(case, more)).status_code == 200
        assert mira.get(url(case, more)).status_code == 404
    assert (
        mira.delete(url(case, f"messages/{secret.pk}/")).status_code == 404
    )  # as a moderator, too
    for where in ("reply_to", "thread"):
        refused = mira.post(url(case, "messages/"), {"content": "x", where: str(secret.pk)})
        assert refused.json()["code"] == ("bad_reply_to" if where == "reply_to" else "bad_thread")


def test_it_is_not_unread_to_them(world: Cast, client_of: ClientOf, case: ChatRoom) -> None:
    note(case, world.ana, f"and @mira @{world.gil.username} too")
    for customer, unread in ((world.mira, 1), (world.gil, 2)):
        seen = client_of(customer).get(url(case)).json()
        assert (seen["unread_count"], seen["unread_mentions"]) == (unread, 0)
        state = client_of(customer).put(url(case, "read/"), {"seq": 99}).json()
        assert state["unread_count"] == 0
    note(case, world.ana)
    assert client_of(world.mira).get(url(case)).json()["unread_count"] == 0


def test_who_may_note(world: Cast, client_of: ClientOf, case: ChatRoom) -> None:
    body = {"content": SECRET, "audience": "staff"}
    written = client_of(world.ana).post(url(case, "messages/"), body)
    assert (written.status_code, written.json()["audience"]) == (201, "staff")
    refused = client_of(world.mira).post(url(case, "messages/"), body)
    assert (refused.status_code, refused.json()["code"]) == (403, "may_not_note")
    revoke("chat:message:*", _group("agents"))
    assert client_of(world.ana).post(url(case, "messages/"), body).status_code == 403


def _group(name: str) -> Any:
    from django.contrib.auth.models import Group

    return Group.objects.get(name=name)


def test_an_answer_to_a_note_is_a_note(world: Cast, client_of: ClientOf, case: ChatRoom) -> None:
    ana, secret = client_of(world.ana), case.messages.get(content=SECRET)
    body = {"content": "indeed", "reply_to": str(secret.pk)}
    refused = ana.post(url(case, "messages/"), body)
    assert (refused.status_code, refused.json()["code"]) == (409, "reply_to_note")
    assert ana.post(url(case, "messages/"), body | {"audience": "staff"}).status_code == 201


def test_an_agent_who_is_helped_as_a_guest_is_not_shown_notes(
    world: Cast, client_of: ClientOf, case: ChatRoom
) -> None:
    case.participants.filter(user=world.ana).update(role="guest")
    assert SECRET not in contents(client_of(world.ana), case)


def test_guests_get_of_robots_only_what_they_may(
    world: Cast, client_of: ClientOf, case: ChatRoom
) -> None:
    for visible in (False, True):
        say_robot(
            room=case.pk,
            robot=world.ana,
            robot_id="r",
            content=f"robot {visible}",
            visible_to_guests=visible,
        )
    assert contents(client_of(world.mira), case)[-2:] == ["robot False", "robot True"]
    assert contents(client_of(world.gil), case)[-2:] == ["let me see", "robot True"]


def test_nobody_writes_as_a_robot_or_the_system(
    world: Cast, client_of: ClientOf, case: ChatRoom
) -> None:
    for message_type in ("system", "robot", "file", "image"):
        body = {"content": "x", "message_type": message_type}
        assert client_of(world.ana).post(url(case, "messages/"), body).status_code == 400
    line = say_system(room=case, by=world.ana, text="Ana took over.")
    path = url(case, f"messages/{line.id}/")
    assert client_of(world.ana).patch(path, {"content": "x"}).json()["code"] == "not_yours"


@pytest.mark.parametrize("kind", ["mira", "gil"])
def test_the_socket_passes_over_them(stage: Stage, kind: str) -> None:
    """Live and in a replay; the next event says what it follows, and the heartbeat asks for nothing."""
    world, customer = stage.world, getattr(stage.world, kind)
    room = room_of(world.mira, world.gil, world.ana)
    said(room, world.mira, "it is broken")
    with stage.client(customer) as client, stage.client(world.ana) as ana:
        client.subscribe(topic_of(room))
        client.subscribe("me")
        ana.subscribe(topic_of(room))
        secret = note(room, world.ana, f"{SECRET} @mira @{world.gil.username}")
        assert ana.event("message.created")["data"]["content"].startswith(SECRET)
        ana.send(op="edit", topic=topic_of(room), id=str(secret.id), content=f"{SECRET}!")
        ana.event("message.edited")
        said(room, world.ana, "let me see")
        heard = client.event("message.created")
        assert (heard["data"]["content"], heard["version"], heard["after"]) == ("let me see", 4, 1)
        assert not [
            f for f in client.everything() if SECRET in str(f) or f.get("type") == "mention"
        ]
    with stage.client(customer) as late:
        replayed, told = late.subscribe(topic_of(room), after_version=0)
        assert [frame["data"]["content"] for frame in replayed] == ["it is broken", "let me see"]
        assert told["version"] == 4


def test_notes_and_threads_are_said_on_the_socket_by_whom_they_may(stage: Stage) -> None:
    world = stage.world
    room = room_of(world.mira, world.ana)
    first = said(room, world.mira).id
    with stage.client(world.ana) as ana, stage.client(world.mira) as mira:
        mira.subscribe(topic_of(room))
        noted = ana.say(topic_of(room), SECRET, audience="staff", thread=first)
        assert contents(ContractClient(access=access_for(world.ana)), room, f"?thread={first}") == [
            SECRET
        ]
        assert mira.say(topic_of(room), "let me", audience="staff")["code"] == "may_not_note"
        assert mira.say(topic_of(room), "why?", thread=noted["id"])["code"] == "bad_thread"
        assert mira.say(topic_of(room), "still", thread=first)["op"] == "ack"
        told = [frame["data"].get("content") for frame in mira.everything(0.25)]
        assert SECRET not in told


def test_the_express_lane_knows_them_too(stage: Stage) -> None:
    import httpx

    world = stage.world
    room = room_of(world.mira, world.gil, world.ana)
    note(room, world.ana)
    path = f"http://127.0.0.1:{stage.port}{url(room, 'messages/')}"
    for reader, seen in ((world.mira, 0), (world.gil, 0), (world.ana, 1)):
        bearer = {"Authorization": f"Bearer {access_for(reader)}"}
        assert len(httpx.get(path, headers=bearer).json()["results"]) == seen
