"""Which messages of dialogues full-text search reads, and who may find them."""

from collections.abc import Sequence
from uuid import UUID

from chatcore.models import User
from chatcore.selectors.message_search import (
    Found,
    MessageSource,
    find_messages,
    headline_options,
)
from chatcore.selectors.rows import Row, fetch_rows
from chatcore.selectors.search_query import Asked, asked
from dialogues.models import DialogueSession

# A system prompt or a tool's answer is for the model, not for the reader.
_SAID = "{m}.role IN ('user', 'assistant')"

DIALOGUE_SOURCE = MessageSource(
    conversations="dialogue_sessions",
    messages="dialogue_messages",
    conversation_column="session_id",
    words="dialogue_message_words",
    marks="dialogue_search_marks",
    searched=_SAID.format(m="m"),
    keys="ARRAY['~c' || replace(c.id::text, '-', ''), '~u' || replace(c.user_id::text, '-', '')]",
    languages="ARRAY(SELECT u.language FROM users u WHERE u.id = c.user_id)",
    read_by="SELECT id FROM dialogue_sessions WHERE user_id = %(reader)s",
    scope=lambda user: f"'~u{user.pk.hex}'",
    reach=(
        "JOIN dialogue_sessions c ON c.id = {m}.session_id"
        " AND c.user_id = %(reader)s AND c.deleted_at IS NULL"
    ),
    visible=f"{_SAID} AND {{m}}.deleted_at IS NULL AND {{m}}.replaced_by_id IS NULL",
    author="{m}.role",
)


# BM25 finds passages that hold some of the words, and such as stand beside one.
_ANY = "replace(plainto_tsquery(b.search_config::regconfig, %(text)s)::text, '&', '|')::tsquery"
_MATCHING = f"""
SELECT p.id FROM book_passages p JOIN books b ON b.id = p.book_id
WHERE p.id = ANY(%(ids)s) AND p.lexemes @@ CASE WHEN %(strict)s
  THEN websearch_to_tsquery(b.search_config::regconfig, %(text)s) ELSE {_ANY} END
"""  # noqa: S608
_PASSAGES = f"""
SELECT p.id, p.book_id, b.title AS book_title, c.title AS chapter_title, p.chapter_number,
  p.paragraph_index,
  ts_headline(b.search_config::regconfig, translate(p.text, %(marks)s, ''),
    {_ANY}, %(headline)s) AS headline
FROM book_passages p JOIN books b ON b.id = p.book_id
JOIN book_chapters c ON c.book_id = p.book_id AND c.number = p.chapter_number
WHERE p.id = ANY(%(ids)s)
"""  # noqa: S608


def messages_about(user: User, session: DialogueSession, text: str, most: int = 20) -> list[Found]:
    """The messages of one's own dialogue that fit best, best first: ids with their rank (0..1).

    `text` as in a search engine: all words, "a phrase", -without, one or another.
    """
    question = asked(user, text)
    return find_messages(DIALOGUE_SOURCE, user, question, most, session.pk) if question else []


def passages_matching(ids: Sequence[UUID], asked: Asked) -> set[UUID]:
    """Those of the passages that hold one of the words themselves; all that was asked for, where a
    phrase or an exclusion is part of it."""
    values = {"ids": list(ids), "text": asked.text, "strict": asked.is_strict}
    return {row["id"] for row in fetch_rows(_MATCHING, values)} if ids else set()


def passage_rows(ids: Sequence[UUID], text: str) -> dict[UUID, Row]:
    """What a hit shows of these passages, by id: book, place, the words around a match."""
    marks, headline = headline_options()
    values = {"ids": list(ids), "text": text, "marks": marks, "headline": headline}
    return {row["id"]: row for row in fetch_rows(_PASSAGES, values)} if ids else {}
