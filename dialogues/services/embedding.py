"""Vectors for books, where an embedding model is configured: once for each passage, in the background.

A sweep finds the books that lack some, so it matters not how a book came in; whatever was stored before
a worker died is not computed again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from chatcore.ids import uuid7
from chatcore.jobs import enqueue_on_commit
from chatcore.models import Job, JobState
from chatcore.services.jobs import create_job, fail_job, finish_job, job_progress
from dialogues.answerers.embeddings import EmbeddingFailed, embed, model
from dialogues.models import Book, BookPassage
from dialogues.selectors.vectors import coverage, uncovered_books, without_vectors

log = structlog.get_logger(__name__)

KIND = "book.embed"
EMBED_BOOK = "dialogues.embed_book"
BATCH = 64
# A worker says how far it is with every batch; one that is silent for so long is dead.
SILENCE = timedelta(minutes=5)
# A book whose job failed is tried again after so long.
AGAIN_AFTER = timedelta(minutes=15)

_STORE = """
INSERT INTO passage_vectors (id, passage_id, model, vector, created_at)
SELECT row.id, row.passage, %(model)s, row.vector, now()
FROM unnest(%(ids)s::uuid[], %(passages)s::uuid[], %(vectors)s::bytea[]) AS row(id, passage, vector)
ON CONFLICT (passage_id, model) DO NOTHING
"""

Told = Callable[[int, int], None]


def _silent(done: int, total: int) -> None:
    """Nobody watches."""


def embed_book(book: Book, told: Told = _silent) -> int:
    """Compute what is missing; how many vectors that were. `told` hears (covered, all) after each
    batch. Raises EmbeddingFailed; what was stored before stays."""
    done = began = coverage(book, model())
    while missing := without_vectors(book, model(), BATCH):
        vectors = embed([passage.text for passage in missing])
        _store(missing, [vector.tobytes() for vector in vectors])
        done += len(missing)
        told(done, book.passage_count)
    return done - began


def _store(passages: list[BookPassage], vectors: list[bytes]) -> None:
    values: dict[str, Any] = {
        "model": model(),
        "ids": [uuid7() for _ in passages],
        "passages": [passage.pk for passage in passages],
        "vectors": vectors,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values)


def sweep_embeddings() -> int:
    """Ask workers for the vectors that are missing; how many books that concerns. Nothing without an
    embedding model."""
    books = uncovered_books(model()) if model() else []
    with transaction.atomic():
        for book in books:
            if job := _job_for(book):
                enqueue_on_commit(EMBED_BOOK, job=str(job.pk))
    return len(books)


def _job_for(book: Book) -> Job | None:
    """The job to be done now: a new one, or one whose worker was lost; None while one is at work, or
    failed a moment ago."""
    asked = {"book": str(book.pk), "model": model()}
    now = timezone.now()
    jobs = Job.objects.filter(kind=KIND, result__contains=asked)
    unfinished = Q(state__in=[JobState.QUEUED, JobState.RUNNING])
    if last := jobs.filter(unfinished).order_by("-id").first():
        return last if last.updated_at < now - SILENCE else None
    if jobs.filter(state=JobState.FAILED, finished_at__gt=now - AGAIN_AFTER).exists():
        return None
    note = f"{book.title}: waiting for a worker"
    return create_job(KIND, total=book.passage_count, note=note, asked=asked)


def run_embedding(job_id: UUID) -> None:
    """Carry out a job of `sweep_embeddings`. Delivered twice, it is done once."""
    job = Job.objects.filter(pk=job_id, kind=KIND).first()
    if job is None or not _claim(job):
        return
    book = Book.objects.filter(pk=job.result["book"]).first()
    if book is None or job.result["model"] != model():
        fail_job(job_id, error="The book is gone, or another embedding model is configured now.")
        return
    began = monotonic()
    try:
        many = embed_book(book, lambda done, total: _tell(job_id, book, done, total))
    except EmbeddingFailed as error:
        log.warning("embedding_failed", book=book.slug, model=model(), error=str(error))
        fail_job(job_id, error=f"The embedding server failed: {error}")
        return
    result = {**job.result, "vectors": many, "seconds": round(monotonic() - began, 1)}
    finish_job(job_id, result=result)


def _claim(job: Job) -> bool:
    free = Q(state=JobState.QUEUED) | Q(
        state=JobState.RUNNING, updated_at__lt=timezone.now() - SILENCE
    )
    mine = Job.objects.filter(free, pk=job.pk)
    return bool(mine.update(state=JobState.RUNNING, updated_at=timezone.now()))


def _tell(job_id: UUID, book: Book, done: int, total: int) -> None:
    job_progress(
        job_id, done=min(done, total), total=total, note=f"{book.title}: computing vectors"
    )
