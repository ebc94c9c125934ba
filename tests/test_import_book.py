"""Books come in by command, by upload and by API: whole, once, and watched."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction

from chatcore.models import Job, JobState
from dialogues.models import Book, BookLexeme, BookPassage
from dialogues.services.book_imports import run_import, start_import, sweep_imports
from dialogues.services.books import import_book
from tests.books import GUTENBERG, epub
from tests.client import ContractClient
from tests.world import Cast

BOOKS = "/api/v1/books/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tin.txt"
    path.write_text(GUTENBERG)
    return path


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_book", *map(str, arguments), stdout=out)
    return out.getvalue()


def test_it_stores_chapters_paragraphs_and_statistics() -> None:
    book = import_book(GUTENBERG.encode(), "tin.txt").book

    assert (book.slug, book.search_config) == ("the-tin-boat-and-other-vessels", "english")
    assert (book.chapter_count, book.passage_count) == (3, 6)
    places = BookPassage.objects.order_by("position").values_list(
        "position", "chapter_number", "paragraph_index"
    )
    assert list(places) == [(1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 2, 1), (5, 2, 2), (6, 3, 1)]
    assert BookLexeme.objects.get(book=book, lexeme="walrus").passage_count == 3
    lengths = BookPassage.objects.values_list("length", flat=True)
    assert book.average_passage_length == pytest.approx(sum(lengths) / 6)


def test_the_same_file_again_changes_nothing() -> None:
    first = import_book(GUTENBERG.encode(), "tin.txt")
    again = import_book(GUTENBERG.encode(), "copy of tin.txt", title="Another")

    assert (first.created, again.created) == (True, False)
    assert again.book == first.book
    assert BookPassage.objects.count() == 6


def test_another_file_of_the_same_title_gets_its_own_slug() -> None:
    import_book(GUTENBERG.encode(), "tin.txt")
    other = import_book(GUTENBERG.replace("heron", "swan").encode(), "tin.txt").book

    assert other.slug == "the-tin-boat-and-other-vessels-2"


def test_the_command_imports_once_and_says_so(file: Path) -> None:
    assert "Imported as the-tin-boat-and-other-vessels" in run(file)
    assert "imported before" in run(file)


def test_the_command_tells_json_and_a_dry_run_stores_nothing(file: Path) -> None:
    told = json.loads(run(file, "--json", "--dry-run", "--title", "Walrus", "--language", "de"))

    assert (told["title"], told["language"], told["book"]) == ("Walrus", "de", None)
    assert [chapter["passages"] for chapter in told["chapters"]] == [3, 2, 1]
    assert not Book.objects.exists()


def test_the_command_names_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    broken = tmp_path / "broken.epub"
    broken.write_bytes(epub()[:400])

    with pytest.raises(CommandError, match="damaged"):
        run(broken)
    with pytest.raises(CommandError, match="There is no file"):
        run(tmp_path / "missing.txt")


def upload(client: ContractClient, content: bytes, **fields: Any) -> Any:
    data = {"file": SimpleUploadedFile("tin.txt", content), **fields}
    return super(ContractClient, client).post(BOOKS, data)


def test_staff_upload_a_book_and_watch_the_job(
    world: Cast,
    client_of: Callable[..., ContractClient],
    django_capture_on_commit_callbacks: Any,
) -> None:
    client = client_of(world.ada)
    response = upload(client, GUTENBERG.encode(), title="Walrus")
    assert response.status_code == 202
    job_url = f"/api/v1/jobs/{response.json()['id']}/"
    assert response.headers["Location"].endswith(job_url)
    assert client.get(job_url).json()["state"] == "queued"

    run_import(response.json()["id"])

    done = client.get(job_url).json()
    assert (done["state"], done["error"]) == ("done", "")
    book = client.get(f"/api/v1/books/{done['result']['book']}/").json()
    assert (book["title"], book["slug"]) == ("Walrus", "walrus")
    assert default_storage.listdir("imports")[1] == [], "the upload is not kept"


def test_an_unreadable_upload_fails_its_job_with_the_reason(world: Cast) -> None:
    job = start_import(SimpleUploadedFile("x.txt", b"%PDF-1.4"), by=world.ada)

    run_import(job.pk)

    job.refresh_from_db()
    assert (job.state, job.finished_at is None) == (JobState.FAILED, False)
    assert "This is a PDF" in job.error


def test_an_import_delivered_twice_is_done_once(world: Cast) -> None:
    job = start_import(SimpleUploadedFile("x.txt", GUTENBERG.encode()), by=world.ada)

    run_import(job.pk)
    run_import(job.pk)

    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert Book.objects.get().created_by == world.ada


def test_an_import_whose_worker_died_is_found_and_begun_anew(world: Cast) -> None:
    job = start_import(SimpleUploadedFile("x.txt", GUTENBERG.encode()), by=world.ada)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
    assert sweep_imports() == 0, "premise: it may still be running"

    Job.objects.filter(pk=job.pk).update(updated_at="2026-01-01T00:00:00Z")
    assert sweep_imports() == 1
    run_import(job.pk)

    assert Book.objects.count() == 1


def test_members_may_not_upload(world: Cast, client_of: Callable[..., ContractClient]) -> None:
    response = upload(client_of(world.mira), GUTENBERG.encode())

    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")


def test_bad_uploads_are_refused(
    world: Cast, client_of: Callable[..., ContractClient], settings: Any
) -> None:
    client = client_of(world.ada)
    assert upload(client, b"").status_code == 400
    assert upload(client, b"x", title="\x00").status_code == 400
    assert upload(client, b"x", colour="red").status_code == 400
    assert client.post(BOOKS, {"title": "x"}).status_code == 415
    no_boundary = super(ContractClient, client).post(BOOKS, b"x", "multipart/form-data")
    assert no_boundary.status_code == 400
    settings.BOOK_UPLOAD_MAX_BYTES = 10
    too_large = upload(client, b"x" * 11)
    assert (too_large.status_code, too_large.json()["code"]) == (413, "book_too_large")


def test_a_book_is_stored_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(done: int, total: int, note: str) -> None:
        if note == "storing":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        import_book(GUTENBERG.encode(), "tin.txt", progress=stop)

    assert not Book.objects.exists()
