"""Rights and sign-ins that end while a socket is open: heard within seconds, hint or no hint."""

from __future__ import annotations

import time

import pytest
from django.conf import settings
from django.test import Client as Browser

from chatcore.models import AccountStatus, Login
from chatcore.selectors.logins import make_access_token
from chatcore.selectors.presence import online_in
from chatcore.services import publish as publisher
from chatcore.services.logins import revoke_login
from chatcore.services.tickets import issue_socket_ticket
from chatcore.services.users import change_password, set_account_status
from rooms.models import ChatRoom, RoomParticipant
from rooms.services.messages import edit_message
from rooms.services.participants import change_participant, invite, leave, remove_participant
from rooms.services.rooms import delete_room
from tests.client import ContractClient
from tests.live import Client, Stage, WebProcess, eventually
from tests.rooms import access_to, room_of, said, topic_of


@pytest.fixture(params=["hinted", "hint lost"])
def hint(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """With the product's own pace, and with every announcement lost."""
    if request.param == "hint lost":
        monkeypatch.setattr(publisher, "publish", lambda _: None)
        # The real pace is one look in 4 s; scaled, 5 s become 0.7.
        monkeypatch.setattr("chatcore.live.runtime.CHECK_SECONDS", 0.4)
    return str(request.param)


@pytest.mark.parametrize("how", ["removed", "left", "room deleted"])
def test_who_loses_a_room_is_told_within_5_seconds(stage: Stage, hint: str, how: str) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(otto, mira)
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        begun = time.monotonic()
        if how == "removed":
            remove_participant(access=access_to(room, otto), user_id=mira.pk)
        elif how == "left":
            leave(access=access_to(room, mira))
        else:
            delete_room(access=access_to(room, otto))
        told = client.expect(op="revoked")
        assert told == {"op": "revoked", "topic": topic_of(room)}
        assert time.monotonic() - begun < 1.5
        if how != "room deleted":
            client.everything(0.05)
            said(room, otto, "behind her back")
            assert client.everything(0.8) == []
        assert client.subscribe(topic_of(room))[1]["code"] == "not_found"
        assert client.pings()


def test_who_loses_a_room_is_not_seen_there_any_more(stage: Stage) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(otto, mira)
    with stage.client(mira) as hers, stage.client(otto) as his:
        hers.subscribe(topic_of(room))
        his.subscribe(topic_of(room))
        eventually(lambda: online_in(topic_of(room)) == {mira.pk, otto.pk})
        remove_participant(access=access_to(room, otto), user_id=mira.pk)
        hers.expect(op="revoked")
        eventually(lambda: online_in(topic_of(room)) == {otto.pk})
        eventually(lambda: his.event("presence")["data"]["offline"] == [str(mira.pk)])


def test_who_may_not_see_the_past_any_more_hears_no_more_of_it(stage: Stage) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(otto)
    old = said(room, otto, "before Mira came")
    invite(access=access_to(room, otto), user_id=mira.pk)
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        edit_message(user=otto, room=room.pk, message=old.id, content="still before Mira came")
        assert client.event("message.edited")["data"]["content"] == "still before Mira came"
        changes = {"can_see_history": False}
        change_participant(access=access_to(room, otto), user_id=mira.pk, changes=changes)
        client.event("participant.changed")
        client.everything(0.3)
        edit_message(user=otto, room=room.pk, message=old.id, content="none of her business")
        said(room, otto, "for everybody")
        assert client.event("message.created")["data"]["content"] == "for everybody"
        assert "none of her business" not in str(list(client.waiting))


def test_a_right_that_was_lost_without_a_trace_is_found_by_the_heartbeat(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    mira, otto = stage.world.mira, stage.world.otto
    room = room_of(otto, mira)
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        RoomParticipant.objects.filter(room=room, user=mira).update(status="removed")
        monkeypatch.setattr("chatcore.live.runtime.HEARTBEAT_SECONDS", 1)
        assert client.expect(op="revoked")["topic"] == topic_of(room)


@pytest.mark.parametrize("how", ["by service", "by HTTP", "password", "suspended"])
def test_a_socket_ends_with_its_sign_in(stage: Stage, hint: str, how: str) -> None:
    bela = stage.world.bela
    login, other = Login.objects.create(user=bela), Login.objects.create(user=bela)
    token = make_access_token(bela.pk, login.pk)
    with Client(stage.port, access=token) as client, stage.client(stage.world.mira) as bystander:
        client.expect(op="ready")
        with Client(stage.port, access=make_access_token(bela.pk, other.pk)) as unconcerned:
            unconcerned.expect(op="ready")
            if how == "by service":
                revoke_login(login, because="test")
            elif how == "by HTTP":
                ContractClient(access=token).post("/api/v1/auth/logout/")
            elif how == "password":
                change_password(bela, "another-long-password")
            else:
                set_account_status(bela, AccountStatus.SUSPENDED)
            assert client.close_code() == 4001
            if how in {"password", "suspended"}:
                assert unconcerned.close_code() == 4001
            else:
                assert unconcerned.pings()
        assert bystander.pings()
    set_account_status(bela, AccountStatus.ACTIVE)


def test_signing_out_at_one_process_ends_sockets_at_another(
    stage: Stage, second: WebProcess
) -> None:
    login = Login.objects.create(user=stage.world.bela)
    token = make_access_token(stage.world.bela.pk, login.pk)
    with Client(second.port, access=token) as client:
        client.expect(op="ready")
        begun = time.monotonic()
        revoke_login(login, because="test")
        assert client.close_code() == 4001
        assert time.monotonic() - begun < 5


@pytest.mark.parametrize("way", ["cookie", "ticket"])
def test_signing_out_of_the_pages_ends_their_sockets(stage: Stage, way: str) -> None:
    browser = Browser()
    browser.force_login(stage.world.bela)
    if way == "cookie":
        cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies['sessionid'].value}"
        origin = f"http://127.0.0.1:{stage.port}"
        client = Client(stage.port, headers={"Cookie": cookie}, origin=origin)
    else:
        ticket = browser.post("/api/v1/auth/socket-ticket/").json()["ticket"]
        client = Client(stage.port, query=f"?ticket={ticket}")
    with client:
        client.expect(op="ready")
        browser.logout()
        assert client.close_code() == 4001


def test_a_ticket_dies_with_its_login(stage: Stage) -> None:
    login = Login.objects.create(user=stage.world.bela)
    ticket = issue_socket_ticket(stage.world.bela.pk, login.pk)
    revoke_login(login, because="test")
    with Client(stage.port, query=f"?ticket={ticket}") as client:
        client.send(op="ping")
        assert client.close_code() == 4003


def test_an_erased_room_revokes_its_readers(stage: Stage) -> None:
    """Taken out of the database by other hands, without any announcement."""
    mira = stage.world.mira
    room = room_of(mira)
    with stage.client(mira) as client:
        client.subscribe(topic_of(room))
        ChatRoom.objects.filter(pk=room.pk).delete()
        assert client.expect(op="revoked")["topic"] == topic_of(room)
        assert client.pings()
