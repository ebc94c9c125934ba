"""Which part of a passage answers: sentences weighed by the question's words."""

import re
from collections.abc import Sequence

from django.db import connection

from dialogues.models import Book

# A sentence of a Victorian novel may fill a page: longer ones are cut at semicolons, then commas.
LONGEST = 320
_SHORTEST = 30
_END = re.compile(r"(?<=[.!?…])[’”\"')\]]*\s+(?=[‘“\"'(\[—-]*[^\W_])")
_ABBREVIATED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|St|Jr|Sr|Prof|Rev|Hon|Col|Gen|Capt|Lt|No|Nos|vol|pp?|[A-Z])\.$"
)
_CLAUSE = re.compile(r"(?<=[;:])\s+|(?<=[a-z,.!?’”\"')])--(?=\w)")
_COMMA = re.compile(r"(?<=,)\s+")

_WEIGHED = """
SELECT part.place,
       coalesce(sum(ln(1 + %(passages)s / (0.5 + coalesce(seen.passage_count, 0)))), 0)
FROM unnest(%(parts)s::text[]) WITH ORDINALITY AS part(text, place)
LEFT JOIN LATERAL (
    SELECT lexeme FROM unnest(to_tsvector(%(config)s::regconfig, part.text))
    INTERSECT
    SELECT lexeme FROM unnest(to_tsvector(%(config)s::regconfig, %(question)s))
) AS shared ON true
LEFT JOIN book_lexemes seen ON seen.book_id = %(book)s AND seen.lexeme = shared.lexeme
WHERE shared.lexeme IS NOT NULL
GROUP BY part.place
"""


def parts_of(text: str) -> list[str]:
    """A passage cut into sentences, long ones into clauses. Each part stands literally in it."""
    parts = []
    for sentence in _joined(_END, text):
        parts += [sentence] if len(sentence) <= LONGEST else _clauses(sentence)
    return parts


def best_parts(question: str, book: Book, texts: Sequence[str]) -> list[str]:
    """Of each text the part that shares the question's rarest words; the first where none does.

    A part that only asks (“What is it?”) brings the next part with it, where the answer stands.
    """
    cut = [parts_of(text) for text in texts]
    flat = [part for parts in cut for part in parts]
    weights = _weights(question, book, flat)
    best, start = [], 0
    for text, parts in zip(texts, cut, strict=True):
        own = weights[start : start + len(parts)]
        start += len(parts)
        best.append(_with_answer(text, parts, own.index(max(own))))
    return best


def _weights(question: str, book: Book, parts: list[str]) -> list[float]:
    with connection.cursor() as cursor:
        cursor.execute(
            _WEIGHED,
            {
                "parts": parts,
                "question": question.replace("\x00", " "),
                "config": book.search_config,
                "book": book.pk,
                "passages": max(book.passage_count, 1),
            },
        )
        found = dict(cursor.fetchall())
    return [float(found.get(place, 0)) for place in range(1, len(parts) + 1)]


def _with_answer(text: str, parts: list[str], place: int) -> str:
    part = parts[place]
    if not part.rstrip("’”\"')").endswith("?") or place + 1 == len(parts):
        return part
    start = text.index(part)
    following = parts[place + 1]
    return text[start : text.index(following, start + len(part)) + len(following)]


def _clauses(sentence: str) -> list[str]:
    found = []
    for clause in _joined(_CLAUSE, sentence):
        found += [clause] if len(clause) <= LONGEST else _filled(clause)
    return found


def _joined(cut: re.Pattern[str], text: str) -> list[str]:
    """Pieces between cuts. One that is very short, or ends in “Mr.”, goes on to the next cut."""
    pieces, start = [], 0
    for found in cut.finditer(text):
        piece = text[start : found.start()].rstrip()
        closing = text[found.start() : found.end()].rstrip()
        if len(piece) < _SHORTEST or _ABBREVIATED.search(piece):
            continue
        pieces.append(piece + (closing if closing and closing != "--" else ""))
        start = found.end()
    return [*pieces, text[start:]] if text[start:] else pieces


def _filled(clause: str) -> list[str]:
    """A clause cut at commas into pieces as long as allowed."""
    pieces, start, end = [], 0, 0
    for found in [*_COMMA.finditer(clause), None]:
        stop = found.start() if found else len(clause)
        if stop - start > LONGEST and end > start:
            pieces.append(clause[start:end])
            start = end + 1
        end = stop
    return [*pieces, clause[start:]]
