"""The librarian among robots: answers in a room from the books that are knowledge bases, with citations.

The model answers where one is configured, else the librarian itself; both quote only what stands in a
passage.
"""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from typing import Any
from uuid import UUID

from django.urls import reverse

from chatcore.errors import Invalid
from chatcore.robots import RobotAnswer, RobotFailed, RobotQuestion
from dialogues.answerers.librarian import Librarian
from dialogues.answerers.openai_compatible import OpenAICompatible
from dialogues.answerers.port import AnswererError, Citation, Delta, Finished, Piece, Question, Said
from dialogues.answerers.registry import configured_endpoint
from dialogues.models import Book, BookPassage
from dialogues.selectors.books import knowledge_bases

# A room does not wait longer; it must stay below the lease of a turn.
SECONDS = 90.0
# So much of a passage goes along with a quotation, for readers who may not open the book.
AROUND_MOST = 1_500
_PROMPT = "You help people in a support chat. Answer in a few plain sentences."


class LibrarianRobot:
    """A skill for `chatcore.robots`; its settings: `prompt`, how a model is to answer."""

    def checked_settings(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Raises Invalid by field."""
        if unknown := settings.keys() - {"prompt"}:
            raise Invalid(errors={"settings": [f"There is no {name}." for name in sorted(unknown)]})
        prompt = settings.get("prompt", "")
        if not isinstance(prompt, str) or len(prompt) > 4_000:
            raise Invalid(errors={"settings": ["prompt: a text of at most 4,000 characters."]})
        return {"prompt": prompt} if prompt else {}

    def answer(self, question: RobotQuestion) -> Generator[str | RobotAnswer]:
        """The answer with what it cites; how sure it is by how well the best passage fits, and not sure
        at all without one. Raises RobotFailed."""
        books, said, citations = knowledge_bases(), "", []
        for piece in _listened_to(_pieces(question)):
            if isinstance(piece, Citation):
                citations.append(piece)
            else:
                said += piece
                yield piece
        references = _references(citations)
        scores = [one["similarity_score"] for one in references]
        yield RobotAnswer(
            text=said.strip(),
            confidence=max(scores, default=0.0),
            references=references,
            observed={"history": len(question.history), "books": [str(book.pk) for book in books]},
        )


def _pieces(asked: RobotQuestion) -> Generator[Piece]:
    question = Question(
        content=asked.content,
        history=[Said("assistant" if h.by_robot else "user", h.content) for h in asked.history],
        system_prompt=asked.settings.get("prompt") or _PROMPT,
    )
    endpoint = configured_endpoint()
    answerer = OpenAICompatible(endpoint) if endpoint else Librarian(_nothing)
    return answerer.answer(question)


def _nothing(_question: Question, _books: Sequence[Book]) -> str:
    return "I find nothing about that in what I have to read."


def _listened_to(pieces: Generator[Piece]) -> Generator[str | Citation]:
    ends_at = time.monotonic() + SECONDS
    try:
        with closing(pieces):
            for piece in pieces:
                if time.monotonic() > ends_at:
                    raise RobotFailed("It took too long.", code="robot_timeout", retryable=True)
                match piece:
                    case Delta(text=text):
                        yield text
                    case Citation():
                        yield piece
                    case Finished():
                        break
    except AnswererError as error:
        raise RobotFailed(error.detail, code=error.code, retryable=error.retryable) from error


def _references(citations: Sequence[Citation]) -> list[dict[str, Any]]:
    """What stands in its passage, with where to read it; anything else is left out."""
    ids = [one.passage_id for one in citations if one.passage_id]
    passages = BookPassage.objects.select_related("book").defer("lexemes").in_bulk(ids)
    return [
        _reference(one, passages[one.passage_id])
        for one in citations
        if one.passage_id in passages and _stands_in(one, passages[one.passage_id])
    ]


def _stands_in(one: Citation, passage: BookPassage) -> bool:
    return bool(one.highlighted_text) and one.highlighted_text in passage.text


def _reference(one: Citation, passage: BookPassage) -> dict[str, Any]:
    book, chapter = passage.book, passage.chapter_number
    place: tuple[UUID, int] = (book.pk, chapter)
    url = f"{reverse('chapter', args=place)}#p{passage.paragraph_index}"
    return {
        "title": f"{book.title}, chapter {chapter}, paragraph {passage.paragraph_index}",
        "url": url,
        "text": one.highlighted_text,
        "source": _around(one.highlighted_text, passage.text),
        "book": str(book.pk),
        "passage": str(passage.pk),
        "chapter_number": chapter,
        "paragraph_index": passage.paragraph_index,
        "similarity_score": round(float(one.similarity_score or 0.0), 2),
    }


def _around(quoted: str, text: str) -> str:
    """The passage; of a long one, what stands around the quotation."""
    spare = max(0, AROUND_MOST - len(quoted))
    begins = max(0, min(text.index(quoted) - spare // 2, len(text) - AROUND_MOST))
    return text[begins : begins + max(AROUND_MOST, len(quoted))]
