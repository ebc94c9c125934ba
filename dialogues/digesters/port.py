"""The port behind which a dialogue is digested: messages in, what is worth remembering out.

A digester writes nothing. What it gives back is checked and cleaned before it is stored, and an entry
whose `seq` names none of the messages is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from dialogues.answerers.port import Allowance, Usage
from dialogues.digesters.heard import Heard
from dialogues.models import Book, Character
from dialogues.models.facts import FactCategory


@dataclass(frozen=True, slots=True)
class Material:
    """New messages, oldest first, and what they are about. `allowance`: what a model may still take."""

    messages: Sequence[Heard]
    book: Book | None = None
    character: Character | None = None
    model_name: str = ""
    allowance: Allowance | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """A fact about the person; `is_item`: one entry of a list."""

    seq: int
    category: FactCategory
    key: str
    value: Any
    confidence: float
    is_item: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """A topic or a key point, and the message that makes it."""

    seq: int
    text: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What came of the material. What is empty stays as it was. `usage`: what a model took for it,
    also where nothing came of that and the rules stood in."""

    summary: str = ""
    topics: Sequence[Noted] = ()
    key_points: Sequence[Noted] = ()
    facts: Sequence[Learned] = ()
    emotional_tone: str = ""
    character_state: str = ""
    communication_style: Mapping[str, Any] = field(default_factory=dict)
    learned_by: str = "rules"
    usage: Usage | None = None


class Digester(Protocol):
    """Whoever digests. Raises AnswererError when it cannot."""

    def digest(self, material: Material) -> Digest: ...
