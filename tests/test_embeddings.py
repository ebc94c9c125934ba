"""Embeddings: computed once in the background, weighed with the words, and missed by nobody when away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from chatcore.models import Job, JobState
from dialogues.answerers import embeddings
from dialogues.answerers.librarian import Librarian
from dialogues.answerers.port import Citation, Question
from dialogues.answerers.ranking import ranked_passages
from dialogues.models import Book, PassageVector
from dialogues.selectors import vectors
from dialogues.services import embedding
from dialogues.services.books import import_book
from tests.books import GUTENBERG
from tests.client import ContractClient
from tests.embedding_server import EmbeddingServer
from tests.world import Cast

pytestmark = pytest.mark.django_db
# No word of it stands in the book; what it means does.
FEE = "How high was the fee?"


@pytest.fixture
def tin() -> Book:
    return import_book(GUTENBERG.encode(), "tin.txt").book


@pytest.fixture
def server(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddingServer]:
    monkeypatch.setattr(embeddings, "_away_until", 0.0)
    vectors._kept.clear()
    with EmbeddingServer() as running:
        settings.LLM_BASE_URL, settings.EMBEDDING_MODEL = running.base_url, "concepts"
        settings.LLM_API_KEY = running.key
        yield running


@pytest.fixture
def covered(server: EmbeddingServer, tin: Book) -> Book:
    assert embedding.embed_book(tin) == tin.passage_count
    return tin


def test_what_no_word_finds_is_found_by_its_meaning(covered: Book, settings: Settings) -> None:
    (best, *_) = ranked_passages(FEE, [covered])

    assert "eleven buttons" in best.text
    assert PassageVector.objects.get(pk=best.vector_id).passage_id == best.id
    settings.EMBEDDING_MODEL = ""
    assert ranked_passages(FEE, [covered]) == [], "premise"


def test_words_and_meaning_together_give_falling_scores_between_0_and_1(covered: Book) -> None:
    found = ranked_passages("Which bird met the vessel on the river?", [covered], limit=20)

    scores = [passage.similarity_score for passage in found]
    assert "heron" in found[0].text
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert len({passage.id for passage in found}) == len(found)


def test_meaning_keeps_to_the_readers_chapter(covered: Book) -> None:
    assert ranked_passages("Which letter?", [covered])[0].chapter_number == 3, "premise"

    found = ranked_passages("Which letter?", [covered], limit=20, up_to_chapter=2)

    assert {passage.chapter_number for passage in found} <= {0, 1, 2}


def test_a_citation_names_the_vector_that_found_it(covered: Book) -> None:
    pieces = list(Librarian().answer(Question(FEE, book=covered)))

    citation = next(piece for piece in pieces if isinstance(piece, Citation))
    assert PassageVector.objects.filter(pk=citation.vector_id).exists()


def test_a_server_that_fails_leaves_the_words_and_is_left_alone_for_a_while(
    covered: Book, server: EmbeddingServer
) -> None:
    asked = len(server.requests)
    server.fails_after = asked

    for _ in range(2):
        (best, *_) = ranked_passages("Who counted the buttons?", [covered])
        assert "eleven buttons" in best.text
        assert best.vector_id == ""
    assert len(server.requests) == asked + 1


def test_a_book_that_is_not_covered_is_found_by_its_words(
    covered: Book, server: EmbeddingServer
) -> None:
    other = import_book(b"Chapter 1\n\nThe zebra ate the biscuit tin.\n", "zebra.txt").book

    assert ranked_passages(FEE, [other]) == []
    assert ranked_passages(FEE, [covered, other]) == []


def test_what_is_stored_is_not_computed_again(
    tin: Book, server: EmbeddingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server breaks off after the first batch; the next run goes on from there."""
    monkeypatch.setattr(embedding, "BATCH", 3)
    server.fails_after = 1
    with pytest.raises(embeddings.EmbeddingFailed):
        embedding.embed_book(tin)
    assert vectors.coverage(tin, "concepts") == 3, "premise"
    server.fails_after = None
    server.requests.clear()

    assert embedding.embed_book(tin) == tin.passage_count - 3
    assert len(server.texts()) == tin.passage_count - 3


def test_the_sweep_makes_one_job_for_a_book_that_lacks_vectors(
    tin: Book, server: EmbeddingServer
) -> None:
    assert embedding.sweep_embeddings() == 1
    embedding.sweep_embeddings()
    job = Job.objects.get(kind=embedding.KIND)

    embedding.run_embedding(job.pk)
    embedding.run_embedding(job.pk)

    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, tin.passage_count, tin.passage_count)
    assert job.result["vectors"] == tin.passage_count
    assert embedding.sweep_embeddings() == 0


def test_a_job_that_fails_says_why_and_is_tried_again_later(
    tin: Book, server: EmbeddingServer
) -> None:
    server.fails_after = 0
    embedding.sweep_embeddings()
    job = Job.objects.get(kind=embedding.KIND)
    embedding.run_embedding(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "out of memory" in job.error

    embedding.sweep_embeddings()
    assert Job.objects.filter(kind=embedding.KIND).count() == 1, "not at once"
    Job.objects.update(finished_at=timezone.now() - embedding.AGAIN_AFTER * 2)
    embedding.sweep_embeddings()
    assert Job.objects.filter(kind=embedding.KIND).count() == 2


def test_without_a_model_nothing_is_asked(tin: Book, settings: Settings) -> None:
    settings.EMBEDDING_MODEL = ""

    assert embedding.sweep_embeddings() == 0
    with pytest.raises(CommandError, match="EMBEDDING_MODEL"):
        call_command("embed_books")


def test_the_command_computes_and_tells(tin: Book, server: EmbeddingServer) -> None:
    def told(*flags: str) -> dict[str, object]:
        out = StringIO()
        call_command("embed_books", "--json", *flags, stdout=out)
        (row,) = json.loads(out.getvalue())["books"]
        return dict(row)

    assert told("--dry-run")["vectors"] == 0
    assert told()["vectors"] == tin.passage_count
    with pytest.raises(CommandError, match="no book"):
        call_command("embed_books", "--book", "nope")


def test_the_search_uses_both(
    covered: Book, world: Cast, client_of: Callable[..., ContractClient]
) -> None:
    found = client_of(world.mira).get(f"/api/v1/books/{covered.pk}/search/", {"q": FEE}).json()

    assert "eleven buttons" in found["results"][0]["text"]
