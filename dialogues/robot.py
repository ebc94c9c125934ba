"""The librarian among robots: answers in a room from the books that are knowledge bases, with citations.

The model answers where one is configured, else the librarian itself; both quote only what stands in a
passage.
"""

import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from chatcore.errors import Invalid
from chatcore.robots import RobotAnswer, RobotBill, RobotFailed, RobotQuestion
from dialogues.answerers.librarian import Librarian
from dialogues.answerers.openai_compatible import OpenAICompatible
from dialogues.answerers.port import (
    Allowance,
    AnswererError,
    Citation,
    Delta,
    Finished,
    Piece,
    Question,
    Said,
    Usage,
)
from dialogues.answerers.registry import configured_endpoint
from dialogues.models import Book, BookPassage
from dialogues.selectors.books import knowledge_bases
from dialogues.selectors.budgets import Share
from dialogues.services.billing import Bill, cost_of
from dialogues.services.budgets import allowance_of

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

    def answer(self, question: RobotQuestion, bill: RobotBill) -> Generator[str | RobotAnswer]:
        """The answer with what it cites; how sure it is by how well the best passage fits, and not sure
        at all without one. Raises RobotFailed."""
        books, said, citations = knowledge_bases(), "", []
        with closing(_listened_to(_pieces(question), bill)) as pieces:
            for piece in pieces:
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
    endpoint = configured_endpoint()
    question = Question(
        content=asked.content,
        history=[Said("assistant" if h.by_robot else "user", h.content) for h in asked.history],
        system_prompt=asked.settings.get("prompt") or _PROMPT,
        allowance=_allowance(asked, endpoint.model) if endpoint else None,
    )
    answerer = OpenAICompatible(endpoint) if endpoint else Librarian(_nothing)
    return answerer.answer(question)


def _allowance(asked: RobotQuestion, model: str) -> Allowance | None:
    if asked.usd_left is None:
        return None
    if asked.usd_left <= 0:
        raise RobotFailed("Its budget is spent.", code="budget_spent", retryable=False)
    share = Share(asked.usd_left, Decimal(0), "US dollars", "this robot")
    return allowance_of([share], Bill(), model)


def _nothing(_question: Question, _books: Sequence[Book]) -> str:
    return "I find nothing about that in what I have to read."


def _listened_to(pieces: Generator[Piece], bill: RobotBill) -> Generator[str | Citation]:
    ends_at, taken = time.monotonic() + SECONDS, Bill()
    taken.open()
    try:
        with closing(pieces):
            for piece in pieces:
                if time.monotonic() > ends_at:
                    raise RobotFailed("It took too long.", code="robot_timeout", retryable=True)
                match piece:
                    case Delta(text=text):
                        taken.hear(text)
                        yield text
                    case Usage():
                        taken.note(piece)
                    case Citation():
                        yield piece
                    case Finished():
                        break
    except AnswererError as error:
        raise RobotFailed(error.detail, code=error.code, retryable=error.retryable) from error
    finally:
        _charge(bill, taken.usages)


def _charge(bill: RobotBill, usages: Sequence[Usage]) -> None:
    """Also of an answer that broke off, or was called off."""
    for usage in usages:
        bill.model = usage.model
        bill.tokens += usage.prompt + usage.completion
        bill.cost = cost_of([usage], timezone.now().date())


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
