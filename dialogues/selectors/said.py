"""What was said in a dialogue, found by its words (seed 001's full-text search)."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from chatcore.ids import public_code
from chatcore.selectors.rows import fetch_rows
from dialogues.models import DialogueSession
from dialogues.selectors.messages import page_parameters
from dialogues.selectors.sessions import instant

# Around a hit while the text is still plain; no message can hold them, as they are taken out of it.
_ON, _OFF = "\x02", "\x03"
ROLES = ("user", "assistant")

# Seed 001's query and order. The headline is made for the rows that are shown alone: it reads the text.
SEARCH_SQL = f"""
WITH found AS (
  SELECT m.id, m.seq, m.role, m.created_at,
    translate(m.content, '{_ON}{_OFF}', '') AS content,
    ts_rank(to_tsvector('english', m.content), q.wanted) AS rank, q.wanted
  FROM dialogue_messages m, plainto_tsquery('english', %(q)s) AS q(wanted)
  WHERE m.session_id = %(session)s AND m.id BETWEEN %(first_id)s AND %(last_id)s
    AND m.deleted_at IS NULL AND m.replaced_by_id IS NULL AND m.role = ANY(%(roles)s)
    AND to_tsvector('english', m.content) @@ q.wanted
  ORDER BY rank DESC, m.created_at DESC LIMIT %(limit)s
)
SELECT id, seq, role, created_at, content, rank,
  ts_headline('english', content, wanted,
    'StartSel={_ON}, StopSel={_OFF}, MaxFragments=2, MaxWords=30, MinWords=10') AS headline
FROM found ORDER BY rank DESC, created_at DESC"""  # noqa: S608


def said_about(
    session: DialogueSession, words: str, limit: int, roles: Sequence[str] = ROLES
) -> Sequence[Mapping[str, Any]]:
    """Messages that hold all of the words, the best first, the newest of equals first."""
    about = page_parameters(session.pk, 0, limit)
    return fetch_rows(SEARCH_SQL, about | {"q": words, "limit": limit, "roles": list(roles)})


def said_out(row: Mapping[str, Any]) -> dict[str, Any]:
    """A find as the API gives it. `highlighted` is safe HTML: escaped, hits in `<mark>`."""
    return {
        "id": str(row["id"]),
        "code": public_code("msg", row["id"]),
        "seq": row["seq"],
        "role": row["role"],
        "content": row["content"],
        "highlighted": highlighted(row["headline"]),
        "created_at": instant(row["created_at"]),
        "rank": row["rank"],
    }


def highlighted(headline: str) -> str:
    """The headline as HTML that holds nothing of the message's own but text."""
    marked = escape(headline).replace(_ON, "<mark>").replace(_OFF, "</mark>")
    return marked if marked.count("<mark>") == marked.count("</mark>") else escape(headline)
