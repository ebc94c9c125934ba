"""What somebody searches for, as PostgreSQL understands it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from chatcore.languages import UNSTEMMED, search_config
from chatcore.models import User

QUERY_MOST = 300

# In the asker's language and, beside it, word for word: names, other languages, stop words in quotes.
# With an exclusion in their language alone: "-lamps" shall exclude a lamp, too.
_WORDS = """
SELECT words::text, numnode(words) > 0 FROM (SELECT
  CASE WHEN numnode(stemmed) = 0 THEN plain
       WHEN %(excludes)s THEN stemmed ELSE stemmed || plain END AS words
  FROM websearch_to_tsquery(%(config)s::regconfig, %(text)s) stemmed,
       websearch_to_tsquery(%(unstemmed)s::regconfig, %(text)s) plain) asked
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A search. `words` is a tsquery: every word, "a phrase", -without, this or that."""

    text: str
    config: str
    words: str

    @property
    def is_strict(self) -> bool:
        """Whether a phrase or an exclusion was asked for, which nothing may soften."""
        return '"' in self.text or _excludes(self.text)


def asked(user: User, text: str) -> Asked | None:
    """The search in the language of its asker; None where it holds no word. One query."""
    text = " ".join(text.replace("\x00", " ").split())[:QUERY_MOST]
    config = search_config(user.language)
    values: dict[str, Any] = {
        "config": config,
        "unstemmed": UNSTEMMED,
        "text": text,
        "excludes": _excludes(text),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WORDS, values)
        words, some = cursor.fetchone()
    return Asked(text, config, words) if some else None


def _excludes(text: str) -> bool:
    return any(word.startswith("-") for word in text.split())
