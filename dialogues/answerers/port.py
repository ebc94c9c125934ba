"""The port behind which every answerer stands: given a question, it says its answer piece by piece.

An answerer is synchronous and knows nothing of turns, events or storage. It yields any number of
`Delta` and `Citation`, then one `Finished`; one that asks a model yields `Usage` as soon as the model has
taken the request, and again when it knows more. It raises `AnswererError` when it cannot go on. Closing
the generator stops it (an answer that is called off).

Where the question offers tools, an answerer may yield `ToolCall` before its `Finished`. It runs nothing
itself: it is asked again, with what came of the calls in `Question.rounds`.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from chatcore.errors import ChatcoreError
from dialogues.models import Book, Character


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message: `role` is user, assistant or system."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Something an answerer may ask to have done; `parameters` is the JSON schema of its arguments."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A wish to have a tool run. `arguments` is JSON text as the answerer wrote it, not yet checked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolRound:
    """Calls that were made together and, in the same order, what came of them (JSON texts)."""

    calls: Sequence[ToolCall]
    results: Sequence[str]


@dataclass(frozen=True, slots=True)
class Companion:
    """How the person of a companion stands (seed 001's context snapshot, every key of it or none), and
    the personality that they gave it."""

    snapshot: Mapping[str, Any]
    personality: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a request may still take; None: no limit. Prices are US dollars per token."""

    tokens: int | None = None
    usd: Decimal | None = None
    prompt_price: Decimal = Decimal(0)
    completion_price: Decimal = Decimal(0)

    def answer_tokens(self, prompt: int, most: int) -> int:
        """How long the answer to a prompt of so many tokens may be; 0: there is nothing left."""
        room = most
        if self.tokens is not None:
            room = min(room, self.tokens - prompt)
        if self.usd is not None and (self.prompt_price or self.completion_price):
            left = self.usd - prompt * self.prompt_price
            room = min(room, int(left / self.completion_price)) if self.completion_price else room
            room = room if left > 0 else 0
        return max(room, 0)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the dialogue remembers, cut to its share of the tokens; `summary` and `key_points` are of
    messages that are not in the history. All of it is data."""

    facts: Sequence[str] = ()
    summary: str = ""
    key_points: Sequence[str] = ()
    emotional_tone: str = ""
    character_state: str = ""
    # 0 to 100.
    familiarity: int = 0
    communication_style: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and what the answerer may know of the dialogue."""

    content: str
    # What was said before, oldest first, cut to the context window.
    history: Sequence[Said] = ()
    book: Book | None = None
    character: Character | None = None
    # Nothing of later chapters may be shown; None: everything.
    current_chapter: int | None = None
    system_prompt: str = ""
    temperature: float = 0.7
    # The model that the dialogue asks for; empty: the answerer's own choice.
    model_name: str = ""
    # Tokens for everything that is sent to a model.
    context_window: int = 4000
    # None: no limit.
    allowance: Allowance | None = None
    # What may be called for, and what came of the calls made for this question so far, oldest first.
    tools: Sequence[Tool] = ()
    rounds: Sequence[ToolRound] = ()
    # No more calls: the answer is to be given in words now.
    tools_spent: bool = False
    # With the companion alone.
    companion: Companion | None = None
    remembered: Remembered | None = None

    @property
    def has_met_character(self) -> bool:
        """Whether the reader has come to the chapter in which the character first appears."""
        first = self.character.first_chapter if self.character else None
        return first is None or self.current_chapter is None or first <= self.current_chapter


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the text."""

    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A reference of the answer; `highlighted_text` stands letter for letter in `source_text`."""

    reference_type: str
    passage_id: UUID | None = None
    chapter_number: int | None = None
    page_number: int | None = None
    paragraph_index: int | None = None
    source_text: str = ""
    highlighted_text: str = ""
    similarity_score: float | None = None
    vector_id: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is whole. What is not known stays None."""

    model_used: str
    confidence_score: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """What a request to a model has taken so far; a later one of the same request takes its place.

    `estimated`: counted by us, since the server has not told; the answer is counted by who hears it.
    """

    model: str
    prompt: int
    completion: int = 0
    estimated: bool = False


class AnswererError(ChatcoreError):
    """The answerer cannot go on; `retryable` says whether another attempt may help."""

    code = "answerer_failed"
    title = "The answer could not be made"

    def __init__(self, detail: str = "", *, code: str | None = None, retryable: bool) -> None:
        super().__init__(detail, code=code)
        self.retryable = retryable


Piece = Delta | Citation | ToolCall | Usage | Finished


class Answerer(Protocol):
    """Whoever answers."""

    def answer(self, question: Question) -> Generator[Piece]: ...
