"""Passages by their words and, where embeddings are configured, by their meaning as well."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from dialogues.answerers.embeddings import model, vector_of
from dialogues.models import Book
from dialogues.selectors.asking import goes_on
from dialogues.selectors.passages import FoundPassage, passages_about, passages_by_id
from dialogues.selectors.vectors import Near, nearest

# How many of either kind are put together.
POOL = 200
# What a cosine of 1 counts beside the best score by words. Chosen on the questions for tuning.
MEANING_WEIGHT = 1.0


def ranked_passages(
    question: str,
    books: Sequence[Book],
    *,
    limit: int = 5,
    up_to_chapter: int | None = None,
    context: str = "",
) -> list[FoundPassage]:
    """As `passages_about`; where every book has its vectors, words and meaning are weighed together.

    What meaning found carries its `vector_id`. A server that fails leaves the words.
    """
    by_words = passages_about(
        question,
        books,
        limit=POOL if model() else limit,
        up_to_chapter=up_to_chapter,
        context=context,
    )
    near = _near(question, books, up_to_chapter, context) if model() and books else []
    return _together(by_words, near, limit) if near else by_words[:limit]


def _near(
    question: str, books: Sequence[Book], up_to_chapter: int | None, context: str
) -> list[Near]:
    configs = {book.search_config for book in books}
    if context and goes_on(question, configs):
        # Together with the last question it means the last question: words find 70 %, both 48 %.
        return []
    vector = vector_of(question)
    if vector is None:
        return []
    return nearest(vector, books, model(), up_to_chapter=up_to_chapter)[:POOL]


def _together(
    by_words: Sequence[FoundPassage], near: Sequence[Near], limit: int
) -> list[FoundPassage]:
    """The best of both by the sum: the score by words, the best counting for 1, and the cosine.

    Scores of the result fall from the better of the two best.
    """
    words = {one.id: one.similarity_score for one in by_words}
    meaning = {one.passage: one for one in near}
    best_words = max(words.values(), default=0.0)

    def total(passage: UUID) -> float:
        by_word = words.get(passage, 0.0) / best_words if best_words else 0.0
        cosine = meaning[passage].cosine if passage in meaning else 0.0
        return by_word + MEANING_WEIGHT * max(0.0, cosine)

    order = sorted({*words, *meaning}, key=lambda passage: (-total(passage), passage))[:limit]
    top = total(order[0]) if order else 0.0
    highest = min(1.0, max(best_words, near[0].cosine))
    known = {one.id: one for one in by_words}
    known |= {one.id: one for one in passages_by_id([p for p in order if p not in known])}
    return [
        replace(
            known[passage],
            similarity_score=highest * total(passage) / top if top else 0.0,
            vector_id=str(meaning[passage].vector_id) if passage in meaning else "",
        )
        for passage in order
    ]
