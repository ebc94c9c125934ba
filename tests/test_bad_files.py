"""Files that are not what they seem, scanners that fail, storages that are away, and parts of files."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from botocore.config import Config
from django.core.files.base import ContentFile
from django.db import connections
from PIL import Image
from pytest_django.fixtures import Settings

from chatcore.errors import ChatcoreError, RangeNotSatisfiable
from chatcore.http.ranges import wanted_part
from chatcore.models import User
from rooms.files import scanning
from rooms.files.storage import attachment_storage
from rooms.models import ChatFileAttachment, ChatRoom, ScanState, StoredFile
from rooms.selectors.attachments import bytes_of
from rooms.services.attachments import attach, examine_file
from rooms.services.messages import delete_message
from rooms.services.participants import remove_participant
from rooms.services.stored_files import sweep_files
from tests.client import ContractClient
from tests.rooms import access_to, picture, room_of
from tests.s3_server import Bucket, bucket_server
from tests.test_attachments import examined, sent
from tests.world import Cast, cast

ClientOf = Callable[[User], ContractClient]
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


@pytest.fixture(autouse=True)
def _storage_of_its_own(settings: Settings, tmp_path: Path) -> None:
    options = {"location": tmp_path, "base_url": None}
    store_at(settings, "django.core.files.storage.FileSystemStorage", options)


def store_at(settings: Settings, backend: str, options: dict[str, Any]) -> None:
    own = {"attachments": {"BACKEND": backend, "OPTIONS": options}}
    settings.STORAGES = settings.STORAGES | own


@pytest.fixture
def room(world: Cast) -> ChatRoom:
    return room_of(world.mira, world.otto)


def fetched(client: ContractClient, room: ChatRoom, attachment: dict[str, Any], **more: Any) -> Any:
    return client.get(f"/api/v1/rooms/{room.pk}/attachments/{attachment['id']}/", **more)


def gif_and_script() -> bytes:
    """A picture to one reader, a program to another."""
    written = io.BytesIO()
    Image.new("P", (4, 4)).save(written, "GIF")
    return written.getvalue() + b"/*<html><script>alert(1)</script>*/=1;alert(2)"


def bomb() -> bytes:
    """10 MB of nothing in 10 KB."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"\0" * 10_000_000)
    return written.getvalue()


# Bytes; what they are found to be, where that is sure; whether they are shown inline.
STRANGE = {
    "a picture and a script": (gif_and_script(), "image/gif", True),
    "a drawing with a script": (SVG, "text/plain", False),
    "the same in another encoding": (SVG.decode().encode("utf-16"), "", False),
    "markup behind zeros": (b"\0\0<html><script>alert(1)</script>", "", False),
    "a document with a drawing": (b"%PDF-1.4\n" + SVG + b"\xff\0", "", False),
    "an archive that unfolds": (bomb(), "", False),
    "the head of a picture": (b"GIF89a" + b"\xff" * 50, "application/octet-stream", False),
}


@pytest.mark.parametrize("name", STRANGE)
def test_nothing_that_could_run_is_shown_inline(
    world: Cast, room: ChatRoom, client_of: ClientOf, name: str
) -> None:
    data, mime_type, inline = STRANGE[name]
    mira = client_of(world.mira)
    attachment = examined(sent(mira, room, data, "x.html").json())
    if mime_type:
        assert attachment["mime_type"] == mime_type
    file = fetched(mira, room, attachment)
    assert file["Content-Disposition"].startswith("inline") is inline
    assert file["X-Content-Type-Options"] == "nosniff"
    assert file["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert file["Cross-Origin-Resource-Policy"] == "same-origin"
    assert file.getvalue() == data


def test_a_picture_that_breaks_off_has_no_small_copy(
    world: Cast, room: ChatRoom, client_of: ClientOf
) -> None:
    written = io.BytesIO()
    Image.effect_noise((600, 400), 60).save(written, "JPEG")
    mira = client_of(world.mira)
    message = sent(mira, room, written.getvalue()[:8_000], "broken.jpg").json()
    attachment = examined(message)
    shown = mira.get(f"/api/v1/rooms/{room.pk}/messages/{message['id']}/").json()["attachments"][0]
    assert (shown["mime_type"], shown["scan_state"]) == ("image/jpeg", "clean")
    assert (shown["preview_available"], shown["thumbnail_url"]) == (False, "")
    small = f"/api/v1/rooms/{room.pk}/attachments/{attachment['id']}/thumbnail/"
    assert mira.get(small).status_code == 404


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../etc/passwd", "passwd"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("Grüße 日本.txt", "Grüße 日本.txt"),
    ],
)
def test_a_name_comes_through_the_door_as_a_name(
    world: Cast, room: ChatRoom, client_of: ClientOf, given: str, kept: str
) -> None:
    mira = client_of(world.mira)
    attachment = examined(sent(mira, room, b"\x01\x02", given).json())
    assert attachment["original_filename"] == kept
    file = fetched(mira, room, attachment)
    assert file["Content-Disposition"].startswith("attachment; filename")
    (stored,) = (path for path in Path(attachment_storage().location).rglob("*") if path.is_file())  # type: ignore[attr-defined]
    assert "passwd" not in stored.name, "where it lies has nothing of its name"


def test_ten_uploads_at_once_stay_within_the_quota(committed: None, settings: Settings) -> None:
    settings.ATTACHMENT_QUOTA_BYTES = 3_500
    world = cast()
    room, outcomes = room_of(world.mira), []

    def upload(number: int) -> None:
        try:
            attach(world.mira, room.pk, file=ContentFile(b"x" * 1_000, name=f"{number}.txt"))
            outcomes.append("stored")
        except ChatcoreError as error:
            outcomes.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=upload, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["quota_used_up"] * 7 + ["stored"] * 3
    assert bytes_of(world.mira) == 3_000


@pytest.fixture
def scanner(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], None]:
    """Puts a script of the shell in the scanner's place, which gets 0.3 s."""

    def put(script: str) -> None:
        program = tmp_path / "scanner"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        settings.ATTACHMENT_SCAN_COMMAND = str(program)

    monkeypatch.setattr(scanning, "MOST_SECONDS", 0.3)
    return put


FAILURES = {
    "sleep 60 & sleep 60": "not ended after",  # and what it started holds its output
    "kill -SEGV $$": "exit -11",
    "echo no database >&2; exit 2": "exit 2",
    "yes | head -c 3000000; exit 3": "exit 3",
}


@pytest.mark.parametrize("script", FAILURES)
def test_a_scanner_that_hangs_or_crashes_keeps_the_file_hidden_until_it_works(
    world: Cast,
    room: ChatRoom,
    client_of: ClientOf,
    scanner: Callable[[str], None],
    script: str,
) -> None:
    scanner(script)
    mira = client_of(world.mira)
    with pytest.raises(scanning.ScannerFailed, match=FAILURES[script]):
        scanning.scan(io.BytesIO(b"x"))
    attachment = examined(sent(mira, room, b"x", "x.txt").json())
    assert fetched(mira, room, attachment).json()["code"] == "file_not_clean"
    assert StoredFile.objects.get().scan_state == ScanState.PENDING
    scanner("exit 0")
    examine_file(StoredFile.objects.get().pk)
    assert fetched(mira, room, attachment).status_code == 200


def test_who_was_removed_since_gets_neither_the_file_nor_a_part_nor_its_small_copy(
    world: Cast, room: ChatRoom, client_of: ClientOf
) -> None:
    attachment = examined(sent(client_of(world.mira), room, picture()).json())
    otto = client_of(world.otto)
    url = f"/api/v1/rooms/{room.pk}/attachments/{attachment['id']}/"
    tag = otto.get(url)["ETag"]
    assert otto.get(url, headers={"if-none-match": tag}).status_code == 304
    remove_participant(access=access_to(room, world.mira), user_id=world.otto.pk)
    for headers in ({}, {"range": "bytes=0-1"}, {"if-none-match": tag}):
        assert otto.get(url, headers=headers).status_code == 404
    assert otto.get(f"{url}thumbnail/").status_code == 404


def test_parts_of_a_file(world: Cast, room: ChatRoom, client_of: ClientOf) -> None:
    mira = client_of(world.mira)
    attachment = examined(sent(mira, room, b"0123456789", "x.txt").json())
    url = f"/api/v1/rooms/{room.pk}/attachments/{attachment['id']}/"
    whole = mira.get(url)
    assert (whole["Accept-Ranges"], whole["Content-Length"]) == ("bytes", "10")
    for header, part, where in (
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=0-999", b"0123456789", "bytes 0-9/10"),
    ):
        answer = mira.get(url, headers={"range": header})
        assert (answer.status_code, answer.getvalue()) == (206, part)
        assert (answer["Content-Range"], answer["Content-Length"]) == (where, str(len(part)))
    beyond = mira.get(url, headers={"range": "bytes=10-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, "bytes */10")
    changed = mira.get(url, headers={"range": "bytes=2-4", "if-range": '"another"'})
    assert (changed.status_code, changed.getvalue()) == (200, b"0123456789")


def test_what_is_no_range_asks_for_the_whole() -> None:
    for header in ("", "bytes=-", "bytes=4-2", "bytes=a-b", "lines=1-2", "bytes=0-1,3-4"):
        assert wanted_part(header, 10) is None
    assert wanted_part("bytes=-99", 10) == range(10)
    with pytest.raises(RangeNotSatisfiable):
        wanted_part("bytes=-0", 10)


# A bucket.


@pytest.fixture
def bucket(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with bucket_server() as running:
        options = {
            "bucket_name": "files",
            "endpoint_url": running.url,
            "region_name": "eu-central-1",
            "file_overwrite": True,
            "client_config": Config(
                retries={"max_attempts": 0},
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
            ),
        }
        store_at(settings, "storages.backends.s3.S3Storage", options)
        yield running


def test_in_a_bucket_it_is_looked_at_fetched_and_gone_when_it_is_taken_back(
    world: Cast, room: ChatRoom, client_of: ClientOf, bucket: Bucket
) -> None:
    mira = client_of(world.mira)
    message = sent(mira, room, picture()).json()
    attachment = examined(message)
    stored = StoredFile.objects.get()
    assert set(bucket.objects) == {f"/files/{stored.name}", f"/files/{stored.thumbnail_name}"}
    assert fetched(mira, room, attachment).getvalue() == picture()
    part = fetched(mira, room, attachment, headers={"range": "bytes=1-3"})
    assert part.getvalue() == b"PNG"
    small = f"/api/v1/rooms/{room.pk}/attachments/{attachment['id']}/thumbnail/"
    assert mira.get(small)["Content-Type"] == "image/webp"
    delete_message(user=world.mira, room=room.pk, message=UUID(message["id"]))
    assert sweep_files() == (0, 1)
    assert bucket.objects == {}


def test_while_the_bucket_is_away_nothing_is_lost_and_nothing_is_half(
    world: Cast, room: ChatRoom, client_of: ClientOf, bucket: Bucket
) -> None:
    mira = client_of(world.mira)
    message = sent(mira, room, b"x", "x.txt").json()
    stored = StoredFile.objects.get()
    bucket.is_away = True
    refused = sent(mira, room, b"y", "y.txt")
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert StoredFile.objects.get() == stored, "its place in the quota is free again"
    examine_file(stored.pk)
    assert StoredFile.objects.get().scan_state == ScanState.PENDING
    bucket.is_away = False
    examine_file(stored.pk)
    bucket.is_away = True
    attachment = message["attachments"][0]
    assert fetched(mira, room, attachment).status_code == 503
    delete_message(user=world.mira, room=room.pk, message=UUID(message["id"]))
    assert sweep_files() == (0, 0)
    assert StoredFile.objects.exists(), "found again by its row"
    bucket.is_away = False
    assert sweep_files() == (0, 1)
    assert not bucket.objects
    assert ChatFileAttachment.objects.get().deleted_at
