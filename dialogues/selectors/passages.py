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
- *Names* say what a question is about, but in the passage that answers it people are “he” and
  “she”: a name weighs half as much as another word of its rarity.

Measured on questions with known passages by `tests/benchmarks/retrieval.py`; the constants were
chosen on one half of them, the other half was held out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatcore.replica import reading_connection
from dialogues.models import Book

K1 = 1.2
B = 0.2
NEIGHBOUR_SHARES = {1: 0.3, 2: 0.15}
CHAPTER_SHARE = 2.0
QUESTION_SHARE = 0.7
NAME_WEIGHT = 0.5
CONTEXT_WEIGHT = 0.5
# A question of so many words needs no context.
SELF_CONTAINED = 2
# An average passage with every word of the question once scores about the sum of their weights;
# half as much again comes from neighbours and chapter when all of it fits.
FULL_MATCH = 1.5
# How many places are looked at closely; neighbours beyond a chapter's edge are among them.
CANDIDATES = 200
# A question of 10,000 characters is searched by its first words only (stop words count here).
MAX_LEXEMES = 100

_LEXEMES = """
SELECT config, lexeme, positions[1] AS place
FROM unnest(%(configs)s::text[]) AS config,
     unnest(to_tsvector(config::regconfig, %(text)s))
ORDER BY config, place
"""

# One statement. `hits` is what the GIN index finds; everything after it works on those rows only.
_RANKED = """
WITH asked AS (
    SELECT * FROM unnest(%(configs)s::text[], %(lexemes)s::text[], %(weights)s::float8[])
        AS a(config, lexeme, weight)
), shelf AS (
    SELECT id, search_config, passage_count, average_passage_length,
           sum(passage_count) OVER () AS passages,
           greatest(sum(passage_count * average_passage_length) OVER ()
                    / greatest(sum(passage_count) OVER (), 1), 1) AS average_length,
           sum(chapter_count) OVER () AS chapters
    FROM books WHERE id = ANY(%(books)s)
), words AS (
    SELECT asked.config, asked.lexeme,
           asked.weight * ln(1 + (max(shelf.passages) - coalesce(sum(seen.passage_count), 0) + 0.5)
                                 / (coalesce(sum(seen.passage_count), 0) + 0.5)) AS weight
    FROM asked JOIN shelf ON shelf.search_config = asked.config
    LEFT JOIN book_lexemes seen ON seen.book_id = shelf.id AND seen.lexeme = asked.lexeme
    GROUP BY asked.config, asked.lexeme, asked.weight
), hits AS MATERIALIZED (
    SELECT passage.book_id, passage.position, passage.chapter_number, words.lexeme,
           words.weight * tf * (%(k1)s + 1) / (tf + %(k1)s * (
               1 - %(b)s + %(b)s * passage.length / shelf.average_length)) AS score
    FROM book_passages passage
    JOIN shelf ON shelf.id = passage.book_id
    CROSS JOIN LATERAL unnest(passage.lexemes) AS word(lexeme, positions, marks)
    JOIN words ON words.lexeme = word.lexeme AND words.config = shelf.search_config
    CROSS JOIN LATERAL cardinality(word.positions) AS tf
    WHERE passage.book_id = ANY(%(books)s)
      AND passage.lexemes @@ %(query)s::tsquery
      AND passage.chapter_number <= %(last_chapter)s
), spread AS (
    SELECT hits.book_id, hits.chapter_number, hits.position + step.away AS position,
           sum(hits.score * step.share) AS score
    FROM hits, unnest(%(steps)s::int[], %(shares)s::float8[]) AS step(away, share)
    GROUP BY 1, 2, 3
), chapter_words AS (
    SELECT book_id, chapter_number, lexeme, count(*) AS passages,
           count(*) OVER (PARTITION BY lexeme) AS chapters
    FROM hits GROUP BY book_id, chapter_number, lexeme
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
       least(1, fit.score / (%(full_match)s * nullif((SELECT sum(weight) FROM words), 0)))
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
    whose words count for less, where this one says too little by itself. Empty when no word of
    the question occurs.
    """
    lexemes = _asked(question, context, {book.search_config for book in books})
    if not lexemes:
        return []
    with reading_connection().cursor() as cursor:
        cursor.execute(_RANKED, _parameters(lexemes, books, limit, up_to_chapter))
        return [FoundPassage(*row) for row in cursor.fetchall()]


_Lexemes = dict[tuple[str, str], float]


def _asked(question: str, context: str, configs: set[str]) -> _Lexemes:
    """(configuration, lexeme) → weight, for every language among the books."""
    names = names_in(question)
    weights: _Lexemes = dict.fromkeys(_lexemes(question, configs), 1.0)
    # “And what colour was it?” goes on about the last question; “Who is Alice?” begins anew.
    if not names and len(weights) < SELF_CONTAINED * len(configs):
        weights = dict.fromkeys(_lexemes(context, configs), CONTEXT_WEIGHT) | weights
    for name in _lexemes(" ".join(names), configs):
        if name[0] != "german":  # where every noun has a capital
            weights[name] = NAME_WEIGHT
    return weights


def _lexemes(text: str, configs: set[str]) -> list[tuple[str, str]]:
    if not text.strip() or not configs:
        return []
    with reading_connection().cursor() as cursor:
        cursor.execute(_LEXEMES, {"configs": sorted(configs), "text": text.replace("\x00", " ")})
        rows = cursor.fetchall()
    return [(config, lexeme) for config, lexeme, place in rows if place <= MAX_LEXEMES]


def names_in(question: str) -> list[str]:
    """Words with a capital inside a sentence; none where all words have one."""
    words = re.findall(r"(?<![.?!]\s)(?<!^)\b[^\W\d_][\w’'.-]*", question)
    names = [word for word in words if word[0].isupper()]
    return names if len(names) < len(words) else []


def _parameters(
    lexemes: _Lexemes, books: Sequence[Book], limit: int, up_to_chapter: int | None
) -> dict[str, Any]:
    steps = {0: 1.0} | {
        s * away: share for away, share in NEIGHBOUR_SHARES.items() for s in (-1, 1)
    }
    return {
        "configs": [config for config, _ in lexemes],
        "lexemes": [lexeme for _, lexeme in lexemes],
        "weights": list(lexemes.values()),
        "query": " | ".join(_quoted(lexeme) for lexeme in {lexeme for _, lexeme in lexemes}),
        "books": [book.pk for book in books],
        "last_chapter": 2**31 - 1 if up_to_chapter is None else up_to_chapter,
        "steps": list(steps),
        "shares": list(steps.values()),
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
