"""How often the passage that answers a question is among the first found.

Reads `retrieval_questions.json`: questions in a reader's words, each with quotations from the
passage (or the few) that answers it, some with the question that was asked before (`after`). The
constants of the ranking were chosen by looking at the questions of the set "tuning" only; "held-out"
is what to believe.

Needs the books themselves, which are not in the project: a folder named by CHATCORE_BOOKS. With
LLM_BASE_URL and EMBEDDING_MODEL set, words and meaning together are measured as well.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

QUESTIONS = Path(__file__).with_name("retrieval_questions.json")
DEPTH = 20

_TS_RANK = """
SELECT text FROM book_passages,
     (SELECT string_agg(quote_literal(lexeme), ' | ')::tsquery AS query
      FROM unnest(to_tsvector(%s::regconfig, %s))) AS asked
WHERE book_id = %s AND lexemes @@ query
ORDER BY ts_rank_cd(lexemes, query) DESC, position LIMIT %s
"""


@dataclass(frozen=True)
class Score:
    """Shares of the questions, and the mean reciprocal rank."""

    questions: int
    first: float
    first_five: float
    reciprocal: float


def score(questions: Sequence[dict[str, object]], find: Callable[..., list[str]]) -> Score:
    """Ask every question; `find(book, question, the one before)` gives texts, best first."""
    ranks = [
        _rank(find(q["book"], q["question"], q.get("after", "")), q["quotes"]) for q in questions
    ]
    found = [rank for rank in ranks if rank]
    return Score(
        questions=len(ranks),
        first=sum(rank == 1 for rank in found) / len(ranks),
        first_five=sum(rank <= 5 for rank in found) / len(ranks),
        reciprocal=sum(1 / rank for rank in found) / len(ranks),
    )


def _rank(texts: list[str], quotes: object) -> int | None:
    assert isinstance(quotes, list)
    hits = (i for i, text in enumerate(texts, start=1) if any(quote in text for quote in quotes))
    return next(hits, None)


def run(folder: Path) -> dict[str, Score]:
    """Import the books in a transaction that is rolled back, and measure the rankings."""
    from django.db import connection, transaction

    from dialogues.answerers.embeddings import model
    from dialogues.answerers.ranking import ranked_passages
    from dialogues.models import Book
    from dialogues.selectors.passages import passages_about
    from dialogues.services.books import import_book
    from dialogues.services.embedding import embed_book

    questions = json.loads(QUESTIONS.read_text())

    def plain(name: str, question: str, after: str) -> list[str]:
        book = books[name]
        with connection.cursor() as cursor:
            words = f"{after} {question}"
            cursor.execute(_TS_RANK, [book.search_config, words, book.pk, DEPTH])
            return [text for (text,) in cursor.fetchall()]

    def ours(name: str, question: str, after: str) -> list[str]:
        found = passages_about(question, [books[name]], limit=DEPTH, context=after)
        return [passage.text for passage in found]

    def with_meaning(name: str, question: str, after: str) -> list[str]:
        found = ranked_passages(question, [books[name]], limit=DEPTH, context=after)
        return [passage.text for passage in found]

    rankings = {"ts_rank_cd": plain, "ours": ours}
    if model():
        rankings["ours and meaning"] = with_meaning

    with transaction.atomic():
        books: dict[str, Book] = {
            name: import_book((folder / name).read_bytes(), name).book
            for name in {q["book"] for q in questions}
        }
        if model():
            for book in books.values():
                embed_book(book)
        sets = {s: [q for q in questions if q["set"] == s] for s in ("tuning", "held-out")}
        sets["follow-ups"] = [q for q in questions if "after" in q]
        sets["all"] = questions
        scores = {
            f"{how}, {name}": score(chosen, find)
            for name, chosen in sets.items()
            for how, find in rankings.items()
        }
        transaction.set_rollback(True)
    return scores


def main() -> int:
    folder = os.environ.get("CHATCORE_BOOKS")
    if not folder:
        print("Set CHATCORE_BOOKS to the folder that holds alice.txt and sherlock.txt.")
        return 0
    import django

    django.setup()
    print(f"{'':28} {'questions':>9} {'first':>7} {'in five':>8} {'MRR':>6}")
    for name, found in run(Path(folder)).items():
        print(
            f"{name:28} {found.questions:9} {found.first:7.0%} {found.first_five:8.0%} "
            f"{found.reciprocal:6.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    sys.exit(main())
