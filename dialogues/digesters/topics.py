"""Topics without a model: the words of the person that weigh most, by BM25's inverse frequency."""

import re
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from dialogues.digesters.heard import Heard
from dialogues.digesters.port import Material, Noted

MOST = 5
_WORD = re.compile(r"[^\W\d_][\w’'-]{2,39}")
_QUESTION = re.compile(r"[^.!?\n]+\?")
# A word that is no stop word and, where there is a book, stands in it; rare words first.
_WEIGHED = """
SELECT word, ln(1 + (%(passages)s - coalesce(seen.passage_count, 0) + 0.5)
                    / (coalesce(seen.passage_count, 0) + 0.5))
FROM unnest(%(words)s::text[]) AS word
CROSS JOIN LATERAL (
    SELECT lexeme FROM unnest(to_tsvector(%(config)s::regconfig, word)) LIMIT 1
) AS found
LEFT JOIN book_lexemes seen ON seen.book_id = %(book)s AND seen.lexeme = found.lexeme
WHERE %(book)s::uuid IS NULL OR seen.passage_count IS NOT NULL
"""


def topics_in(material: Material) -> list[Noted]:
    """Up to five, the weightiest first, each with the message in which it came up first.

    Only the person's own words count: an answer may quote what a reader has not come to.
    """
    seen = _words([heard for heard in material.messages if heard.role == "user"])
    weights = _weights(list(seen), material)
    best = sorted(weights, key=lambda word: (-weights[word] * len(seen[word]), word))
    return [Noted(seen[word][0], word) for word in best[:MOST]]


def _words(messages: Sequence[Heard]) -> dict[str, list[int]]:
    """Each word in small letters, and the messages that say it. Where something is asked, only what is
    asked about: the rest tells of the person."""
    seen: dict[str, list[int]] = defaultdict(list)
    for heard in messages:
        for word in dict.fromkeys(_WORD.findall(_asked(heard.content).lower())):
            seen[word.strip("’'-")].append(heard.seq)
    return seen


def _asked(text: str) -> str:
    return " ".join(_QUESTION.findall(text)) or text


def _weights(words: list[str], material: Material) -> dict[str, float]:
    if not words:
        return {}
    book = material.book
    with connection.cursor() as cursor:
        cursor.execute(
            _WEIGHED,
            {
                "words": words[:500],
                "config": book.search_config if book else "english",
                "book": book.pk if book else None,
                "passages": max(book.passage_count, 1) if book else 1,
            },
        )
        return {word: float(weight) for word, weight in cursor.fetchall()}
