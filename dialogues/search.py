"""What of dialogues and books can be found, and how a hit looks."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse

from chatcore.models import User
from chatcore.search import Hit, SearchableMessages, Thread
from chatcore.selectors.message_search import Found, headline_parts
from chatcore.selectors.search_query import Asked
from dialogues.models import Book, DialogueSession
from dialogues.selectors.access import dialogues_of
from dialogues.selectors.books import books_for
from dialogues.selectors.passages import passages_about
from dialogues.selectors.search import DIALOGUE_SOURCE, passage_rows, passages_matching
from dialogues.shelf import answerer_name, dialogue_title, dialogue_url

# Beyond these BM25 finds passages that hold a word or two of many.
MOST_PASSAGES = 100


class SearchableDialogues(SearchableMessages):
    """What was said in one's own dialogues, by oneself or in answer."""

    kind = "dialogue_message"
    title = "Dialogues"
    source = DIALOGUE_SOURCE

    def threads(self, user: User, conversations: Sequence[UUID]) -> Mapping[UUID, Thread]:
        sessions = dialogues_of(user).filter(pk__in=conversations)
        return {session.pk: _thread(session) for session in sessions}

    def author(self, name: str, thread: Thread) -> str:
        return "You" if name == "user" else thread.other


def _thread(session: DialogueSession) -> Thread:
    url = dialogue_url(session)
    return Thread(dialogue_title(session), url, answerer_name(session))


class SearchableBooks:
    """Passages of the books that somebody may read."""

    title = "Books"

    def find(
        self, user: User, asked: Asked, most: int, conversation: UUID | None
    ) -> Sequence[Found]:
        books = list(books_for(user).filter(status=Book.Status.READY)) if not conversation else []
        passages = (
            passages_about(asked.text, books, limit=min(most, MOST_PASSAGES)) if books else []
        )
        kept = passages_matching([passage.id for passage in passages], asked)
        return [Found(one.id, one.similarity_score, None) for one in passages if one.id in kept]

    def show(self, user: User, asked: Asked, found: Sequence[Found]) -> Sequence[Hit]:
        rows = passage_rows([one.id for one in found], asked.text)
        return [_passage(rows[one.id], one.rank) for one in found if one.id in rows]


def _passage(row: Mapping[str, Any], rank: float) -> Hit:
    chapter = reverse("chapter", args=[row["book_id"], row["chapter_number"]])
    return Hit(
        kind="passage",
        id=row["id"],
        code=None,
        conversation=None,
        book=row["book_id"],
        title=row["book_title"],
        author=row["chapter_title"] or f"Chapter {row['chapter_number']}",
        snippet=headline_parts(row["headline"]),
        rank=round(rank, 4),
        created_at=None,
        url=f"{chapter}#p{row['paragraph_index']}",
        seq=None,
        context={"before": None, "after": None},
    )
