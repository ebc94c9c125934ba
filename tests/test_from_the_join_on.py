"""Who may not see a room's history sees what came after they joined, at every door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from chatcore.models import User
from chatcore.services.search_feed import read_recent
from rooms.models import ChatFileAttachment, ChatRoom
from rooms.services.attachments import examine_file
from rooms.services.mail import ask_for_transcript, send_mail
from rooms.services.messages import draft_of, edit_message, say
from rooms.services.participants import add_participant, change_participant
from tests.client import ContractClient
from tests.live import Stage
from tests.rooms import access_to, picture, said, sent_file, topic_of
from tests.support import support_room_of
from tests.world import Cast

ClientOf = Callable[[User], ContractClient]
OLD, NEW = "the parrot was in the pantry", "the parrot is in the parlour"


@dataclass(frozen=True)
class Before:
    """What was there before Otto came: a message, edited, an answer in its thread, a picture. Afterwards
    somebody replied to it in its thread."""

    room: ChatRoom
    first: UUID
    file: ChatFileAttachment
    later: UUID


def room_with_a_past(world: Cast) -> Before:
    room = support_room_of(world.mira)
    first = said(room, world.mira, "?").id
    edit_message(user=world.mira, room=room.pk, message=first, content=OLD)
    say(draft_of(room=room.pk, sender=world.mira.pk, content=OLD, thread=first))
    stored = sent_file(room, world.mira, picture(9, 9), "a.png")
    examine_file(stored)
    add_participant(room=room, user=world.otto)
    access = access_to(room, world.mira)
    change_participant(access=access, user_id=world.otto.pk, changes={"can_see_history": False})
    draft = draft_of(room=room.pk, sender=world.mira.pk, content=NEW, thread=first, reply_to=first)
    file = ChatFileAttachment.objects.get(file_manager_file=stored)
    return Before(room, first, file, say(draft).id)


@pytest.fixture
def before(world: Cast) -> Before:
    return room_with_a_past(world)


def test_by_http(world: Cast, client_of: ClientOf, before: Before) -> None:
    base = f"/api/v1/rooms/{before.room.pk}/"
    file = f"{base}attachments/{before.file.pk}/"
    of_old = [
        *(f"{base}messages/{before.first}/", f"{base}messages/{before.first}/history/"),
        *(file, f"{file}thumbnail/"),
    ]
    for user, status in ((world.mira, 200), (world.otto, 404)):
        assert {client_of(user).get(path).status_code for path in of_old} == {status}
    otto = client_of(world.otto)
    for query in ("", f"?thread={before.first}", "?after_version=0", "?after_seq=0"):
        found = otto.get(f"{base}messages/{query}").json()["results"]
        assert [each["content"] for each in found] == [NEW], query
    body = {"content": "x", "reply_to": str(before.first)}
    assert otto.post(f"{base}messages/", body).json()["code"] == "bad_reply_to"
    body = {"content": "x", "thread": str(before.first)}
    assert otto.post(f"{base}messages/", body).json()["code"] == "bad_thread"


def test_on_pages_and_in_quotations(world: Cast, before: Before) -> None:
    room, first, later = before.room.pk, before.first, before.later
    pages = [
        *(reverse("room", args=[room]), reverse("room", args=[room]) + "?around=1"),
        *(reverse("support_room", args=[room]), reverse("room_message", args=[room, later])),
        f"{reverse('room', args=[room])}?reply={first}",
        *(reverse(f"room_{name}", args=[room, first]) for name in ("thread", "message_versions")),
    ]
    for user, sees in ((world.mira, True), (world.otto, False)):
        browser = Client()
        browser.force_login(user)
        shown = [OLD in browser.get(page).content.decode() for page in pages]
        assert all(shown) if sees else not any(shown), list(zip(pages, shown, strict=True))


def test_in_search_and_by_mail(
    world: Cast, client_of: ClientOf, before: Before, mailoutbox: list[EmailMessage]
) -> None:
    read_recent()
    for user, hits in ((world.mira, 3), (world.otto, 1)):
        found = client_of(user).get("/api/v1/search/?q=parrot&in=rooms").json()["results"]
        assert len(found) == hits, user.username
        access = access_to(before.room, user)
        send_mail(ask_for_transcript(access=access, by=user).pk)
        body = mailoutbox.pop().body
        assert (OLD in body, NEW in body) == (user == world.mira, True)


def test_on_the_socket(stage: Stage) -> None:
    world = stage.world
    before = room_with_a_past(world)
    for user, told in ((world.mira, [OLD, OLD, NEW]), (world.otto, [NEW])):
        with stage.client(user) as client:
            replayed, _ = client.subscribe(topic_of(before.room), after_version=0)
            words = [f["data"].get("content") for f in replayed if "message" in f["type"]]
            assert [each for each in words if each in (OLD, NEW)] == told
            client.send(op="delete", topic=topic_of(before.room), id=before.first, ref=before.first)
            answer = client.answer_to(before.first)
            assert answer.get("code") == (None if user == world.mira else "not_found")
