"""Forms of one word that stemming keeps apart: “stole” and “stolen” are not “steal” to a stemmer."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from chatcore.replica import reading_connection

_LISTS = {"english": Path(__file__).with_name("english_forms.txt")}

_STEMMED = """
SELECT line, lexeme FROM unnest(%(lines)s::text[]) WITH ORDINALITY AS given(words, line),
     unnest(to_tsvector(%(config)s::regconfig, words))
"""


@lru_cache(maxsize=8)
def forms(config: str) -> Mapping[str, frozenset[str]]:
    """Lexeme → the other lexemes of the same word, under a text search configuration.

    Empty for languages that have no list. Asked of PostgreSQL once in a process, since only it knows
    how it stems.
    """
    if config not in _LISTS:
        return {}
    lines = [line for line in _LISTS[config].read_text().splitlines() if not line.startswith("#")]
    with reading_connection().cursor() as cursor:
        cursor.execute(_STEMMED, {"lines": lines, "config": config})
        rows = cursor.fetchall()
    words: dict[int, set[str]] = {}
    for line, lexeme in rows:
        words.setdefault(line, set()).add(lexeme)
    found: dict[str, frozenset[str]] = {}
    for word in words.values():
        for lexeme in word:
            found[lexeme] = found.get(lexeme, frozenset()) | (word - {lexeme})
    return found
