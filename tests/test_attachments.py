"""Files in rooms: sent with a message, looked at, fetched by whoever may see them, gone when taken back."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import MULTIPART_CONTENT
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from chatcore.models import User
from rooms.files.facts import clean_name
from rooms.files.storage import attachment_storage
from rooms.models import ChatFileAttachment, ChatRoom, ScanState, StoredFile
from rooms.services.attachments import attach, examine_file
from rooms.services.messages import delete_message
from rooms.services.participants import add_participant, remove_participant
from rooms.services.stored_files import sweep_files
from tests.client import ContractClient
from tests.rooms import access_to, picture, room_of
from tests.world import Cast

Json = dict[str, Any]
ClientOf = Callable[[User], ContractClient]


@pytest.fixture(autouse=True)
def _storage_of_its_own(settings: Settings, tmp_path: Path) -> None:
    location = {"location": tmp_path, "base_url": None}
    settings.STORAGES = settings.STORAGES | {
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": location,
        }
    }


@pytest.fixture
def room(world: Cast) -> ChatRoom:
    return room_of(world.mira, world.otto)


def sent(
    client: ContractClient, room: ChatRoom, data: bytes, name: str = "a.png", **more: str
) -> Any:
    file = SimpleUploadedFile(name, data, content_type="text/html")
    body = {"file": file, **more}
    return client.post(f"/api/v1/rooms/{room.pk}/attachments/", body, MULTIPART_CONTENT)


def examined(message: Json) -> Json:
    """The attachment of a message, once a worker has looked at it."""
    (attachment,) = message["attachments"]
    stored = ChatFileAttachment.objects.get(pk=attachment["id"]).file_manager_file_id
    assert stored
    examine_file(stored)
    found: Json = attachment
    return found


def test_a_picture_is_sent_looked_at_and_shown(
    world: Cast, room: ChatRoom, client_of: ClientOf
) -> None:
    mira, otto = client_of(world.mira), client_of(world.otto)
    response = sent(mira, room, picture(), "holiday.png", content="Look!")
    assert response.status_code == 201, response.content
    message = response.json()
    assert (message["message_type"], message["content"]) == ("image", "Look!")
    assert message["attachments"][0]["scan_state"] == "pending"
    assert message["attachments"][0]["url"] is None, "nobody gets what nobody has looked at"
    examined(message)

    (seen,) = otto.get(f"/api/v1/rooms/{room.pk}/messages/").json()["results"][-1]["attachments"]
    assert seen["original_filename"] == "holiday.png"
    assert (seen["width"], seen["height"], seen["mime_type"]) == (900, 600, "image/png")
    file = otto.get(seen["url"])
    assert file.getvalue() == picture()
    assert file["Content-Disposition"].startswith("inline")
    assert "sandbox" in file["Content-Security-Policy"]
    small = Image.open(io.BytesIO(otto.get(seen["thumbnail_url"]).getvalue()))
    assert (small.format, small.size) == ("WEBP", (640, 427))


def test_what_it_is_is_told_by_its_bytes(world: Cast, room: ChatRoom, client_of: ClientOf) -> None:
    mira = client_of(world.mira)
    page = sent(mira, room, b"<html><script>alert(1)</script></html>", "x.png").json()
    attachment = examined(page)
    assert (page["message_type"], attachment["mime_type"]) == ("file", "text/plain")
    url = f"/api/v1/rooms/{room.pk}/attachments/{attachment['id']}/"
    fetched = mira.get(url)
    assert fetched["Content-Disposition"] == 'attachment; filename="x.png"'
    assert fetched["X-Content-Type-Options"] == "nosniff"
    note = sent(mira, room, "Grüße\nfrom here".encode(), "note.txt").json()
    examined(note)
    again = mira.get(f"/api/v1/rooms/{room.pk}/messages/{note['id']}/").json()
    assert again["attachments"][0]["excerpt"] == "Grüße\nfrom here"


def test_each_download_asks_again_who_asks(
    world: Cast, room: ChatRoom, client_of: ClientOf
) -> None:
    attachment = examined(sent(client_of(world.mira), room, picture()).json())
    url = f"/api/v1/rooms/{room.pk}/attachments/{attachment['id']}/"
    otto = client_of(world.otto)
    assert otto.get(url).status_code == 200
    assert client_of(world.ana).get(url).status_code == 404
    remove_participant(access=access_to(room, world.mira), user_id=world.otto.pk)
    assert otto.get(url).status_code == 404
    other = room_of(world.ana)
    elsewhere = f"/api/v1/rooms/{other.pk}/attachments/{attachment['id']}/"
    assert client_of(world.ana).get(elsewhere).status_code == 404


def test_too_large_too_many_pixels_and_nothing_at_all(
    world: Cast, room: ChatRoom, client_of: ClientOf, settings: Settings
) -> None:
    mira = client_of(world.mira)
    settings.ATTACHMENT_MAX_BYTES = 1000
    large = sent(mira, room, b"x" * 1001, "large.txt")
    assert (large.status_code, large.json()["code"]) == (413, "file_too_large")
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENT_MAX_PIXELS = 10**7, 10_000
    bomb = sent(mira, room, picture(101, 100), "bomb.png")
    assert (bomb.status_code, bomb.json()["code"]) == (413, "too_many_pixels")
    empty = sent(mira, room, b"", "empty.txt")
    assert (empty.status_code, list(empty.json()["errors"])) == (400, ["file"])
    assert not StoredFile.objects.exists(), "what is refused leaves nothing behind"


def test_a_persons_files_have_a_quota(
    world: Cast, room: ChatRoom, client_of: ClientOf, settings: Settings
) -> None:
    settings.ATTACHMENT_QUOTA_BYTES = 1500
    mira = client_of(world.mira)
    first = sent(mira, room, b"x" * 1000, "one.txt").json()
    refused = sent(mira, room, b"x" * 501, "two.txt")
    assert (refused.status_code, refused.json()["code"]) == (409, "quota_used_up")
    mira.delete(f"/api/v1/rooms/{room.pk}/messages/{first['id']}/")
    sweep_files()
    assert sent(mira, room, b"x" * 501, "two.txt").status_code == 201


def test_a_repeat_gives_the_first_message_and_keeps_no_second_copy(
    world: Cast, room: ChatRoom, client_of: ClientOf
) -> None:
    mira = client_of(world.mira)
    ref = {"client_ref": "5f0c9a4e-2f0b-4f6a-9f57-0d2f3c1b7a11"}
    first, again = (sent(mira, room, b"same", "same.txt", **ref).json() for _ in range(2))
    assert again["id"] == first["id"]
    StoredFile.objects.update(created_at=timezone.now() - timedelta(hours=2))
    sweep_files()
    assert StoredFile.objects.count() == 1


def test_its_bytes_go_when_it_is_taken_back(
    world: Cast, room: ChatRoom, client_of: ClientOf
) -> None:
    mira = client_of(world.mira)
    message = sent(mira, room, picture()).json()
    attachment = examined(message)
    stored = StoredFile.objects.get()
    url = f"/api/v1/rooms/{room.pk}/attachments/{attachment['id']}/"
    assert attachment_storage().exists(stored.name)
    assert attachment_storage().exists(stored.thumbnail_name)
    delete_message(user=world.mira, room=room.pk, message=UUID(message["id"]))
    assert mira.get(url).status_code == 404
    sweep_files()
    assert not attachment_storage().exists(stored.name)
    assert not attachment_storage().exists(stored.thumbnail_name)
    kept = ChatFileAttachment.objects.get()
    assert kept.deleted_at, "the story stays"
    assert kept.file_manager_file_id is None, "the bytes go"


def test_a_file_that_the_scanner_refuses_is_never_there(
    world: Cast, room: ChatRoom, client_of: ClientOf, settings: Settings, tmp_path: Path
) -> None:
    scanner = tmp_path / "scanner"
    scanner.write_text("#!/bin/sh\nif grep -q EICAR; then echo Eicar found; exit 1; fi\n")
    scanner.chmod(0o755)
    settings.ATTACHMENT_SCAN_COMMAND = str(scanner)
    mira = client_of(world.mira)
    bad = examined(sent(mira, room, b"X5O EICAR", "bad.com").json())
    good = examined(sent(mira, room, b"harmless", "good.txt").json())
    url = f"/api/v1/rooms/{room.pk}/attachments/"
    refused = mira.get(f"{url}{bad['id']}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "file_not_clean")
    assert mira.get(f"{url}{good['id']}/").status_code == 200
    assert StoredFile.objects.get(scan_state=ScanState.REFUSED).scan_note == "Eicar found"
    settings.ATTACHMENT_SCAN_COMMAND = "/no/such/scanner"
    unsure = examined(sent(mira, room, b"who knows", "new.txt").json())
    assert mira.get(f"{url}{unsure['id']}/").status_code == 409, "no answer is no yes"


def test_who_may_not_speak_sends_no_file(world: Cast, room: ChatRoom, client_of: ClientOf) -> None:
    assert sent(client_of(world.ana), room, b"x").status_code == 404
    closed = room_of(world.mira)
    ChatRoom.objects.filter(pk=closed.pk).update(status="closed")
    assert sent(client_of(world.mira), closed, b"x").json()["code"] == "room_closed"
    open_room = room_of(world.mira, world.gil)
    assert sent(client_of(world.gil), open_room, b"x").status_code == 201, (
        "a guest has pictures, too"
    )


def test_a_file_of_a_private_note_is_the_teams(
    world: Cast, room: ChatRoom, client_of: ClientOf
) -> None:
    add_participant(room=room, user=world.ana)
    note = sent(client_of(world.ana), room, b"a line", "log.txt", audience="staff").json()
    assert note["audience"] == "staff"
    url = f"/api/v1/rooms/{room.pk}/attachments/{examined(note)['id']}/"
    assert client_of(world.ana).get(url).status_code == 200
    assert client_of(world.mira).get(url).status_code == 404
    refused = sent(client_of(world.mira), room, b"a line", audience="staff")
    assert (refused.status_code, refused.json()["code"]) == (403, "may_not_note")


def test_the_history_keeps_who_sent_what(world: Cast, room: ChatRoom) -> None:
    attach(world.mira, room.pk, file=SimpleUploadedFile("a.txt", b"a"))
    history = ChatFileAttachment.pgh_event_model.objects  # type: ignore[attr-defined]
    assert history.filter(pgh_label="insert", original_filename="a.txt").count() == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.doc", "a.doc"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\0", "file"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(given: str, kept: str) -> None:
    assert clean_name(given) == kept
