"""What a digester is given to read; it stands alone, since selectors make it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heard:
    """A message to be digested. `chapter`: the last one that an answer quotes from, 0 for none;
    `quotes`: what it quotes, each with its chapter."""

    seq: int
    role: str
    content: str
    chapter: int = 0
    quotes: Sequence[tuple[str, int]] = ()
