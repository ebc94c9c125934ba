"""The vectors of books, kept in the process: which passages mean what a question means.

Plain PostgreSQL does: a book has some thousands of passages, and comparing a question with all of them
takes a millisecond in memory. Books never change, so what is kept stays true; a book of which not every
passage has a vector is not kept and not used.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from uuid import UUID

import numpy as np
from django.db.models import Count, Q
from numpy.typing import NDArray

from chatcore.replica import reading_connection
from dialogues.models import Book, BookPassage

# About 40,000 passages of 384 dimensions.
MOST_BYTES = 64 * 1024 * 1024

_VECTORS = """
SELECT passage.id, passage.chapter_number, vector.id, vector.vector
FROM book_passages passage JOIN passage_vectors vector ON vector.passage_id = passage.id
WHERE passage.book_id = %s AND vector.model = %s ORDER BY passage.position
"""

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BookVectors:
    """A book's passages in order: a row of `matrix` each, of length 1."""

    passages: Sequence[UUID]
    chapters: NDArray[np.int32]
    ids: Sequence[UUID]
    matrix: Vector


@dataclass(frozen=True, slots=True)
class Near:
    """A passage, how near it is to the question (cosine, -1..1), and the vector that says so."""

    passage: UUID
    cosine: float
    vector_id: UUID


_kept: OrderedDict[tuple[UUID, str], BookVectors] = OrderedDict()
_lock = Lock()


def unit(values: Sequence[float] | Vector) -> Vector:
    """A vector of length 1 in the same direction; of zeros, zeros."""
    vector = np.asarray(values, dtype="<f4")
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length, dtype="<f4") if length else vector


def nearest(
    question: Vector, books: Sequence[Book], model: str, *, up_to_chapter: int | None = None
) -> list[Near]:
    """Every passage of these books, nearest first; empty unless all of them are covered."""
    found: list[Near] = []
    for book in books:
        vectors = vectors_of(book, model)
        if vectors is None or vectors.matrix.shape[1] != question.shape[0]:
            return []
        cosines = vectors.matrix @ question
        readable = (
            range(len(vectors.passages))
            if up_to_chapter is None
            else np.flatnonzero(vectors.chapters <= up_to_chapter).tolist()
        )
        found += [Near(vectors.passages[i], float(cosines[i]), vectors.ids[i]) for i in readable]
    return sorted(found, key=lambda near: -near.cosine)


def vectors_of(book: Book, model: str) -> BookVectors | None:
    """A book's vectors; None where some are missing."""
    key = (book.pk, model)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    read = _read(book, model)
    if read is not None:
        _keep(key, read)
    return read


def _read(book: Book, model: str) -> BookVectors | None:
    with reading_connection().cursor() as cursor:
        cursor.execute(_VECTORS, [book.pk, model])
        rows = cursor.fetchall()
    sizes = {len(row[3]) for row in rows}
    if len(rows) < book.passage_count or len(sizes) != 1:
        return None
    return BookVectors(
        passages=[row[0] for row in rows],
        chapters=np.array([row[1] for row in rows], dtype=np.int32),
        ids=[row[2] for row in rows],
        matrix=np.frombuffer(b"".join(bytes(row[3]) for row in rows), dtype="<f4").reshape(
            len(rows), -1
        ),
    )


def _keep(key: tuple[UUID, str], vectors: BookVectors) -> None:
    """The books that were used last, as many as fit."""
    with _lock:
        _kept[key] = vectors
        while len(_kept) > 1 and sum(one.matrix.nbytes for one in _kept.values()) > MOST_BYTES:
            _kept.popitem(last=False)


def without_vectors(book: Book, model: str, limit: int) -> list[BookPassage]:
    """The book's next passages that have no vector of this model."""
    return list(
        BookPassage.objects.filter(book=book)
        .exclude(vectors__model=model)
        .only("id", "text")
        .order_by("position")[:limit]
    )


def coverage(book: Book, model: str) -> int:
    """How many of the book's passages have a vector of this model."""
    found: int = BookPassage.objects.filter(book=book, vectors__model=model).count()
    return found


def uncovered_books(model: str) -> list[Book]:
    """Books on the shelf with passages that have no vector of this model."""
    covered = Count("passages__vectors", filter=Q(passages__vectors__model=model))
    books = Book.objects.filter(status=Book.Status.READY).annotate(covered=covered)
    return [book for book in books.order_by("created_at") if book.covered < book.passage_count]
