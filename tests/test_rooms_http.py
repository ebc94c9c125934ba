"""Rooms over HTTP: made, joined, talked in, left; and who may not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from chatcore.models import User
from rooms.models import ChatRoom, RoomParticipant
from rooms.services.participants import change_participant, invite, remove_participant
from rooms.services.reading import mark_read
from tests.client import ContractClient
from tests.conftest import assert_queries
from tests.rooms import access_to, room_of, said
from tests.world import Cast

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], ContractClient]
ROOMS = "/api/v1/rooms/"


def url(room: ChatRoom, more: str = "") -> str:
    return f"{ROOMS}{room.pk}/{more}"


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_room_is_made_with_people_in_it(world: Cast, client_of: ClientOf) -> None:
    body = {"name": "Kitchen", "is_private": True, "participants": [str(world.otto.pk)]}
    made = client_of(world.mira).post(ROOMS, body)
    assert made.status_code == 201
    assert (made.json()["role"], made.json()["unread_count"]) == ("moderator", 0)
    seen = client_of(world.otto).get(f"{ROOMS}{made.json()['id']}/").json()
    assert (seen["name"], seen["role"]) == ("Kitchen", "member")


def test_a_guest_may_not_make_a_room(world: Cast, client_of: ClientOf) -> None:
    assert client_of(world.mira).post(ROOMS, {"name": "x"}).status_code == 201
    assert code(client_of(world.gil).post(ROOMS, {"name": "x"})) == (403, "permission_denied")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"participants": ["00000000-0000-7000-8000-000000000000"]}, (404, "not_found")),
        ({"participants": ["x"]}, (400, "invalid")),
        ({"participants": "x"}, (400, "invalid")),
        ({"room_type": "support"}, (400, "invalid")),
        ({"room_type": "direct"}, (400, "not_a_pair")),
        ({"max_participants": 0}, (400, "invalid")),
        ({"max_participants": 2**70}, (400, "invalid")),
        ({"room_settings": {"size": [2**70]}}, (400, "invalid")),
        ({"room_settings": []}, (400, "invalid")),
        ({"name": "a\x00b"}, (400, "malformed")),
        ({"creator": "me"}, (400, "invalid")),
        ({"last_seq": 5}, (400, "invalid")),
    ],
)
def test_making_a_room_refuses(
    world: Cast, client_of: ClientOf, change: dict[str, Any], expected: tuple[int, str]
) -> None:
    refused = client_of(world.mira).post(ROOMS, {"name": "x", **change})
    assert refused.status_code == expected[0]
    assert refused.json()["code"] in {expected[1], "invalid"}
    assert not ChatRoom.objects.exists()


def test_a_room_takes_so_many_people_and_no_more(world: Cast, client_of: ClientOf) -> None:
    two = room_of(world.mira, max_participants=2)
    mira = client_of(world.mira)
    assert mira.post(url(two, "participants/"), {"user": world.otto.pk}).status_code == 201
    assert code(mira.post(url(two, "participants/"), {"user": world.ana.pk})) == (409, "room_full")
    assert code(client_of(world.ana).post(url(two, "join/"))) == (409, "room_full")
    body = {"max_participants": 1, "participants": [world.otto.pk]}
    assert code(mira.post(ROOMS, body)) == (409, "room_full")


def test_two_people_have_one_direct_room(world: Cast, client_of: ClientOf) -> None:
    first = client_of(world.mira).post(
        ROOMS, {"room_type": "direct", "participants": [world.otto.pk]}
    )
    again = client_of(world.otto).post(
        ROOMS, {"room_type": "direct", "participants": [world.mira.pk]}
    )
    assert first.json()["id"] == again.json()["id"]
    room = ChatRoom.objects.get()
    assert (room.is_private, room.max_participants) == (True, 2)
    outsider = client_of(world.mira).post(url(room, "participants/"), {"user": world.ana.pk})
    assert outsider.status_code in {403, 409}


def test_who_left_a_direct_room_comes_back_by_asking_for_it(
    world: Cast, client_of: ClientOf
) -> None:
    body = {"room_type": "direct", "participants": [world.otto.pk]}
    mira = client_of(world.mira)
    room = mira.post(ROOMS, body).json()["id"]
    assert mira.post(f"{ROOMS}{room}/leave/").status_code == 204
    assert mira.get(f"{ROOMS}{room}/").status_code == 404
    assert mira.post(ROOMS, body).json()["id"] == room
    assert mira.get(f"{ROOMS}{room}/").status_code == 200
    people = client_of(world.otto).get(f"{ROOMS}{room}/participants/").json()["results"]
    assert people[-1]["status"] == "active"


def test_missing_foreign_and_deleted_are_one_answer(world: Cast, client_of: ClientOf) -> None:
    mira, otto = client_of(world.mira), client_of(world.otto)
    foreign, gone = room_of(world.mira), room_of(world.otto)
    assert otto.delete(url(gone)).status_code == 204
    answers = [otto.get(f"{ROOMS}{id_}/") for id_ in (foreign.pk, gone.pk, uuid4())]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert code(answers[0]) == (404, "not_found")
    assert mira.get(url(foreign)).status_code == 200


def test_only_moderators_change_and_delete(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira, world.otto, name="Kitchen")
    otto, mira = client_of(world.otto), client_of(world.mira)
    assert code(otto.patch(url(room), {"name": "Bath"})) == (403, "not_a_moderator")
    assert code(otto.delete(url(room))) == (403, "not_a_moderator")
    changed = mira.patch(url(room), {"name": "Bath", "status": "archived"}).json()
    assert (changed["name"], changed["status"]) == ("Bath", "archived")
    assert code(otto.post(url(room, "messages/"), {"content": "x"})) == (409, "room_closed")


def test_a_group_is_joined_unless_it_is_private(world: Cast, client_of: ClientOf) -> None:
    otto = client_of(world.otto)
    for room in (
        room_of(world.mira, is_private=True),
        room_of(world.mira, world.ana, is_private=True),
    ):
        assert code(otto.post(url(room, "join/"))) == (404, "not_found")
    group = room_of(world.mira)
    assert otto.get(url(group)).status_code == 404
    assert otto.post(url(group, "join/")).json()["role"] == "member"
    assert otto.post(url(group, "join/")).status_code == 200  # twice is once
    assert otto.get(url(group)).status_code == 200


def test_guests_join_where_guests_are_allowed(world: Cast, client_of: ClientOf) -> None:
    gil = client_of(world.gil)
    assert gil.post(url(room_of(world.mira), "join/")).json()["role"] == "guest"
    closed = room_of(world.mira, guest_access_allowed=False)
    assert code(gil.post(url(closed, "join/"))) == (404, "not_found")
    refused = client_of(world.mira).post(url(closed, "participants/"), {"user": world.gil.pk})
    assert code(refused) == (403, "no_guests")
    body = {"participants": [world.gil.pk], "guest_access_allowed": False}
    assert code(client_of(world.mira).post(ROOMS, body)) == (403, "no_guests")


def test_who_was_put_out_does_not_come_back_alone(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira, world.otto)
    otto = client_of(world.otto)
    assert (
        client_of(world.mira).delete(url(room, f"participants/{world.otto.pk}/")).status_code == 204
    )
    assert code(otto.post(url(room, "join/"))) == (404, "not_found")
    assert code(otto.get(url(room, "messages/"))) == (404, "not_found")
    again = client_of(world.mira).post(url(room, "participants/"), {"user": world.otto.pk})
    assert again.status_code == 201


@pytest.mark.parametrize(
    ("change", "refusal"),
    [({"status": "muted"}, "muted"), ({"role": "observer"}, "read_only")],
)
def test_nobody_finds_their_voice_by_leaving_and_joining(
    world: Cast, client_of: ClientOf, change: dict[str, Any], refusal: str
) -> None:
    room = room_of(world.mira, world.otto)
    change_participant(access=access_to(room, world.mira), user_id=world.otto.pk, changes=change)
    otto = client_of(world.otto)
    assert code(otto.post(url(room, "messages/"), {"content": "x"})) == (403, refusal)
    assert otto.post(url(room, "leave/")).status_code == 204
    assert otto.post(url(room, "join/")).status_code == 200
    assert code(otto.post(url(room, "messages/"), {"content": "x"})) == (403, "read_only")


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"status": "muted"}, "muted"),
        ({"role": "observer"}, "read_only"),
        ({"can_send_messages": False}, "read_only"),
    ],
)
def test_who_may_not_say_anything_may_not_say_it_by_editing(
    world: Cast, client_of: ClientOf, change: dict[str, Any], refusal: str
) -> None:
    room = room_of(world.mira, world.otto)
    message = url(room, f"messages/{said(room, world.otto, 'kind words').id}/")
    otto = client_of(world.otto)
    assert otto.patch(message, {"content": "kinder words"}).status_code == 200
    change_participant(access=access_to(room, world.mira), user_id=world.otto.pk, changes=change)
    assert code(otto.patch(message, {"content": "rude words"})) == (403, refusal)
    assert otto.delete(message).status_code == 204  # taking back is no saying


def test_every_time_is_written_in_one_way(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira)
    said(room, world.mira)
    mira = client_of(world.mira)
    (place,) = mira.get(url(room, "participants/")).json()["results"]
    about, (message,) = (
        mira.get(url(room)).json(),
        mira.get(url(room, "messages/")).json()["results"],
    )
    times = [about["created_at"], about["last_message_at"], place["joined_at"]]
    assert [time[-1] for time in [*times, message["created_at"]]] == ["Z"] * 4


def test_inviting_is_a_right(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira, world.otto)
    otto, people = client_of(world.otto), url(room, "participants/")
    assert code(otto.post(people, {"user": world.ana.pk})) == (403, "may_not_invite")
    access = access_to(room, world.mira)
    change_participant(access=access, user_id=world.otto.pk, changes={"can_invite_others": True})
    assert code(otto.post(people, {"user": world.ana.pk, "role": "moderator"})) == (
        403,
        "not_a_moderator",
    )
    assert otto.post(people, {"user": world.ana.pk}).status_code == 201
    assert code(otto.post(people, {"user": world.ana.pk})) == (409, "already_in")
    assert code(otto.post(people, {"user": uuid4()})) == (404, "not_found")


def test_a_group_keeps_a_moderator(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira, world.otto)
    mira, me = client_of(world.mira), url(room, f"participants/{world.mira.pk}/")
    assert code(mira.patch(me, {"role": "member"})) == (409, "last_moderator")
    assert code(mira.delete(me)) == (409, "last_moderator")
    assert code(mira.post(url(room, "leave/"))) == (409, "last_moderator")
    mira.patch(url(room, f"participants/{world.otto.pk}/"), {"role": "moderator"})
    assert mira.post(url(room, "leave/")).status_code == 204
    # Alone, one may go: nobody is left without a moderator.
    assert client_of(world.otto).post(url(room, "leave/")).status_code == 204


def test_messages_are_said_once_and_read_by_position(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira, world.otto)
    mira, messages = client_of(world.mira), url(room, "messages/")
    ref = str(uuid4())
    first = mira.post(messages, {"content": "  hello  ", "client_ref": ref})
    assert first.status_code == 201
    assert first.json()["content"] == "  hello  "
    assert mira.post(messages, {"content": "  hello  ", "client_ref": ref}).json() == first.json()
    assert code(mira.post(messages, {"content": "other", "client_ref": ref})) == (
        409,
        "ref_conflict",
    )
    for n in range(2, 8):
        said(room, world.otto, str(n))

    def seqs(query: str) -> tuple[list[int], bool]:
        page = mira.get(f"{messages}?{query}").json()
        return [m["seq"] for m in page["results"]], page["has_more"]

    assert seqs("") == ([1, 2, 3, 4, 5, 6, 7], False)
    assert seqs("limit=3") == ([5, 6, 7], True)
    assert seqs("before_seq=5&limit=3") == ([2, 3, 4], True)
    assert seqs("before_seq=2") == ([1], False)
    assert seqs("after_seq=5") == ([6, 7], False)
    assert seqs("after_seq=2&limit=2") == ([3, 4], True)
    assert seqs("after_seq=99") == ([], False)
    assert seqs("after_version=6") == ([7], False)


def test_a_changed_message_is_found_by_version(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira, world.otto)
    mine, his = said(room, world.mira), said(room, world.otto)
    mira, messages = client_of(world.mira), url(room, "messages/")
    edited = mira.patch(f"{messages}{mine.id}/", {"content": "edited"})
    assert edited.json()["edited_at"]
    assert mira.delete(f"{messages}{his.id}/").status_code == 204  # she moderates
    changed = mira.get(f"{messages}?after_version=2").json()["results"]
    assert [(m["seq"], m["version"], m["content"]) for m in changed] == [
        (1, 3, "edited"),
        (2, 4, ""),
    ]
    assert mira.get(f"{messages}{his.id}/").json()["deleted_at"]
    otto = client_of(world.otto)
    assert code(otto.patch(f"{messages}{mine.id}/", {"content": "x"})) == (403, "not_yours")
    assert code(otto.delete(f"{messages}{mine.id}/")) == (403, "not_yours")
    assert code(otto.patch(f"{messages}{uuid4()}/", {"content": "x"})) == (404, "not_found")
    assert code(otto.patch(f"{messages}{his.id}/", {"content": "x"})) == (409, "message_deleted")


def test_an_id_of_another_room_is_a_404(world: Cast, client_of: ClientOf) -> None:
    here, there = room_of(world.mira), room_of(world.mira)
    message = said(there, world.mira)
    mira = client_of(world.mira)
    assert mira.get(url(there, f"messages/{message.id}/")).status_code == 200
    path = url(here, f"messages/{message.id}/")
    for answer in (mira.get(path), mira.patch(path, {"content": "x"}), mira.delete(path)):
        assert code(answer) == (404, "not_found")


def test_archived_rooms_are_left_out_unless_they_are_asked_for(
    world: Cast, client_of: ClientOf
) -> None:
    kept, old = room_of(world.mira, name="Kept"), room_of(world.mira, name="Old")
    mira = client_of(world.mira)
    mira.patch(url(old), {"status": "archived"})

    def names(query: str = "") -> set[str]:
        return {room["name"] for room in mira.get(f"{ROOMS}{query}").json()["results"]}

    assert names() == names("?archived=false") == names("?status=active") == {"Kept"}
    assert names("?archived=true") == names("?status=archived") == {"Old"}
    assert mira.get(url(old)).json()["status"] == "archived", "it is still there to be read"
    mira.patch(url(old), {"status": "active"})
    assert names() == {"Kept", "Old"}
    mira.post(url(kept, "conclude/"), {"outcome": "resolved"})
    assert names() == {"Kept", "Old"}, "what is concluded is not out of the way"


def test_who_is_gone_in_the_middle_of_a_thread_answers_no_more_in_it(
    world: Cast, client_of: ClientOf
) -> None:
    room = room_of(world.mira, world.otto, world.ana)
    mira, otto, ana = (client_of(user) for user in (world.mira, world.otto, world.ana))
    messages = url(room, "messages/")
    first = mira.post(messages, {"content": "Who bakes?"}).json()["id"]
    in_thread = {"content": "I do", "thread": first}
    his, hers = (client.post(messages, in_thread).json()["id"] for client in (otto, ana))

    assert otto.post(url(room, "leave/")).status_code == 204
    remove_participant(access=access_to(room, world.mira), user_id=world.ana.pk)

    for client in (otto, ana):
        assert code(client.post(messages, in_thread)) == (404, "not_found")
        assert code(client.get(f"{messages}?thread={first}")) == (404, "not_found")
        assert code(client.patch(f"{messages}{his}/", {"content": "x"})) == (404, "not_found")
    kept = mira.get(f"{messages}?thread={first}").json()["results"]
    assert [(m["id"], m["sender"]["username"]) for m in kept] == [(his, "otto"), (hers, "ana")]
    answer = mira.post(messages, {"content": "Thanks", "thread": first, "reply_to": his})
    assert answer.status_code == 201
    assert otto.post(url(room, "join/")).status_code == 200
    assert otto.post(messages, in_thread).status_code == 201


def test_who_may_not_see_history_sees_what_came_after(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira, world.otto)
    old = said(room, world.mira, "old")
    invite(access=access_to(room, world.mira), user_id=world.ana.pk)
    access = access_to(room, world.mira)
    change_participant(access=access, user_id=world.ana.pk, changes={"can_see_history": False})
    said(room, world.mira, "new")
    ana, messages = client_of(world.ana), url(room, "messages/")
    for query in ("", "?after_seq=0", "?before_seq=99", "?after_version=0"):
        assert [m["content"] for m in ana.get(messages + query).json()["results"]] == ["new"]
    assert code(ana.get(f"{messages}{old.id}/")) == (404, "not_found")


def test_unread_counts_and_read_markers(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira, world.otto)
    otto = client_of(world.otto)
    for _ in range(3):
        said(room, world.mira)
    assert otto.get(url(room)).json()["unread_count"] == 3
    assert otto.put(url(room, "read/"), {"seq": 2}).json() == {
        "last_read_seq": 2,
        "unread_count": 1,
    }
    assert otto.put(url(room, "read/"), {"seq": 1}).json() == {
        "last_read_seq": 2,
        "unread_count": 1,
    }
    assert otto.put(url(room, "read/"), {"seq": 2**63 - 1}).json()["last_read_seq"] == 3
    assert client_of(world.mira).get(url(room)).json()["unread_count"] == 0
    assert code(client_of(world.ana).put(url(room, "read/"), {"seq": 1})) == (404, "not_found")


def test_what_was_said_before_somebody_came_is_not_unread(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira)
    said(room, world.mira)
    client_of(world.otto).post(url(room, "join/"))
    assert client_of(world.otto).get(url(room)).json()["unread_count"] == 0


def test_the_list_filters(world: Cast, client_of: ClientOf) -> None:
    quiet, busy = room_of(world.mira, world.otto), room_of(world.mira, world.otto)
    said(busy, world.otto)
    gone = room_of(world.otto, world.mira)
    remove_participant(access=access_to(gone, world.otto), user_id=world.mira.pk)
    mira = client_of(world.mira)

    def ids(query: str) -> set[str]:
        return {room["id"] for room in mira.get(f"{ROOMS}?{query}").json()["results"]}

    assert ids("") == {str(quiet.pk), str(busy.pk)}
    assert ids("unread=true") == {str(busy.pk)}
    mark_read(user_id=world.mira.pk, room_id=busy.pk, seq=1)
    assert ids("unread=true") == set()
    assert ids("room_type=direct") == set()
    assert mira.get(f"{ROOMS}?room_type=x").status_code == 400


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_of_rooms_takes_two_queries(world: Cast, client_of: ClientOf, count: int) -> None:
    for _ in range(count):
        room_of(world.mira, world.otto)
    mira = client_of(world.mira)
    # 1. the asker, 2. the places with their rooms
    with assert_queries(2):
        assert len(mira.get(ROOMS).json()["results"]) == count


@pytest.mark.parametrize("count", [2, 20])
def test_a_page_of_history_takes_four_queries(world: Cast, client_of: ClientOf, count: int) -> None:
    room = room_of(world.mira)
    for _ in range(count):
        said(room, world.mira)
    mira = client_of(world.mira)
    # 1. the asker, 2. what they may, 3. the room and the place in it, 4. the page with its senders
    with assert_queries(4):
        assert len(mira.get(url(room, "messages/")).json()["results"]) == count


@pytest.mark.parametrize("count", [2, 20])
def test_the_participants_take_four_queries(world: Cast, client_of: ClientOf, count: int) -> None:
    call_command("make_accounts", str(count), "--prefix", "crowd")
    room = room_of(world.mira, *User.objects.filter(username__startswith="crowd"))
    mira = client_of(world.mira)
    # 1. the asker, 2. what they may, 3. the room and the place in it, 4. everybody
    with assert_queries(4):
        assert len(mira.get(url(room, "participants/")).json()["results"]) == count + 1


def test_a_place_is_kept_when_somebody_comes_again(world: Cast, client_of: ClientOf) -> None:
    room = room_of(world.mira)
    otto = client_of(world.otto)
    otto.post(url(room, "join/"))
    otto.post(url(room, "leave/"))
    assert otto.post(url(room, "join/")).status_code == 200
    assert RoomParticipant.objects.filter(room=room, user=world.otto).count() == 1
