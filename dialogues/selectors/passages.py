"""Passages that answer a question: BM25 over `tsvector` lexemes, in PostgreSQL.

What is ranked, and why:

- *BM25* with the statistics of the books searched: a rare word counts more than a common one, the
  second occurrence less than the first. `K1` is the usual 1.2. `B` is 0.2, far below the usual
  0.75: paragraphs of novels differ in length because talk is short, not because long ones ramble,
  and punishing length puts “‘And who is the Duchess?’” above the paragraph that tells of her.
- *Neighbours*: the answer often stands beside the paragraph that holds the question's words, since
  stories say “he” and answer in the next line. So a passage gets a share of its neighbours' score.
- *Chapter*: a chapter that speaks of the question's things throughout lifts its passages.
- *Questions* and scraps: “And Irene Adler?” holds every word of “Who is Irene Adler?” and answers
  nothing. A passage that ends by asking, or is one or two words long, loses some of its score.

What the words are that are searched for, and what they weigh, is told in `asking.py`.

Measured on questions with known passages by `tests/benchmarks/retrieval.py`; the constants were
chosen on one half of them, the other half was held out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatcore.replica import reading_connection
from dialogues.models import Book
from dialogues.selectors.asking import Lexeme, asked_for

K1 = 1.2
B = 0.2
NEIGHBOUR_SHARES = {1: 0.3, 2: 0.15}
CHAPTER_SHARE = 3.0
QUESTION_SHARE = 0.5
# An average passage with every word of the question once scores about the sum of their weights;
# half as much again comes from neighbours and chapter when all of it fits.
FULL_MATCH = 1.5
# How many places are looked at closely; neighbours beyond a chapter's edge are among them.
CANDIDATES = 200

_BY_ID = """
SELECT id, book_id, position, chapter_number, paragraph_index, page_number, section, text, 0.0::float8
FROM book_passages WHERE id = ANY(%(ids)s)
"""
# One statement. `found` is what the GIN index finds; everything after it works on those rows only.
_RANKED = """
WITH asked AS (
    SELECT * FROM unnest(%(configs)s::text[], %(terms)s::int[], %(lexemes)s::text[],
                         %(shares)s::float8[], %(weights)s::float8[])
        AS a(config, term, lexeme, share, weight)
), shelf AS (
    SELECT id, search_config, passage_count, average_passage_length,
           sum(passage_count) OVER () AS passages,
           greatest(sum(passage_count * average_passage_length) OVER ()
                    / greatest(sum(passage_count) OVER (), 1), 1) AS average_length,
           sum(chapter_count) OVER () AS chapters
    FROM books WHERE id = ANY(%(books)s)
), seen AS (
    SELECT asked.config, asked.term, max(asked.weight) AS weight, max(shelf.passages) AS passages,
           coalesce(sum(words.passage_count), 0) AS holding
    FROM asked JOIN shelf ON shelf.search_config = asked.config
    LEFT JOIN book_lexemes words ON words.book_id = shelf.id AND words.lexeme = asked.lexeme
    GROUP BY asked.config, asked.term
), terms AS (
    SELECT config, term,
           weight * ln(1 + (greatest(passages - holding, 0) + 0.5) / (holding + 0.5)) AS weight
    FROM seen
), found AS MATERIALIZED (
    SELECT passage.book_id, passage.position, passage.chapter_number, passage.length,
           word.lexeme, cardinality(word.positions) AS times
    FROM book_passages passage
    CROSS JOIN LATERAL unnest(passage.lexemes) AS word(lexeme, positions, marks)
    WHERE passage.book_id = ANY(%(books)s)
      AND passage.lexemes @@ %(query)s::tsquery
      AND passage.chapter_number <= %(last_chapter)s
      AND word.lexeme = ANY(%(lexemes)s)
), held AS (
    SELECT found.book_id, found.position, found.chapter_number, found.length, asked.config,
           asked.term, sum(asked.share * found.times) AS tf
    FROM found JOIN shelf ON shelf.id = found.book_id
    JOIN asked ON asked.lexeme = found.lexeme AND asked.config = shelf.search_config
    GROUP BY 1, 2, 3, 4, 5, 6
), hits AS MATERIALIZED (
    SELECT held.book_id, held.position, held.chapter_number, held.term,
           terms.weight * tf * (%(k1)s + 1) / (tf + %(k1)s * (
               1 - %(b)s + %(b)s * held.length / shelf.average_length)) AS score
    FROM held JOIN shelf ON shelf.id = held.book_id
    JOIN terms ON terms.term = held.term AND terms.config = held.config
), spread AS (
    SELECT hits.book_id, hits.chapter_number, hits.position + step.away AS position,
           sum(hits.score * step.share) AS score
    FROM hits, unnest(%(steps)s::int[], %(step_shares)s::float8[]) AS step(away, share)
    GROUP BY 1, 2, 3
), chapter_words AS (
    SELECT book_id, chapter_number, term, count(*) AS passages,
           count(*) OVER (PARTITION BY term) AS chapters
    FROM hits GROUP BY book_id, chapter_number, term
), chapters AS (
    SELECT book_id, chapter_number,
           sum(ln(1 + (greatest(shelf.chapters - chapter_words.chapters, 0) + 0.5)
                      / (chapter_words.chapters + 0.5))
               * chapter_words.passages / (chapter_words.passages + 2.0)) AS score
    FROM chapter_words JOIN shelf ON shelf.id = book_id GROUP BY book_id, chapter_number
), candidates AS (
    SELECT spread.book_id, spread.chapter_number, spread.position,
           spread.score + %(chapter_share)s * chapters.score AS score
    FROM spread JOIN chapters USING (book_id, chapter_number)
    ORDER BY score DESC LIMIT %(candidates)s
)
SELECT passage.id, passage.book_id, passage.position, passage.chapter_number,
       passage.paragraph_index, passage.page_number, passage.section, passage.text,
       least(1, fit.score / (%(full_match)s * nullif((SELECT sum(weight) FROM terms), 0)))
FROM candidates
JOIN book_passages passage USING (book_id, position, chapter_number)
CROSS JOIN LATERAL (
    SELECT candidates.score * passage.length / (passage.length + 1.0)
           * CASE WHEN passage.text ~ '[?][^[:alnum:]]*$' THEN %(question_share)s ELSE 1 END
) AS fit(score)
WHERE passage.length > 0
ORDER BY fit.score DESC, passage.book_id, passage.position
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage and how well it fits. `similarity_score` is 0..1, falling through a result: 1 when
    a passage and its surroundings hold all of the question, words counting by their rarity.
    """

    id: UUID
    book_id: UUID
    position: int
    chapter_number: int
    paragraph_index: int
    page_number: int | None
    section: str
    text: str
    similarity_score: float
    # The vector that found it, where embeddings did.
    vector_id: str = ""


def passages_about(
    question: str,
    books: Sequence[Book],
    *,
    limit: int = 5,
    up_to_chapter: int | None = None,
    context: str = "",
) -> list[FoundPassage]:
    """The passages of these books that fit the question best, best first.

    Any of the question's words may match, stemmed in each book's language, stop words removed.
    `up_to_chapter`: nothing from later chapters (no spoilers). `context`: an earlier question,
    for one that goes on about it. Empty when no word of the question occurs.
    """
    lexemes = asked_for(question, context, {book.search_config for book in books})
    if not lexemes:
        return []
    with reading_connection().cursor() as cursor:
        cursor.execute(_RANKED, _parameters(lexemes, books, limit, up_to_chapter))
        return [FoundPassage(*row) for row in cursor.fetchall()]


def passages_by_id(ids: Sequence[UUID]) -> list[FoundPassage]:
    """These passages, found otherwise than by words: their score is 0."""
    if not ids:
        return []
    with reading_connection().cursor() as cursor:
        cursor.execute(_BY_ID, {"ids": list(ids)})
        return [FoundPassage(*row) for row in cursor.fetchall()]


def _parameters(
    lexemes: Sequence[Lexeme], books: Sequence[Book], limit: int, up_to_chapter: int | None
) -> dict[str, Any]:
    steps = {0: 1.0} | {
        s * away: share for away, share in NEIGHBOUR_SHARES.items() for s in (-1, 1)
    }
    return {
        "configs": [one.config for one in lexemes],
        "terms": [one.term for one in lexemes],
        "lexemes": [one.lexeme for one in lexemes],
        "shares": [one.share for one in lexemes],
        "weights": [one.weight for one in lexemes],
        "query": " | ".join(_quoted(lexeme) for lexeme in {one.lexeme for one in lexemes}),
        "books": [book.pk for book in books],
        "last_chapter": 2**31 - 1 if up_to_chapter is None else up_to_chapter,
        "steps": list(steps),
        "step_shares": list(steps.values()),
        "k1": K1,
        "b": B,
        "chapter_share": CHAPTER_SHARE,
        "full_match": FULL_MATCH,
        "question_share": QUESTION_SHARE,
        "limit": limit,
        "candidates": CANDIDATES + 4 * limit,
    }


def _quoted(lexeme: str) -> str:
    """A lexeme as `tsquery` takes it literally."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
